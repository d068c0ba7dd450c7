import { makeRun, type RunOutcome } from "../../app/chaos/chaos-run.ts";
import { shortResult } from "../../chaos/words.ts";
import { messageOf } from "../../lib/app-error.ts";
import { rest, systemClock } from "../../lib/clock.ts";
import { offerExperiments } from "../../store/chaos/offered-experiments.ts";
import { refuseChaosRun, takeRequestedRun } from "../../store/chaos/runs.ts";
import { openStoreOf } from "../open-configured.ts";
import { type ChaosOptions, judgeChaos } from "./judge-chaos.ts";
import { readExperiments } from "./read-experiments.ts";
import { runDeps, say, stopRun } from "./setup.ts";

const offerEveryMs = 30_000;
const lookEveryMs = 2_000;

/** `kubemend chaos serve <files…>`: offers experiments to chat and runs those that are asked for there. */
export async function serveChaos(paths: readonly string[], options: ChaosOptions): Promise<void> {
  const judged = await judgeChaos(options, () => readExperiments(paths));
  await using store = await openStoreOf(judged.config);
  const signal = stopRun();
  const deps = runDeps(judged, store, signal);
  const { database } = store;
  const { cluster } = judged.config;
  const offered = judged.more.map(({ experiment, body }) => ({ name: experiment.name, body }));
  say(`offering ${offered.map(({ name }) => name).join(", ")}; /incident chaos run <name> starts one`);
  const offer = () => offerExperiments(database, cluster, offered);
  let offerAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      if (performance.now() >= offerAt) {
        await offer();
        offerAt = performance.now() + offerEveryMs;
      }
      const row = await takeRequestedRun(database, cluster);
      if (row) {
        say(`\nrun ${row.id}: ${row.name}, asked for by ${row.requestedBy}`);
        // While it runs, the others stay on offer.
        const offering = setInterval(
          () => void offer().catch((error: unknown) => say(`not offered   ${messageOf(error, 200)}`)),
          offerEveryMs,
        );
        const outcome = await makeRun(deps, { row })
          .catch(async (error: unknown): Promise<RunOutcome> => {
            // Whoever asked hears why nothing happens; what has begun is for `kubemend chaos restore`.
            const problem = messageOf(error, 200);
            await refuseChaosRun(database, row.id, problem);
            return { type: "refused", problems: [problem] };
          })
          .finally(() => clearInterval(offering));
        if (outcome.type === "refused") for (const problem of outcome.problems) say(`not run       ${problem}`);
        else say(`run ${row.id}: ${shortResult("done", outcome.result, null)}`);
        continue;
      }
    } catch (error) {
      // A database or a cluster that is away comes back.
      say(`${messageOf(error, 200)}; trying again`);
    }
    await rest(systemClock, lookEveryMs, signal);
  }
}
