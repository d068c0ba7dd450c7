import { healthDecisions } from "../../src/detection/health/decision.ts";
import { defaultHealthModelFolder, readHealthModel } from "../../src/detection/health/health-model.ts";
import { simulateHealth } from "../../src/detection/health/simulate-health.ts";
import { usualFates } from "../../src/detection/health/simulated-fates.ts";
import { measureHealth } from "../../src/detection/health/train-health.ts";
import { otherFates } from "../support/other-fates.ts";
import { atLeast, below, finish } from "./result.ts";

/**
 * The classifier of application health on simulated instances that it has not seen: other seeds, and applications built
 * otherwise than all that it was trained on.
 */
const instances = 600;
const seeds = [501, 502, 503];

const read = readHealthModel(defaultHealthModelFolder);
if (read.outcome !== "read") throw new Error(`the health model is ${read.outcome}`);
const { classifier } = read;
const percent = (value: number) => `${(value * 100).toFixed(0)} %`;

function measure(fates: typeof usualFates) {
  const samples = seeds.flatMap((seed) => simulateHealth({ instances, seed, fates }));
  const held = measureHealth(classifier, samples);
  const sum = (row: readonly number[] = []) => row.reduce((total, count) => total + count, 0);
  const cell = (right: number, said: number) => held.confusion[right]?.[said] ?? 0;
  const [none, soft, hard] = held.confusion;
  return {
    held,
    restartsFound: cell(2, 2) / sum(hard),
    restartsRight: cell(2, 2) / (cell(0, 2) + cell(1, 2) + cell(2, 2)),
    acted: (cell(1, 1) + cell(1, 2) + cell(2, 1) + cell(2, 2)) / (sum(soft) + sum(hard)),
    quiet: cell(0, 0) / sum(none),
    lost: (held.minutesLost?.model ?? 0) / (held.minutesLost?.never ?? 1),
  };
}

const usual = measure(usualFates);
console.log(`Unseen seeds ${seeds.join(", ")}: rows are what was right, columns what was said`);
console.log(`| | ${healthDecisions.join(" | ")} |\n|---|---|---|---|`);
usual.held.confusion.forEach((row, i) => {
  console.log(`| ${healthDecisions[i]} | ${row.join(" | ")} |`);
});
console.log(
  "\n| applications | Brier | of frequencies | ECE | restarts found | rightly said | acted on | left alone rightly | minutes lost |",
);
console.log("|---|---|---|---|---|---|---|---|---|");
const others = Object.entries(otherFates).map(([name, fates]) => [name, measure(fates)] as const);
for (const [name, { held, restartsFound, restartsRight, acted, quiet, lost }] of [["usual", usual] as const, ...others])
  console.log(
    `| ${name} | ${held.brier.toFixed(4)} | ${held.brierOfFrequencies.toFixed(4)} | ${(held.calibrationError ?? 1).toFixed(4)} | ${percent(restartsFound)} | ${percent(restartsRight)} | ${percent(acted)} | ${percent(quiet)} | ${percent(lost)} |`,
  );
const worst = (of: (one: ReturnType<typeof measure>) => number) => others.map(([, one]) => of(one));
await finish({
  figures: [
    atLeast("needed restarts called so, unseen seeds", usual.restartsFound, 0.7, percent),
    atLeast("restarts called so that were needed, unseen seeds", usual.restartsRight, 0.5, percent),
    atLeast("healthy looks left alone, unseen seeds", usual.quiet, 0.98, percent),
    below("calibration error, unseen seeds", usual.held.calibrationError ?? 1, 0.01),
    below(
      "Brier score, unseen seeds, as a share of the frequencies'",
      usual.held.brier / usual.held.brierOfFrequencies,
      0.5,
    ),
    below("failure minutes lost, as a share of never acting", usual.lost, 0.35, percent),
    atLeast(
      "worst of other applications: needed restarts called so",
      Math.min(...worst(({ restartsFound }) => restartsFound)),
      0.3,
      percent,
    ),
    atLeast(
      "worst of other applications: healthy looks left alone",
      Math.min(...worst(({ quiet }) => quiet)),
      0.95,
      percent,
    ),
    below("worst of other applications: failure minutes lost", Math.max(...worst(({ lost }) => lost)), 0.85, percent),
  ],
});
