import { approveFirstFixes } from "../../app/chaos/chaos-approver.ts";
import { type ChaosRunDeps, makeRun, type RunOutcome } from "../../app/chaos/chaos-run.ts";
import { reachOf } from "../../app/chaos/open-incidents.ts";
import { createApprovers } from "../../app/plans/approvers.ts";
import { messageOf } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { createPlanStore } from "../../store/plans/plan-store.ts";
import type { JudgedChaos } from "./judge-chaos.ts";
import type { ExperimentFile } from "./read-experiments.ts";
import { operator } from "./setup.ts";

/** Runs one, with somebody's approvals when asked for. */
export async function runOne(
  { config, approval }: JudgedChaos,
  deps: ChaosRunDeps,
  file: ExperimentFile,
): Promise<RunOutcome> {
  const { database } = deps;
  const over = new AbortController();
  const approving = approval
    ? approveFirstFixes(
        {
          ...createApprovers({ policy: approval.policy, database, secondFactorKey: config.secondFactor.key }),
          plans: createPlanStore(database),
          policy: approval.policy,
          database,
          cluster: config.cluster,
          clock: systemClock,
          reach: reachOf(file.experiment.blastRadius),
          say: deps.say,
        },
        approval.by,
        over.signal,
      )
    : Promise.resolve();
  // An approval that cannot be given must not end the run: everything has to be put back first.
  const approvals = approving.catch((error: unknown) => deps.say(`no approvals: ${messageOf(error, 200)}`));
  try {
    return await makeRun(deps, { experiment: file.experiment, file: file.body, by: operator });
  } finally {
    over.abort();
    await approvals;
  }
}
