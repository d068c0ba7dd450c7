import type { ObjectRef } from "../../incident/object-ref.ts";
import { isoTime } from "../../lib/clock.ts";
import { untilToken } from "../../lib/until-token.ts";

const maxEvents = 25;

/** One event in a line, with its time (ms) and its object. */
export function eventLine(event: {
  at: number;
  warning: boolean;
  reason: string;
  about: ObjectRef;
  count: number;
  message: string;
}): string {
  return `${isoTime(event.at)} ${event.warning ? "Warning" : "Normal"} ${event.reason} ${event.about.kind} ${event.about.name}${event.count > 1 ? ` (${event.count} times)` : ""}: ${untilToken(event.message, 400)}`;
}

/** The newest that fit, in order of time. */
export function eventsText(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined;
  const left = lines.length - maxEvents;
  return `${left > 0 ? `(${left} earlier events are not shown)\n` : ""}${lines.slice(-maxEvents).join("\n")}`;
}

/** The command by which a person asks for the same events. */
export function eventsQuery(namespace: string | null, kind: string | null, name: string | null): string {
  const fields = [kind && `involvedObject.kind=${kind}`, name && `involvedObject.name=${name}`]
    .filter(Boolean)
    .join(",");
  return `kubectl ${namespace ? `-n ${namespace} ` : ""}get events${fields ? ` --field-selector ${fields}` : ""}`;
}
