import { fileURLToPath } from "node:url";
import { loadBases, type Outcome, runScenario, scenarios, stage } from "../support/synthetic/index.ts";
import { all, finish } from "./result.ts";

/**
 * Plays faults for which there is no recording on top of quiet stretches of real ones and checks what `kubemend analyze`
 * makes of them: `node test/evals/synthetic.ts [folder with recordings] [--only=id,id part] [--stretch=0|1|2] [--seed=n]
 * [--verbose]`. Stretches other than 0 need all recordings, not only those of the repository.
 * Exit code 1 when something is not as expected.
 */
const words = process.argv.slice(2);
const verbose = words.includes("--verbose");
const optionOf = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const only = optionOf("only")?.split(",");
const seed = Number(optionOf("seed") ?? 7);
const stretch = optionOf("stretch");
const root = words.find((word) => !word.startsWith("--")) ?? fileURLToPath(new URL("../recordings", import.meta.url));

function details({ result, recording }: Outcome): void {
  console.log(
    `    ${recording.header.start}, fault at ${new Date(recording.start + stage.injectAfterMs).toISOString()}`,
  );
  for (const incident of result.incidents) {
    const { hypotheses, ruledOut } = incident.diagnosis;
    console.log(`    # ${incident.openedAt} - ${incident.resolvedAt ?? "open"} ${incident.title}`);
    for (const { startsAt, detectedAt, endsAt, detector, target, summary } of incident.anomalies)
      console.log(
        `      ${startsAt.slice(11, 19)} ${detectedAt.slice(11, 19)}-${endsAt?.slice(11, 19) ?? ""} ${detector} ${target.kind}/${target.name}: ${summary}`,
      );
    for (const one of hypotheses)
      console.log(
        `      ${one.probability.toFixed(2)} ${one.cause} ${one.culprit.kind}/${one.culprit.name} x${one.explains.toFixed(2)}`,
      );
    for (const one of ruledOut)
      console.log(`      ruled out ${one.cause} ${one.culprit.kind}/${one.culprit.name}: ${one.reason}`);
    for (const { action, target, kubectl } of incident.recommendations)
      console.log(`      fix ${action} ${target.kind}/${target.name}: ${kubectl}`);
  }
}

const bases = await loadBases(root, stretch === "1" ? 1 : stretch === "2" ? 2 : 0);
let wrong = 0;
let count = 0;
console.log("| scenario | detected after | cause | culprit | first fixes | |");
console.log("|---|---|---|---|---|---|");
for (const scenario of scenarios) {
  if (only && !only.some((part) => scenario.id.includes(part))) continue;
  const outcome = await runScenario(scenario, bases, seed);
  count++;
  if (outcome.misses.length > 0) wrong++;
  const [first] = outcome.result.incidents;
  const best = first?.diagnosis.hypotheses[0];
  const after = first
    ? `${((Date.parse(first.openedAt) - outcome.recording.start - stage.injectAfterMs) / 1_000).toFixed(0)} s`
    : "-";
  const fixes = first?.recommendations
    .slice(0, 2)
    .map(({ action, target }) => `${action} ${target.kind}/${target.name}`);
  console.log(
    `| ${scenario.id} | ${after} | ${best ? `${best.cause} ${best.probability.toFixed(2)}` : "-"} | ${best ? `${best.culprit.kind}/${best.culprit.name}` : "-"} | ${fixes?.join(", ") ?? "-"} | ${outcome.misses.length === 0 ? "right" : outcome.misses.join("; ")} |`,
  );
  if (verbose) details(outcome);
}
console.log(`\n${count - wrong} of ${count} as expected`);
await finish({ figures: [all("synthetic faults and changes as expected", count - wrong, count)] });
