import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createObservation } from "../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import type { Evidence } from "../../src/incident/diagnosis/evidence.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { type ObjectRef, refText, sameRef } from "../../src/incident/object-ref.ts";
import { type Diagnosed, diagnoseByRules } from "../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { brierScore, calibrationError, reliability, type Scored } from "./calibration/reliability.ts";
import { all, below, finish, none } from "./result.ts";
import { readTruth } from "./truth.ts";

/**
 * Runs detection and diagnosis by rules over every recording below a folder, in virtual time, and compares with what really
 * happened: `node test/evals/rca.ts <folder> [name part] [--verbose]`. Exit code 1 when a goal is missed.
 */

/** When a diagnosis is made again after an incident was opened (ms). */
const againMs = [0, 15_000, 30_000, 60_000, 120_000, 240_000];

interface Answer {
  readonly at: number;
  readonly incident: Incident;
  readonly made: Diagnosed;
  readonly wallMs: number;
}

async function run(folder: string): Promise<readonly Answer[]> {
  const recording = await loadRecording(folder);
  const tickMs = recording.header.scrapeIntervalSeconds * 1_000;
  const observation = createObservation({ cluster: recording.header.name });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), learnMs: 3 * 60_000, tickMs });
  const { redact } = createRedactor({ salt: "eval" });
  const answers: Answer[] = [];
  const known = new Map<string, { made: number; evidence: readonly Evidence[] }>();
  const tick = (now: number) => {
    engine.tick(now);
    for (const incident of engine.incidents()) {
      if (incident.status === "resolved" || incident.resolvedAt !== undefined) continue;
      const state = known.get(incident.id) ?? { made: 0, evidence: [] };
      known.set(incident.id, state);
      const due = againMs[state.made];
      if (due === undefined || now < incident.openedAt + due) continue;
      const began = performance.now();
      const made = diagnoseByRules({
        incident,
        observation,
        now,
        redact,
        version: ++state.made,
        previousEvidence: state.evidence,
      });
      state.evidence = made.evidence;
      answers.push({ at: now, incident, made, wallMs: performance.now() - began });
    }
  };
  let next = recording.start + tickMs;
  for (const signal of recordedSignals(recording)) {
    while (signal.at > next) {
      tick(next);
      next += tickMs;
    }
    engine.ingest(signal);
  }
  tick(next);
  return answers;
}

const same = (a: ObjectRef, b: ObjectRef) =>
  sameRef(
    { kind: a.kind, name: a.name, namespace: a.namespace },
    { kind: b.kind, name: b.name, namespace: b.namespace },
  );

/** `2 of 2`, with what was named too much. */
function radius(said: readonly ObjectRef[], truth: readonly ObjectRef[]): string {
  const found = truth.filter((ref) => said.some((other) => same(ref, other))).length;
  const extra = said.filter((ref) => !truth.some((other) => same(ref, other)));
  return `${found} of ${truth.length}${extra.length > 0 ? `, also ${extra.map((ref) => ref.name).join(" ")}` : ""}`;
}

const [root = ".", ...rest] = process.argv.slice(2);
const verbose = rest.includes("--verbose");
const part = rest.find((word) => !word.startsWith("--"));
const names = (await readdir(root)).filter((name) => (part ? name.includes(part) : true)).sort();
const scored: Scored[] = [];
const firsts: Scored[] = [];
const slowest: number[] = [];
let missed = 0;
let blamed = 0;
let faults = 0;
let strays = 0;

console.log("| recording | cause, culprit | first right after | at 60 s | fix among two | p | blast radius |");
console.log("|---|---|---|---|---|---|---|");
for (const name of names) {
  const truth = await readTruth(join(root, name));
  if (!truth) continue;
  const answers = await run(join(root, name));
  for (const answer of answers) slowest.push(answer.wallMs);
  for (const fault of truth.faults) {
    const mine = answers.filter(
      ({ at, incident }) =>
        at >= fault.injectedAt && at <= fault.fixedAt && incident.onset >= fault.injectedAt - 60_000,
    );
    const isRight = ({ made }: Answer) => {
      const first = made.diagnosis.hypotheses[0];
      return first?.cause === fault.cause && same(first.culprit, fault.culprit);
    };
    const hasFix = ({ made }: Answer) =>
      made.recommendations
        .slice(0, 2)
        .some((item) => item.action === fault.fix.action && same(item.target, fault.fix.target));
    const last = mine.at(-1);
    const firstRight = mine.find(isRight);
    const opened = mine[0];
    const ok = last !== undefined && isRight(last) && hasFix(last);
    faults++;
    if (!ok) missed++;
    for (const answer of mine) {
      const first = answer.made.diagnosis.hypotheses[0];
      if (!first) continue;
      scored.push({ probability: first.probability, right: isRight(answer) });
      if (fault.blastRadius.some((item) => same(item, first.culprit))) {
        blamed++;
        if (verbose)
          console.log(
            `  blamed ${refText(first.culprit)} (${first.cause}) ${answer.at - answer.incident.openedAt} ms after opening`,
          );
      }
    }
    const best = last?.made.diagnosis.hypotheses[0];
    if (best && last) firsts.push({ probability: best.probability, right: isRight(last) });
    const minute = mine.findLast((answer) => answer.at <= answer.incident.openedAt + 65_000);
    console.log(
      `| ${fault.id}${name.includes("day") ? " (day)" : ""} | ${fault.cause}, ${fault.culprit.kind} ${fault.culprit.name} | ${firstRight ? `${((firstRight.at - fault.symptomVisibleAt) / 1_000).toFixed(0)} s` : opened ? "never" : "no incident"} | ${minute ? (isRight(minute) ? "right" : "wrong") : "-"} | ${last ? (hasFix(last) ? "yes" : "no") : "-"} | ${best?.probability.toFixed(2) ?? "-"} | ${last ? radius(last.made.diagnosis.blastRadius, fault.blastRadius) : "-"} |`,
    );
    if (verbose || !ok) {
      for (const { at, incident, made } of mine) {
        const all = made.diagnosis.hypotheses.map(
          (item) =>
            `${item.cause} ${item.culprit.kind}/${item.culprit.name} ${item.probability.toFixed(2)} x${item.explains.toFixed(2)}`,
        );
        console.log(`    +${((at - incident.openedAt) / 1_000).toFixed(0)} s: ${all.join(" | ")}`);
      }
      if (last) {
        console.log(`    wanted fix ${fault.fix.action} ${fault.fix.target.kind}/${fault.fix.target.name}`);
        for (const item of last.made.recommendations)
          console.log(
            `    ${item.id} ${item.action} ${refText(item.target)} ${item.confidence.toFixed(2)} ${item.kubectl}`,
          );
        console.log(`    ${last.made.diagnosis.summary}`);
        for (const item of last.made.diagnosis.ruledOut)
          console.log(`    ruled out: ${item.cause} ${refText(item.culprit)}: ${item.reason}`);
      }
    }
  }
  const stray = answers.filter(
    ({ at }) => !truth.faults.some((fault) => at >= fault.injectedAt && at <= fault.recoveredAt + 60_000),
  );
  for (const { incident, at } of stray.filter(
    (item, i) => i === stray.findIndex((other) => other.incident.id === item.incident.id),
  )) {
    strays++;
    console.log(`| ${name} | no fault, but incident "${incident.title}" at ${new Date(at).toISOString()} | | | | |`);
  }
}
slowest.sort((a, b) => a - b);
console.log(`\nblast-radius workloads blamed: ${blamed}; faults missed: ${missed}`);
console.log(
  `all diagnoses: Brier ${brierScore(scored).toFixed(3)}, calibration error ${calibrationError(scored).toFixed(3)} (n=${scored.length}); last of each incident: Brier ${brierScore(firsts).toFixed(3)}, calibration error ${calibrationError(firsts).toFixed(3)} (n=${firsts.length})`,
);
for (const bin of reliability(scored))
  console.log(
    `  ${bin.from.toFixed(1)}-${bin.to.toFixed(1)}: said ${bin.meanProbability.toFixed(2)}, right ${bin.rightShare.toFixed(2)} (n=${bin.count})`,
  );
console.log(
  `time of a diagnosis: p50 ${slowest[slowest.length >> 1]?.toFixed(0)} ms, p95 ${slowest[Math.floor(slowest.length * 0.95)]?.toFixed(0)} ms`,
);
await finish({
  figures: [
    all("recordings: right cause, culprit and fix", faults - missed, faults),
    none("blast-radius workloads blamed", blamed),
    none("incidents explained without a fault", strays),
    below("calibration error of cause confidence", calibrationError(scored), 0.1),
    below("time of a diagnosis by rules, p95 (ms)", slowest[Math.floor(slowest.length * 0.95)] ?? 0, 2_000, (ms) =>
      ms.toFixed(0),
    ),
  ],
  answers: scored,
});
