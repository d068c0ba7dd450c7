import type { SeenEvent } from "../../cluster/event-store.ts";
import { foreignOoms, isWithin, nearlyFull } from "../../cluster/foreign-ooms.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";

/** Of these events, those that tell of a node short of memory: not those of others' ends, unless the node is known to be full. */
export function withoutForeignOoms(open: Case, node: ObjectRef, events: readonly SeenEvent[]): readonly SeenEvent[] {
  if (!events.some(({ reason }) => reason === "SystemOOM")) return events;
  const measured = open.shifts("node_memory_ratio", { node: node.name });
  if (measured.some(({ peak }) => peak >= nearlyFull)) return events;
  // It had room all the time: whoever was killed, and not every pod is watched, met a limit of its own.
  if (measured.length > 0) return events.filter(({ reason }) => reason !== "SystemOOM");
  const foreign = foreignOoms(open.observation, node);
  return events.filter(({ reason, at }) => reason !== "SystemOOM" || !isWithin(foreign, at));
}
