import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAskProbe } from "../../app/chaos/chaos-probes.ts";
import type { ChaosRunDeps, RunOutcome } from "../../app/chaos/chaos-run.ts";
import { openIncidents, type Reach, reachOf } from "../../app/chaos/open-incidents.ts";
import { type GameDayEntry, summarize } from "../../chaos/game-day.ts";
import { truthOf } from "../../chaos/game-day-truth.ts";
import { scoreboardHtml } from "../../chaos/scoreboard.ts";
import { shortResult } from "../../chaos/words.ts";
import { refText } from "../../incident/object-ref.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { rest, systemClock } from "../../lib/clock.ts";
import { writeTruth } from "../../replay/record/write-truth.ts";
import { judgeTogether } from "../judge-together.ts";
import { makeFolder } from "../make-folder.ts";
import { numberOption } from "../number-option.ts";
import { openStoreOf } from "../open-configured.ts";
import { judgeChaos, type RunOptions } from "./judge-chaos.ts";
import { type ExperimentFile, readExperiments } from "./read-experiments.ts";
import { runOne } from "./run-one.ts";
import { runDeps, say, stopRun } from "./setup.ts";

/**
 * Waits until the steady state is there and kubemend has closed what it opened for the experiments before: what it makes of
 * the next fault must not go to their account. @param lasting what did not close in the time of an earlier wait, and is not
 * waited for again. @returns ids of incidents that were open all the same
 */
async function calmBefore(
  deps: ChaosRunDeps,
  { experiment }: ExperimentFile,
  reach: Reach,
  lasting: ReadonlySet<string>,
  patienceMs: number,
): Promise<readonly string[]> {
  const ask = createAskProbe(deps, reachOf(experiment.blastRadius));
  const until = systemClock.now() + patienceMs;
  let told = "";
  for (;;) {
    const [open, ...answers] = await Promise.all([
      openIncidents(deps.database, deps.clusterName, reach),
      ...experiment.steadyState.map(ask),
    ]);
    const failing = answers.filter(({ holds }) => !holds);
    const awaited = open.filter(({ id }) => !lasting.has(id));
    const leftMs = until - systemClock.now();
    if (deps.signal.aborted || leftMs <= 0 || awaited.length + failing.length === 0) return open.map(({ id }) => id);
    const waitsFor = [
      ...awaited.map(({ id, target }) => `incident ${id} to close (${refText(target)})`),
      ...failing.filter(({ probe }) => !quietNames(experiment).has(probe)).map(({ probe }) => probe),
    ].join(", ");
    if (waitsFor !== told && waitsFor !== "") say(`waiting       for ${waitsFor}`);
    told = waitsFor;
    await rest(systemClock, Math.min(experiment.every, leftMs), deps.signal);
  }
}

const quietNames = ({ steadyState }: ExperimentFile["experiment"]): ReadonlySet<string> =>
  new Set(steadyState.filter(({ type }) => type === "quiet").map(({ name }) => name));

/** `kubemend chaos gameday <files…>`: runs them one after the other and writes a scoreboard. */
export async function gamedayChaos(
  paths: readonly string[],
  options: RunOptions & { out: string; wait: string },
): Promise<number> {
  const waitSeconds = numberOption("wait", options.wait, { command: "chaos gameday", min: 0, max: 86_400 });
  // The folder too: before hours are spent, not after.
  const given = () => judgeTogether([readExperiments(paths), makeFolder(options.out, "--out")]);
  const judged = await judgeChaos(options, given);
  const [files] = judged.more;
  await using store = await openStoreOf(judged.config);
  const deps = runDeps(judged, store, stopRun());
  const startedAt = systemClock.now();
  const reach = reachOf(...files.map(({ experiment }) => experiment.blastRadius));
  const lasting = new Set<string>();
  const entries: GameDayEntry[] = [];
  for (const file of files) {
    const { name, hypothesis, expected } = file.experiment;
    if (deps.signal.aborted) {
      entries.push({ name, hypothesis, expected, problems: ["the game day was stopped before"] });
      continue;
    }
    say(`\n${name}: ${hypothesis}`);
    const openBefore = await calmBefore(deps, file, reach, lasting, waitSeconds * 1_000);
    for (const id of openBefore) lasting.add(id);
    if (openBefore.length > 0) say(`still open    ${openBefore.map((id) => `incident ${id}`).join(", ")}`);
    const outcome = await runOne(judged, deps, file).catch((error: unknown): RunOutcome => {
      // One experiment that cannot be run must not cost the others theirs.
      const text = error instanceof AppError ? `${error.message} ${error.remedy ?? ""}` : messageOf(error);
      return { type: "refused", problems: [text] };
    });
    if (outcome.type === "refused") {
      for (const problem of outcome.problems) say(`not run       ${problem}`);
      entries.push({ name, hypothesis, expected, problems: outcome.problems });
    } else {
      say(`run ${outcome.runId}: ${shortResult("done", outcome.result, null)}`);
      entries.push({
        name,
        hypothesis,
        expected,
        runId: outcome.runId,
        result: outcome.result,
        problems: [],
        openBefore,
      });
    }
  }
  const day = { cluster: judged.config.cluster, startedAt, endedAt: systemClock.now(), entries };
  const summary = summarize(day);
  await writeFile(join(options.out, "scoreboard.json"), `${JSON.stringify({ ...day, summary }, null, 2)}\n`);
  await writeFile(join(options.out, "scoreboard.html"), scoreboardHtml(day));
  await writeTruth(options.out, truthOf(day));
  say(
    `\n${summary.run} of ${summary.experiments} run, ${summary.held} ${summary.held === 1 ? "hypothesis" : "hypotheses"} held; ${join(options.out, "scoreboard.html")} tells more.`,
  );
  return summary.clean && summary.run === summary.experiments ? 0 : 1;
}
