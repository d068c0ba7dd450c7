import type { Desk, DeskOutcome } from "../../bot/desk.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Database } from "../../store/database.ts";
import { getIncident } from "../../store/incidents/incidents.ts";
import { getPlan } from "../../store/plans/plans.ts";

export interface OwnClusterDeps {
  readonly database: Database;
  readonly cluster: string;
  readonly redact: Redact;
}

/**
 * Several kubemends share a database, each with its own cluster, policy and rights. Everybody may read everything; a decision is
 * taken only by the one whose cluster it is about, whatever channel or page it arrives through.
 */
export function ownClusterDesk(desk: Desk, deps: OwnClusterDeps): Desk {
  const { database, cluster, redact } = deps;
  /** The name of the cluster when it is another; undefined when ours, or when there is no such incident: that is told elsewhere. */
  const otherOf = async (incidentId: string): Promise<string | undefined> => {
    const of = (await getIncident(database, incidentId))?.cluster;
    return of === cluster ? undefined : of;
  };
  const otherOfPlan = async (planId: string): Promise<string | undefined> => {
    const stored = await getPlan(database, planId);
    return stored && (await otherOf(stored.plan.incidentId));
  };
  const sentence = (other: string) =>
    redact(`This incident is of the cluster ${other}; its own kubemend decides about it. Nothing was done.`);
  const guarded =
    <A extends unknown[], R>(
      find: (id: string) => Promise<string | undefined>,
      run: (id: string, ...rest: A) => Promise<R>,
      refuse: (text: ReturnType<Redact>) => R,
    ) =>
    async (id: string, ...rest: A): Promise<R> => {
      const other = await find(id);
      return other === undefined ? await run(id, ...rest) : refuse(sentence(other));
    };
  const no = (text: string): DeskOutcome => ({ ok: false, text });
  return {
    ...desk,
    elsewhere: async (incidentId) => {
      const other = await otherOf(incidentId);
      return other === undefined ? undefined : sentence(other);
    },
    list: (query) => desk.list({ ...query, cluster }),
    count: (query) => desk.count({ ...query, cluster }),
    acknowledge: guarded(otherOf, desk.acknowledge, no),
    resolve: guarded(otherOf, desk.resolve, no),
    reopen: guarded(otherOf, desk.reopen, no),
    notThisCause: guarded(otherOf, desk.notThisCause, no),
    addNote: guarded(otherOf, desk.addNote, no),
    rate: guarded(otherOf, desk.rate, no),
    ask: guarded(otherOf, desk.ask, (text) => ({ type: "refused", reason: "other-cluster", text })),
    replan: guarded(otherOf, desk.replan, () => undefined),
    replanWith: guarded(otherOf, desk.replanWith, (text) => ({ ok: false, text })),
    approve: guarded(otherOfPlan, desk.approve, () => ({ type: "refused", reason: "other-cluster" })),
    reject: guarded(otherOfPlan, desk.reject, no),
    undo: guarded(otherOfPlan, desk.undo, no),
  };
}
