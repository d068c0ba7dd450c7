import type { Change } from "../../chaos/change.ts";
import type { ChaosCluster } from "../../chaos/cluster-port.ts";
import { type Experiment, experimentSchema } from "../../chaos/experiment.ts";
import { planExperiment } from "../../chaos/plan.ts";
import { restoreRun } from "../../chaos/restore-run.ts";
import type { ChangeOutcome, RunResult } from "../../chaos/result.ts";
import { runExperiment } from "../../chaos/run-experiment.ts";
import { scoreRun } from "../../chaos/score.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { markChange } from "../../store/chaos/changes.ts";
import {
  addChaosRun,
  type ChaosRunRow,
  closeChaosRun,
  finishChaosRun,
  getChaosRun,
  unrestoredRuns,
} from "../../store/chaos/runs.ts";
import type { Database } from "../../store/database.ts";
import { whileAlone } from "../../store/leases.ts";
import { incidentFactsSince } from "./chaos-facts.ts";
import { createRunJournal, entriesOf } from "./chaos-journal.ts";
import { createAskProbe, type ProbeDeps } from "./chaos-probes.ts";
import { reachOf } from "./open-incidents.ts";

export interface ChaosRunDeps {
  readonly cluster: ChaosCluster;
  readonly database: Database;
  readonly clusterName: string;
  readonly clock: Clock;
  readonly promql: ProbeDeps["promql"];
  readonly image: string;
  /** Namespaces where kubemend runs. */
  readonly ours: readonly string[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
  readonly leaseMs?: number;
  readonly afterChange?: (seq: number) => Promise<void>;
}

export type RunOutcome =
  | { readonly type: "refused"; readonly runId?: string; readonly problems: readonly string[] }
  | { readonly type: "ran"; readonly runId: string; readonly result: RunResult };

const leaseOf = (clusterName: string) => `chaos/${clusterName}`;

/** One at a time in a cluster: two experiments at once would each take the other's fault for the system's answer. */
async function alone<T>(
  deps: Pick<ChaosRunDeps, "database" | "clusterName" | "leaseMs">,
  work: () => Promise<T>,
): Promise<T> {
  const made = await whileAlone(
    deps.database,
    leaseOf(deps.clusterName),
    async () => ({ value: await work() }),
    deps.leaseMs,
  );
  if (made) return made.value;
  throw new AppError(
    "chaos-busy",
    `Another process is at an experiment in ${deps.clusterName}, or was until a moment ago.`,
    {
      remedy: "kubemend chaos stop ends it; after a killed process, try again in half a minute.",
      exitCode: 2,
    },
  );
}

/** What it would change; nothing is written, neither there nor here. */
export async function previewExperiment(
  deps: Pick<ChaosRunDeps, "cluster" | "ours" | "image">,
  experiment: Experiment,
): Promise<
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly problems: readonly string[] }
> {
  return await planExperiment(experiment, "0", deps);
}

/** What is to be run: an experiment of a file, or a request that somebody made elsewhere. */
type RunSource =
  | { readonly experiment: Experiment; readonly file: unknown; readonly by: string }
  | { readonly row: ChaosRunRow };

/** The experiment, and the row that is there for it already. A request may be older than this version of its file. */
function wanted(source: RunSource): { readonly experiment: Experiment | undefined; readonly runId?: string } {
  if ("experiment" in source) return { experiment: source.experiment };
  return { experiment: experimentSchema.safeParse(source.row.experiment).data, runId: source.row.id };
}

/** Runs one experiment, from the request's row or from a file. @throws AppError while another process is at one */
export async function makeRun(deps: ChaosRunDeps, source: RunSource): Promise<RunOutcome> {
  return await alone(deps, async (): Promise<RunOutcome> => {
    const { database, clusterName: cluster, clock } = deps;
    const refuse = async (problems: readonly string[], runId?: string): Promise<RunOutcome> => {
      if (runId !== undefined) await closeChaosRun(database, runId, "refused", problems.join("\n"));
      return { type: "refused", problems, ...(runId === undefined ? {} : { runId }) };
    };
    const { experiment, runId: asked } = wanted(source);
    if (!experiment)
      return await refuse(["the experiment is not valid any more; start kubemend chaos serve again"], asked);
    const left = (await unrestoredRuns(database, cluster)).map(({ id }) => id);
    if (left.length > 0)
      return await refuse(
        [`run ${left.join(", ")} has left something in the cluster; put it back first: kubemend chaos restore`],
        asked,
      );
    const runId =
      "row" in source
        ? source.row.id
        : await addChaosRun(database, {
            cluster,
            name: experiment.name,
            experiment: source.file,
            phase: "planning",
            by: source.by,
          });
    const plan = await planExperiment(experiment, runId, deps);
    if (!plan.ok) return await refuse(plan.problems, runId);
    const result = await runExperiment(experiment, plan.changes, {
      cluster: deps.cluster,
      journal: createRunJournal(database, runId),
      ask: createAskProbe(deps, reachOf(experiment.blastRadius)),
      incidentsSince: (since) => incidentFactsSince(database, cluster, since),
      clock,
      signal: deps.signal,
      say: deps.say,
      ...(deps.patienceMs === undefined ? {} : { patienceMs: deps.patienceMs }),
      ...(deps.afterChange ? { afterChange: deps.afterChange } : {}),
    });
    return { type: "ran", runId, result };
  });
}

/** What a run came to whose process was killed: what it had measured is lost, what kubemend made of the fault is not. */
async function killedResult(
  { database, clusterName, clock }: Pick<ChaosRunDeps, "database" | "clusterName" | "clock">,
  { experiment, startedAt, requestedAt }: ChaosRunRow,
  changes: readonly ChangeOutcome[],
): Promise<RunResult> {
  const endedAt = clock.now();
  const faultAt = startedAt ?? requestedAt;
  const { data } = experimentSchema.safeParse(experiment);
  const score =
    data &&
    scoreRun(data.expected, await incidentFactsSince(database, clusterName, faultAt), {
      faultAt,
      until: endedAt,
      namespaces: data.blastRadius.namespaces,
    });
  return {
    verdict: "aborted",
    reason: "the process that ran it ended before it was over",
    startedAt: faultAt,
    ...(changes.length > 0 ? { faultAt, restoredAt: endedAt } : {}),
    endedAt,
    probes: { before: [], during: [], after: [] },
    changes,
    clean: changes.every(({ restored }) => restored === "restored"),
    ...(score && changes.length > 0 ? { score } : {}),
  };
}

const mayHaveBegun: ReadonlySet<string> = new Set(["injecting", "restoring", "settling"]);

const restoredWords = {
  restored: "put back ",
  left: "left     ",
  failed: "FAILED   ",
  "not-made": "not made ",
} as const;

/**
 * Takes back what runs have left that did not end, or could not put everything back. @returns how many runs were looked
 * at, and whether nothing is left. @throws AppError while another process is at one
 */
export async function restoreRuns(
  deps: Pick<
    ChaosRunDeps,
    "cluster" | "database" | "clusterName" | "clock" | "say" | "patienceMs" | "signal" | "leaseMs"
  >,
  options: { readonly run?: string; readonly force: boolean },
): Promise<{ readonly runs: number; readonly clean: boolean }> {
  return await alone(deps, async () => {
    const { database, clusterName } = deps;
    const named = options.run === undefined ? undefined : await getChaosRun(database, options.run);
    if (options.run !== undefined && named?.cluster !== clusterName)
      throw new AppError("chaos-no-run", `There is no run ${options.run} in ${clusterName}.`, {
        remedy: "kubemend chaos list shows them.",
        exitCode: 2,
      });
    const runs = named ? [named] : await unrestoredRuns(database, clusterName);
    let clean = true;
    for (const run of runs) {
      const { id, name, result } = run;
      deps.say(`run ${id} (${name})`);
      const entries = await entriesOf(database, id);
      // It waits, was refused, or is over: there is nothing to be said about it.
      if (named && entries.length === 0 && !mayHaveBegun.has(run.phase)) continue;
      const changes = await restoreRun(deps, entries, {
        force: options.force,
        tell: ({ target, restored, detail }) => deps.say(`${restoredWords[restored]} ${target}: ${detail}`),
        mark: (seq, state, detail) => markChange(database, { runId: id, seq, state, detail }),
      });
      const done = changes.every(({ restored }) => restored === "restored");
      clean &&= done;
      const note = done ? "put back by kubemend chaos restore" : "not everything could be put back";
      if (result === null || result === undefined)
        await finishChaosRun(database, id, await killedResult(deps, run, changes));
      await closeChaosRun(database, id, "done", note);
    }
    return { runs: runs.length, clean };
  });
}
