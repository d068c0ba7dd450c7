import { previewExperiment } from "../../app/chaos/chaos-run.ts";
import { targetText } from "../../chaos/change.ts";
import { timeSpanText } from "../../chaos/time-span.ts";
import type { ChaosOptions } from "./judge-chaos.ts";
import { readExperiments } from "./read-experiments.ts";
import { refusedError, say } from "./setup.ts";

/** `kubemend chaos validate <files…>` */
export async function validateChaos(paths: readonly string[]): Promise<void> {
  for (const { file, experiment } of await readExperiments(paths)) say(`${file}: ${experiment.name} is valid`);
}

/** `kubemend chaos plan <file>`: what would be changed, with the API's word on each change. Nothing is changed. */
export async function planChaos(path: string, options: ChaosOptions): Promise<void> {
  const { judgeChaos } = await import("./judge-chaos.ts");
  const { place, more } = await judgeChaos(options, () => readExperiments([path]));
  for (const { experiment } of more) {
    const plan = await previewExperiment(place, experiment);
    if (!plan.ok) throw refusedError(experiment.name, plan.problems);
    say(`${experiment.name}: ${experiment.hypothesis}`);
    say(
      `for ${timeSpanText(experiment.duration)}, after ${experiment.steadyState.length} probes of the steady state hold:`,
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
