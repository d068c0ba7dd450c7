import type { SeenEvent } from "../../cluster/event-store.ts";
import { pullTold } from "../../cluster/pull-answer.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import type { Finding } from "./evidence-book.ts";

/** One event as evidence. Repetitions are told as a count, as `kubectl describe` does; an image is named once. */
export function eventFinding(event: SeenEvent, about: ObjectRef = event.about): Finding {
  const namespace = event.about.namespace ?? "default";
  return {
    source: "event",
    about,
    query: `kubectl -n ${namespace} get events --field-selector involvedObject.kind=${event.about.kind},involvedObject.name=${event.about.name},reason=${event.reason}`,
    text: `${utcTime(event.at)}: ${event.warning ? "Warning" : "Normal"} ${event.reason} ${event.about.kind} ${event.about.name}${event.count > 1 ? ` (${event.count} times)` : ""}: ${pullTold(event.message)}`,
    at: event.at,
    from: event.firstAt,
    to: event.at,
  };
}
