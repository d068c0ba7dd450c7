import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AnalysedIncident } from "../../src/app/diagnosis/analysis-result.ts";
import { analyzeRecording } from "../../src/app/diagnosis/analyze-recording.ts";
import { loadRecording, type Recording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { mutations } from "../support/mutate/index.ts";
import { noisySpace, together } from "../support/mutate/more.ts";
import type { Mutated } from "../support/mutate/mutated.ts";
import { atLeast, type Figure, finish, none } from "./result.ts";

/**
 * Plays every recording below a folder in changed form (other names, fewer samples, other words, no logs, late events, noise
 * beside it) and compares with the equally changed truth:
 * `node test/evals/mutated.ts <folder> [name part] [--only=mutation;mutation] [--verbose]`. Exit code 1 when a goal is missed.
 */

const time = z.string().transform((text) => Date.parse(text));
const ref = z.looseObject({ kind: z.string(), name: z.string() });
const truthSchema = z.object({
  faults: z.array(
    z.object({
      id: z.string(),
      injectedAt: time,
      recoveredAt: time,
      cause: z.string(),
      culprit: ref,
      fix: z.looseObject({ action: z.string(), target: ref }),
    }),
  ),
});
type Fault = z.infer<typeof truthSchema>["faults"][number];

interface Verdict {
  readonly detected: boolean;
  readonly single: boolean;
  readonly cause: boolean;
  readonly fix: boolean;
  readonly said: string;
}

function judge(
  fault: Fault,
  namespace: string,
  incidents: readonly AnalysedIncident[],
  rename: (text: string) => string,
): Verdict {
  const during = incidents.filter(
    ({ openedAt, target }) =>
      Date.parse(openedAt) >= fault.injectedAt &&
      Date.parse(openedAt) <= fault.recoveredAt &&
      (target.namespace ?? namespace) === namespace,
  );
  const [first] = during;
  const best = first?.diagnosis.hypotheses[0];
  const cause =
    best?.cause === fault.cause &&
    best.culprit.kind === fault.culprit.kind &&
    best.culprit.name === rename(fault.culprit.name);
  const offers = first?.recommendations.slice(0, 2) ?? [];
  return {
    detected: first !== undefined,
    single: during.length === 1,
    cause,
    fix: offers.some(
      ({ action, target }) =>
        action === fault.fix.action &&
        target.kind === fault.fix.target.kind &&
        target.name === rename(fault.fix.target.name),
    ),
    said: `${during.length} incidents; ${best ? `${best.cause} ${best.culprit.kind}/${best.culprit.name} ${best.probability.toFixed(2)}` : "-"}; ${offers.map(({ action, target }) => `${action} ${target.kind}/${target.name}`).join(", ")}`,
  };
}

function tell(incident: AnalysedIncident): void {
  console.log(`      # ${incident.openedAt} - ${incident.resolvedAt ?? "open"} ${incident.title}`);
  for (const { startsAt, detectedAt, endsAt, detector, target, summary } of incident.anomalies)
    console.log(
      `        ${startsAt.slice(11, 19)} ${detectedAt.slice(11, 19)}-${endsAt?.slice(11, 19) ?? ""} ${detector} ${target.kind}/${target.name}: ${summary.slice(0, 170)}`,
    );
  for (const one of incident.diagnosis.hypotheses)
    console.log(
      `        ${one.probability.toFixed(2)} ${one.cause} ${one.culprit.kind}/${one.culprit.name} x${one.explains.toFixed(2)}`,
    );
}

const [root = ".", ...rest] = process.argv.slice(2);
const verbose = rest.includes("--verbose");
const part = rest.find((word) => !word.startsWith("--"));
const only = rest
  .find((word) => word.startsWith("--only="))
  ?.slice(7)
  .split(";");

interface Case {
  readonly recording: Recording;
  readonly faults: readonly { readonly namespace: string; readonly fault: Fault }[];
}

async function load(name: string): Promise<Case> {
  const recording = await loadRecording(join(root, name));
  const truth = truthSchema.parse(JSON.parse(await readFile(join(root, name, "truth.json"), "utf8")));
  const [namespace = ""] = recording.header.namespaces;
  return { recording, faults: truth.faults.map((fault) => ({ namespace, fault })) };
}

const names = (await readdir(root))
  // Whole days, of which the numbered ones are parts, take their time: only when asked for.
  .filter((name) => existsSync(join(root, name, "truth.json")) && (part ? name.includes(part) : /\d$/.test(name)))
  .sort();
const cases = new Map<string, Case>();
for (const name of names) cases.set(name, await load(name));

interface Tally {
  faults: number;
  /** Of those, the ones of which the cause can be known. */
  knowable: number;
  detected: number;
  single: number;
  cause: number;
  fix: number;
  stray: number;
}

async function play(
  { recording: plain, faults }: Case,
  { recording, arrive, rename = (text) => text }: Mutated,
  tally: Tally,
  hidden: readonly string[] = [],
): Promise<void> {
  const signals = recordedSignals(recording);
  const { incidents } = await analyzeRecording({
    cluster: recording.header.name,
    start: recording.start,
    end: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: arrive ? arrive(signals) : signals,
  });
  const own = incidents.filter(({ target }) => target.namespace !== noisySpace);
  for (const { fault, namespace } of faults) {
    const verdict = judge(fault, rename(namespace), own, rename);
    const isHidden = hidden.includes(fault.cause);
    tally.faults++;
    for (const key of ["detected", "single"] as const) if (verdict[key]) tally[key]++;
    if (!isHidden) {
      tally.knowable++;
      for (const key of ["cause", "fix"] as const) if (verdict[key]) tally[key]++;
    }
    const right = verdict.single && (isHidden || (verdict.cause && verdict.fix));
    if (!right)
      console.log(
        `    ${plain.header.name} ${fault.cause} ${rename(fault.culprit.name)}, ${fault.fix.action}: ${verdict.said}`,
      );
    if (verbose && !right) for (const incident of own) tell(incident);
  }
  for (const incident of own) {
    const at = Date.parse(incident.openedAt);
    if (faults.some(({ fault }) => at >= fault.injectedAt && at <= fault.recoveredAt)) continue;
    tally.stray++;
    console.log(`    ${plain.header.name} nothing was wrong: ${incident.openedAt} ${incident.title}`);
    if (verbose) tell(incident);
  }
}

const none_: Tally = { faults: 0, knowable: 0, detected: 0, single: 0, cause: 0, fix: 0, stray: 0 };
const rows: { readonly id: string; readonly tally: Tally }[] = [];
for (const { id, mutate, blindTo = [], hides = [] } of mutations) {
  if (only && !only.includes(id)) continue;
  const tally = { ...none_ };
  console.log(`  ${id}`);
  for (const one of cases.values()) {
    if (one.faults.some(({ fault }) => blindTo.includes(fault.cause))) continue;
    await play(
      one,
      mutate(
        one.recording,
        one.faults.map(({ fault }) => ({ at: fault.injectedAt, culprit: fault.culprit.name })),
      ),
      tally,
      hides,
    );
  }
  rows.push({ id, tally });
}
if (!only || only.includes("together")) {
  const tally = { ...none_ };
  console.log("  together");
  for (const [name, a] of cases) {
    const other = [...cases].find(([next]) => next > name && next.slice(-2) === name.slice(-2))?.[1];
    if (!other || a === other) continue;
    await play(
      { recording: together(a.recording, other.recording), faults: [...a.faults, ...other.faults] },
      { recording: together(a.recording, other.recording) },
      tally,
    );
  }
  rows.push({ id: "together", tally });
}

console.log("\n| changed | faults | detected | as one incident | cause and culprit | fix among two | in quiet parts |");
console.log("|---|---|---|---|---|---|---|");
for (const { id, tally } of rows)
  console.log(
    `| ${id} | ${tally.faults} | ${tally.detected} | ${tally.single} | ${tally.cause} of ${tally.knowable} | ${tally.fix} of ${tally.knowable} | ${tally.stray} |`,
  );
const figures: Figure[] = rows.flatMap(({ id, tally }) => [
  atLeast(`${id}: faults detected`, tally.detected, tally.faults),
  atLeast(`${id}: as one incident`, tally.single, tally.faults),
  atLeast(`${id}: right cause and culprit`, tally.cause, tally.knowable),
  atLeast(`${id}: right fix among two`, tally.fix, tally.knowable),
  none(`${id}: incidents in quiet parts`, tally.stray),
]);
await finish({ figures });
