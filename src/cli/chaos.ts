import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { approveFirstFixes } from "../app/chaos/chaos-approver.ts";
import { createAskProbe } from "../app/chaos/chaos-probes.ts";
import { type ChaosRunDeps, makeRun, previewExperiment, type RunOutcome, restoreRuns } from "../app/chaos/chaos-run.ts";
import { createApprovers } from "../app/plans/approvers.ts";
import { loadPolicy } from "../app/plans/load-policy.ts";
import { targetText } from "../chaos/change.ts";
import { durationText } from "../chaos/duration.ts";
import { type GameDayEntry, summarize } from "../chaos/game-day.ts";
import { scoreboardHtml } from "../chaos/scoreboard.ts";
import { hypothesisOf, readResult, scoreText, shortResult } from "../chaos/words.ts";
import { AppError, inputError, messageOf } from "../lib/app-error.ts";
import { isoTime, systemClock } from "../lib/clock.ts";
import { askChaosStop, getChaosRun, listChaosRuns, offerExperiments, takeRequestedRun } from "../store/chaos-runs.ts";
import { createPlanStore } from "../store/plans/plan-store.ts";
import {
  type ChaosOptions,
  chaosCluster,
  type ExperimentFile,
  type OpenChaos,
  openChaosStore,
  readExperiments,
  refusedError,
  runDeps,
  say,
  stopSignal,
} from "./chaos-setup.ts";

export interface RunOptions extends ChaosOptions {
  /** Id of the person in whose name the first fix offered is approved: `mail:oncall@example.com`. */
  readonly approveAs?: string;
  readonly json?: boolean;
}

const operator = "cli:local";

/** `kubemend chaos validate <files…>` */
export async function validateChaos(paths: readonly string[]): Promise<void> {
  for (const { file, experiment } of await readExperiments(paths)) say(`${file}: ${experiment.name} is valid`);
}

/** `kubemend chaos plan <file>`: what would be changed, with the API's word on each change. Nothing is changed. */
export async function planChaos(path: string, options: ChaosOptions): Promise<void> {
  const { loadConfig } = await import("../config/load-config.ts");
  const config = await loadConfig(options.config, process.env);
  for (const { experiment } of await readExperiments([path])) {
    const plan = await previewExperiment(chaosCluster(config, options), experiment);
    if (!plan.ok) throw refusedError(experiment.name, plan.problems);
    say(`${experiment.name}: ${experiment.hypothesis}`);
    say(
      `for ${durationText(experiment.duration)}, after ${experiment.steadyState.length} probes of the steady state hold:`,
    );
    for (const change of plan.changes) {
      const back =
        change.type === "set"
          ? "set back to what it is now"
          : change.type === "create"
            ? "deleted"
            : "its controller makes a new one";
      say(`  ${targetText(change.target)}: ${change.what}; afterwards ${back}`);
    }
    say("Every change passed the server-side dry run. Nothing was changed.");
  }
}

/** Runs one, with somebody's approvals when asked for. */
async function runOne(
  open: OpenChaos,
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
              namespaces: file.experiment.blastRadius.namespaces,
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

/** `kubemend chaos run <file>`. Exit code 0: the hypothesis held; 1: it did not, or something was not put back. */
export async function runChaos(path: string, options: RunOptions): Promise<number> {
  const [file, another] = await readExperiments([path]);
  if (!file || another)
    throw inputError(
      "one-experiment",
      `${path} has several experiments.`,
      "Give one file, or use kubemend chaos gameday.",
    );
  await using open = await openChaosStore(options);
  const deps = runDeps(open, options, stopSignal());
  const quiet = { ...deps, say: (line: string) => void process.stderr.write(`${line}\n`) };
  const outcome = await runOne(open, options.json ? quiet : deps, file, options);
  if (outcome.type === "refused") throw refusedError(file.experiment.name, outcome.problems);
  const { result, runId } = outcome;
  if (options.json) say(JSON.stringify({ run: runId, name: file.experiment.name, ...result }, null, 2));
  else say(`run ${runId}: ${shortResult("done", result, null)}`);
  return result.verdict === "held" && result.clean ? 0 : 1;
}

/** `kubemend chaos report [run]`: what a run came to. */
export async function reportChaos(id: string | undefined, options: ChaosOptions & { json?: boolean }): Promise<void> {
  await using open = await openChaosStore(options);
  const { database } = open.store;
  const run =
    id === undefined ? (await listChaosRuns(database, open.config.cluster, 1))[0] : await getChaosRun(database, id);
  if (!run)
    throw inputError(
      "chaos-no-run",
      id === undefined ? "No experiment has been run." : `There is no run ${id}.`,
      "kubemend chaos list shows them.",
    );
  const result = readResult(run.result);
  if (options.json) return say(JSON.stringify(run, null, 2));
  const hypothesis = hypothesisOf(run.experiment);
  say(`run ${run.id} of ${run.name} in ${run.cluster}, asked for by ${run.requestedBy} at ${isoTime(run.requestedAt)}`);
  if (hypothesis) say(`hypothesis: ${hypothesis}`);
  say(shortResult(run.phase, run.result, run.note));
  if (!result) return;
  const { before, during, after } = result.probes;
  for (const { probe, holds, detail } of before) say(`  before  ${holds ? "holds " : "FAILS "} ${probe} (${detail})`);
  for (const { probe, asked, failed, detail } of during)
    say(
      `  during  ${failed === 0 ? "holds " : "failed"} ${probe}${failed === 0 ? "" : ` ${failed} of ${asked} times (${detail})`}`,
    );
  for (const { probe, holds, detail } of after) say(`  after   ${holds ? "holds " : "FAILS "} ${probe} (${detail})`);
  for (const { target, what, restored, detail } of result.changes)
    say(`  ${restored.padEnd(8)} ${target}: ${what}${detail ? ` (${detail})` : ""}`);
  if (result.score) say(`  kubemend ${scoreText(result.score)}`);
}

/** `kubemend chaos list`: the newest runs. */
export async function listChaos(options: ChaosOptions): Promise<void> {
  await using open = await openChaosStore(options);
  const runs = await listChaosRuns(open.store.database, open.config.cluster);
  if (runs.length === 0) say("No experiment has been run.");
  for (const run of runs)
    say(
      `${run.id.padStart(4)}  ${isoTime(run.startedAt ?? run.requestedAt)}  ${run.name}: ${shortResult(run.phase, run.result, run.note)}`,
    );
}

/** `kubemend chaos stop`: asks what runs to stop; the process that runs it puts everything back. */
export async function stopChaos(options: ChaosOptions): Promise<void> {
  await using open = await openChaosStore(options);
  const runs = await askChaosStop(open.store.database, open.config.cluster, operator);
  say(
    runs.length === 0
      ? "No experiment is running."
      : `Run ${runs.join(", ")} stops; everything it changed is put back.`,
  );
}

/** `kubemend chaos restore`: puts back what killed processes have left. Exit code 1 when something is left. */
export async function restoreChaos(options: ChaosOptions & { run?: string; force?: boolean }): Promise<number> {
  await using open = await openChaosStore(options);
  const deps = runDeps(open, options, new AbortController().signal);
  const { runs, clean } = await restoreRuns(deps, {
    ...(options.run ? { run: options.run } : {}),
    force: options.force ?? false,
  });
  say(
    runs === 0
      ? "Nothing is left of any experiment."
      : clean
        ? "Everything is as it was."
        : "Not everything could be put back; see above, then try again, or with --force.",
  );
  return clean ? 0 : 1;
}

async function steadyAgain(deps: ChaosRunDeps, file: ExperimentFile, patienceMs: number): Promise<void> {
  const { experiment } = file;
  const ask = createAskProbe(deps, experiment.blastRadius.namespaces);
  const until = systemClock.now() + patienceMs;
  while (!deps.signal.aborted && systemClock.now() < until) {
    const answers = await Promise.all(experiment.steadyState.map(ask));
    if (answers.every(({ holds }) => holds)) return;
    // Aborted means: look at the signal.
    await systemClock.sleep(Math.min(experiment.every, patienceMs), deps.signal).catch(() => undefined);
  }
}

/** `kubemend chaos gameday <files…>`: runs them one after the other and writes a scoreboard. */
export async function gamedayChaos(
  paths: readonly string[],
  options: RunOptions & { out: string; wait: string },
): Promise<number> {
  const files = await readExperiments(paths);
  const waitSeconds = Number(options.wait);
  if (!(waitSeconds >= 0 && waitSeconds <= 86_400))
    throw inputError(
      "option-invalid",
      "--wait must be a number of seconds up to 86400.",
      "See kubemend chaos gameday --help.",
    );
  await using open = await openChaosStore(options);
  const deps = runDeps(open, options, stopSignal());
  const startedAt = systemClock.now();
  const entries: GameDayEntry[] = [];
  for (const file of files) {
    const { name, hypothesis, expected } = file.experiment;
    const noticed = expected === "none" ? expected : { withinMs: expected.within };
    if (deps.signal.aborted) {
      entries.push({ name, hypothesis, noticed, problems: ["the game day was stopped before"] });
      continue;
    }
    say(`\n${name}: ${hypothesis}`);
    await steadyAgain(deps, file, waitSeconds * 1_000);
    const outcome = await runOne(open, deps, file, options).catch((error: unknown): RunOutcome => {
      // One experiment that cannot be run must not cost the others theirs.
      const text = error instanceof AppError ? `${error.message} ${error.remedy ?? ""}` : messageOf(error);
      return { type: "refused", problems: [text] };
    });
    if (outcome.type === "refused") {
      for (const problem of outcome.problems) say(`not run       ${problem}`);
      entries.push({ name, hypothesis, noticed, problems: outcome.problems });
    } else {
      say(`run ${outcome.runId}: ${shortResult("done", outcome.result, null)}`);
      entries.push({ name, hypothesis, noticed, runId: outcome.runId, result: outcome.result, problems: [] });
    }
  }
  const day = { cluster: open.config.cluster, startedAt, endedAt: systemClock.now(), entries };
  const summary = summarize(day);
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, "scoreboard.json"), `${JSON.stringify({ ...day, summary }, null, 2)}\n`);
  await writeFile(join(options.out, "scoreboard.html"), scoreboardHtml(day));
  say(
    `\n${summary.run} of ${summary.experiments} run, ${summary.held} hypotheses held; ${join(options.out, "scoreboard.html")} tells more.`,
  );
  return summary.clean && summary.run === summary.experiments ? 0 : 1;
}

const offerEveryMs = 30_000;
const lookEveryMs = 2_000;

/** `kubemend chaos serve <files…>`: offers experiments to chat and runs those that are asked for there. */
export async function serveChaos(paths: readonly string[], options: ChaosOptions): Promise<void> {
  const files = await readExperiments(paths);
  await using open = await openChaosStore(options);
  const signal = stopSignal();
  const deps = runDeps(open, options, signal);
  const { database } = open.store;
  const { cluster } = open.config;
  const offered = files.map(({ experiment, body }) => ({ name: experiment.name, body }));
  say(`offering ${offered.map(({ name }) => name).join(", ")}; /incident chaos run <name> starts one`);
  let offerAt = 0;
  while (!signal.aborted) {
    try {
      if (Date.now() >= offerAt) {
        await offerExperiments(database, cluster, offered);
        offerAt = Date.now() + offerEveryMs;
      }
      const row = await takeRequestedRun(database, cluster);
      if (row) {
        say(`\nrun ${row.id}: ${row.name}, asked for by ${row.requestedBy}`);
        // While it runs, the others stay on offer.
        const offering = setInterval(
          () => void offerExperiments(database, cluster, offered).catch(() => undefined),
          offerEveryMs,
        );
        const outcome = await makeRun(deps, { row }).finally(() => clearInterval(offering));
        if (outcome.type === "refused") for (const problem of outcome.problems) say(`not run       ${problem}`);
        else say(`run ${row.id}: ${shortResult("done", outcome.result, null)}`);
        continue;
      }
    } catch (error) {
      // A database or a cluster that is away comes back; whoever asked is told by the run's row.
      say(`${messageOf(error, 200)}; trying again`);
    }
    // Aborted means: look at the signal.
    await systemClock.sleep(lookEveryMs, signal).catch(() => undefined);
  }
}
