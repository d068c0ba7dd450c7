import { approveFirstFixes } from "../../app/chaos/chaos-approver.ts";
import { type ChaosRunDeps, makeRun, type RunOutcome } from "../../app/chaos/chaos-run.ts";
import { reachOf } from "../../app/chaos/open-incidents.ts";
import { createApprovers } from "../../app/plans/approvers.ts";
import { loadPolicy } from "../../app/plans/load-policy.ts";
import { messageOf } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { createPlanStore } from "../../store/plans/plan-store.ts";
import type { Configured } from "../open-configured.ts";
import type { ExperimentFile } from "./read-experiments.ts";
import { type ChaosOptions, operator } from "./setup.ts";

export interface RunOptions extends ChaosOptions {
  /** Id of the person in whose name the first fix offered is approved: `mail:oncall@example.com`. */
  readonly approveAs?: string;
  readonly json?: boolean;
}

/** Runs one, with somebody's approvals when asked for. */
export async function runOne(
  open: Configured,
  deps: ChaosRunDeps,
  file: ExperimentFile,
  options: RunOptions,
): Promise<RunOutcome> {
  const { config, store } = open;
  const over = new AbortController();
  const id = options.approveAs;
  const approving =
    id === undefined
      ? Promise.resolve()
      : loadPolicy(config.policy).then((policy) =>
          approveFirstFixes(
            {
              ...createApprovers({ policy, database: store.database, secondFactorKey: config.secondFactor.key }),
              plans: createPlanStore(store.database),
              policy,
              database: store.database,
              cluster: config.cluster,
              clock: systemClock,
              reach: reachOf(file.experiment.blastRadius),
              say: deps.say,
            },
            { id, name: id.replace(/^\w+:/, "") },
            over.signal,
          ),
        );
  // An approval that cannot be given must not end the run: everything has to be put back first.
  const approvals = approving.catch((error: unknown) => deps.say(`no approvals: ${messageOf(error, 200)}`));
  try {
    return await makeRun(deps, { experiment: file.experiment, file: file.body, by: operator });
  } finally {
    over.abort();
    await approvals;
  }
}
