import type { Incident, IncidentChange } from "../../incident/incident.ts";
import { advance } from "../../incident/status.ts";
import type { GroupContext } from "./group-context.ts";
import { type Group, redraw } from "./incident-draft.ts";
import { visibleState } from "./lead.ts";

/** Groups that this tick has opened, opened again, or changed. */
export interface News {
  readonly opened: Set<Group>;
  readonly recurred: Set<Group>;
  readonly touched: Set<Group>;
}

/** Resolves an incident that nothing is left of; undefined when its status does not allow that. */
function cleared(group: Group, now: number): IncidentChange | undefined {
  const outcome = advance(group.incident.status, "resolve");
  if (!outcome.ok) return undefined;
  group.incident = { ...group.incident, status: outcome.status, resolvedAt: now, updatedAt: now };
  group.visible = visibleState(group.incident);
  return { type: "cleared", incident: group.incident };
}

/**
 * Brings an open group up to date at the end of a tick, once its members are settled.
 * @param settled asked before an incident without anomalies is cleared
 * @returns what people have to be told of it; undefined when it looks as before
 */
export function told(
  group: Group,
  context: GroupContext,
  maxAnomalies: number,
  settled: (incident: Incident) => boolean,
  { opened, recurred, touched }: News,
): IncidentChange | undefined {
  if (touched.has(group)) redraw(group, context, maxAnomalies);
  if (group.members.size === 0 && settled(group.incident)) return cleared(group, context.now);
  const visible = visibleState(group.incident);
  if (visible === group.visible) return undefined;
  group.visible = visible;
  group.incident = { ...group.incident, updatedAt: context.now };
  return {
    type: opened.has(group) ? "opened" : recurred.has(group) ? "recurred" : "updated",
    incident: group.incident,
  };
}
