import { type ApproveDeps, approvePlan } from "../../actions/approve/approve.ts";
import type { Person } from "../../incident/approval.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Database } from "../../store/database.ts";
import { listIncidents } from "../../store/incidents/incidents.ts";
import { plansOf } from "../../store/plans/plans.ts";
import { isInReach, type Reach } from "./open-incidents.ts";

export interface ChaosApproverDeps extends ApproveDeps {
  readonly database: Database;
  readonly cluster: string;
  readonly clock: Clock;
  readonly reach: Reach;
  readonly say: (line: string) => void;
}

const lookEveryMs = 1_000;

/**
 * Approves, in a person's name, the first fix that kubemend offers for incidents in the experiment's reach: what a
 * game day does in place of somebody on call. The policy judges it like any approval. Ends when aborted.
 */
export async function approveFirstFixes(deps: ChaosApproverDeps, by: Person, signal: AbortSignal): Promise<void> {
  const since = deps.clock.now();
  const decided = new Set<string>();
  const look = async () => {
    const open = await listIncidents(deps.database, {
      statuses: ["open", "acknowledged", "reopened"],
      cluster: deps.cluster,
      limit: 50,
    });
    for (const { id, target, updatedAt } of open) {
      if (updatedAt < since || decided.has(id) || !isInReach([target], deps.reach)) continue;
      const offered = (await plansOf(deps.database, id)).filter(
        ({ plan }) => plan.state === "proposed" && isInReach([plan.target], deps.reach),
      );
      // Plans of one diagnosis are made in its order; the first of them is the one people see on top.
      const first = offered.at(-1);
      if (!first) continue;
      const outcome = await approvePlan(
        { planId: first.plan.id, digest: first.plan.digest, by: { ...by, human: true, groups: [] } },
        deps,
      );
      decided.add(id);
      deps.say(
        outcome.type === "refused"
          ? `not approved  ${first.plan.action} for incident ${id}: ${outcome.detail ?? outcome.reason}`
          : `approved      ${first.plan.action} for incident ${id}`,
      );
    }
  };
  while (!signal.aborted) {
    // A database that is away comes back; until then nothing can be approved.
    await look().catch((error: unknown) => deps.say(`no approvals: ${messageOf(error, 200)}`));
    await rest(deps.clock, lookEveryMs, signal);
  }
}
