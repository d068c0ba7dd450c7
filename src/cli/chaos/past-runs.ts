import { restoreRuns } from "../../app/chaos/chaos-run.ts";
import { reportLines } from "../../chaos/report-lines.ts";
import { shortResult } from "../../chaos/words.ts";
import { inputError } from "../../lib/app-error.ts";
import { isoTime } from "../../lib/clock.ts";
import { visibleJson } from "../../lib/visible-text.ts";
import { askChaosStop, getChaosRun, listChaosRuns } from "../../store/chaos/runs.ts";
import { openConfigured, openStoreOf } from "../open-configured.ts";
import type { ChaosOptions } from "./judge-chaos.ts";
import { operator, runDeps, say } from "./setup.ts";

/** `kubemend chaos report [run]`: what a run came to. */
export async function reportChaos(id: string | undefined, options: ChaosOptions & { json?: boolean }): Promise<void> {
  await using open = await openConfigured(options.config);
  const { database } = open.store;
  const run =
    id === undefined ? (await listChaosRuns(database, open.config.cluster, 1))[0] : await getChaosRun(database, id);
  // In a database of several clusters there are runs of others.
  if (run?.cluster !== open.config.cluster)
    throw inputError(
      "chaos-no-run",
      id === undefined ? "No experiment has been run." : `There is no run ${id} in ${open.config.cluster}.`,
      id === undefined ? "kubemend chaos run <file> runs one; k8s/chaos has some." : "kubemend chaos list shows them.",
    );
  if (options.json) return say(visibleJson(run, 2));
  for (const line of reportLines(run)) say(line);
}

/** `kubemend chaos list`: the newest runs. */
export async function listChaos(options: ChaosOptions): Promise<void> {
  await using open = await openConfigured(options.config);
  const runs = await listChaosRuns(open.store.database, open.config.cluster);
  if (runs.length === 0) say("No experiment has been run.");
  for (const run of runs)
    say(
      `${run.id.padStart(4)}  ${isoTime(run.startedAt ?? run.requestedAt)}  ${run.name}: ${shortResult(run.phase, run.result, run.note)}`,
    );
}

/** `kubemend chaos stop`: asks what runs to stop; the process that runs it puts everything back. */
export async function stopChaos(options: ChaosOptions): Promise<void> {
  await using open = await openConfigured(options.config);
  const runs = await askChaosStop(open.store.database, open.config.cluster, operator);
  say(
    runs.length === 0
      ? "No experiment is running."
      : `Run ${runs.join(", ")} stops; everything it changed is put back.`,
  );
}

/** `kubemend chaos restore`: puts back what killed processes have left. Exit code 1 when something is left. */
export async function restoreChaos(options: ChaosOptions & { run?: string; force?: boolean }): Promise<number> {
  // Only this asks the cluster.
  const { judgeChaos } = await import("./judge-chaos.ts");
  const judged = await judgeChaos(options, () => Promise.resolve());
  await using store = await openStoreOf(judged.config);
  const deps = runDeps(judged, store, new AbortController().signal);
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
