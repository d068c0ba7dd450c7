import type { Incident } from "../../incident/incident.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import type { Database } from "../../store/database.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";

/** Where an experiment may cause trouble. */
export interface Reach {
  readonly namespaces: readonly string[];
  /** It touches nodes: theirs is trouble of its own as well. */
  readonly nodes: boolean;
}

/** All of them together: what any one of the experiments may touch. */
export const reachOf = (
  ...radii: readonly { readonly namespaces: readonly string[]; readonly maxNodes: number }[]
): Reach => ({
  namespaces: [...new Set(radii.flatMap(({ namespaces }) => namespaces))],
  nodes: radii.some(({ maxNodes }) => maxNodes > 0),
});

/** Whether one of them is. */
export const isInReach = (refs: readonly ObjectRef[], reach: Reach): boolean =>
  refs.some(({ kind, namespace }) =>
    namespace === undefined ? reach.nodes && kind === "Node" : reach.namespaces.includes(namespace),
  );

/** More open incidents than this are no steady state, whichever they are. */
const mostOpen = 500;

/** Incidents that are not over, about what is in reach. */
export async function openIncidents(database: Database, cluster: string, reach: Reach): Promise<readonly Incident[]> {
  const open = await listIncidents(database, { statuses: unresolvedStatuses, cluster, limit: mostOpen });
  return open.filter(({ target, affected }) => isInReach([target, ...affected], reach));
}
