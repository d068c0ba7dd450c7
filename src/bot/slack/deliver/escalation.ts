import type { Severity } from "../../../incident/severity.ts";
import { duration } from "../../../lib/duration.ts";
import type { IncidentView } from "../../incident-view.ts";
import { section } from "../render/blocks.ts";
import type { ThreadReply } from "../render/render-thread.ts";
import { mrkdwn } from "../render/text.ts";

/** Whom to call when nobody takes an incident. */
export interface Escalation {
  readonly afterMs: number;
  readonly severities: readonly Severity[];
  /** Id of a user group (`S…`); without one the words come without a mention. */
  readonly groupId?: string;
  /** As configured, for the words. */
  readonly groupName: string;
}

/** Kinds of entries with which an incident begins anew. */
export const recurrenceKinds: readonly string[] = ["recurred", "recur"];

/**
 * The call for help of an incident that nobody has taken in time; undefined while there is none to make. Each time the
 * incident comes back begins anew, so the key names the recurrence.
 */
export function escalationReply(view: IncidentView, escalation: Escalation, now: number): ThreadReply | undefined {
  const { incident } = view;
  if (incident.status !== "open" && incident.status !== "reopened") return undefined;
  if (!escalation.severities.includes(incident.severity)) return undefined;
  const again = view.timeline.findLast(({ kind, of }) => of === undefined && recurrenceKinds.includes(kind));
  const since = again?.at ?? incident.openedAt;
  if (now - since < escalation.afterMs) return undefined;
  const whom = escalation.groupId ? `<!subteam^${escalation.groupId}>` : `*${mrkdwn(escalation.groupName, 80)}*`;
  const text = `${whom}: nobody has taken this ${incident.severity} incident for ${duration(escalation.afterMs)}: ${mrkdwn(incident.title, 300)}`;
  return {
    key: `escalation:${again?.id ?? "0"}`,
    text,
    blocks: [section(`:rotating_light: ${text}`)],
    broadcast: true,
  };
}
