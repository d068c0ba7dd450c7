import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAskProbe } from "../../app/chaos/chaos-probes.ts";
import type { ChaosRunDeps, RunOutcome } from "../../app/chaos/chaos-run.ts";
import { type GameDayEntry, summarize } from "../../chaos/game-day.ts";
import { scoreboardHtml } from "../../chaos/scoreboard.ts";
import { shortResult } from "../../chaos/words.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { rest, systemClock } from "../../lib/clock.ts";
import { numberOption } from "../number-option.ts";
import { openConfigured } from "../open-configured.ts";
import { type ExperimentFile, readExperiments } from "./read-experiments.ts";
import { type RunOptions, runOne } from "./run-one.ts";
import { runDeps, say, stopRun } from "./setup.ts";

async function steadyAgain(deps: ChaosRunDeps, file: ExperimentFile, patienceMs: number): Promise<void> {
  const { experiment } = file;
  const ask = createAskProbe(deps, experiment.blastRadius.namespaces);
  const until = systemClock.now() + patienceMs;
  while (!deps.signal.aborted && systemClock.now() < until) {
    const answers = await Promise.all(experiment.steadyState.map(ask));
    if (answers.every(({ holds }) => holds)) return;
    await rest(systemClock, Math.min(experiment.every, patienceMs), deps.signal);
  }
}

/** `kubemend chaos gameday <files…>`: runs them one after the other and writes a scoreboard. */
export async function gamedayChaos(
  paths: readonly string[],
  options: RunOptions & { out: string; wait: string },
): Promise<number> {
  const files = await readExperiments(paths);
  const waitSeconds = numberOption("wait", options.wait, { command: "chaos gameday", min: 0, max: 86_400 });
  await using open = await openConfigured(options.config);
  const deps = runDeps(open, options, stopRun());
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
    `\n${summary.run} of ${summary.experiments} run, ${summary.held} ${summary.held === 1 ? "hypothesis" : "hypotheses"} held; ${join(options.out, "scoreboard.html")} tells more.`,
  );
  return summary.clean && summary.run === summary.experiments ? 0 : 1;
}
