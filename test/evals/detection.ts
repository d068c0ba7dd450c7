import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createObservation } from "../../src/cluster/observation.ts";
import { createDetectionEngine, type DetectionEngine } from "../../src/detection/engine/engine.ts";
import type { Incident, IncidentChange } from "../../src/incident/incident.ts";
import { refText } from "../../src/incident/object-ref.ts";
import { loadRecording } from "../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../src/replay/recording/recorded-signals.ts";
import { all, finish, none } from "./result.ts";
import { readTruth } from "./truth.ts";

/**
 * Runs detection over every recording below a folder and compares with what really happened:
 * `node test/evals/detection.ts <folder> [name part] [--verbose]`. Exit code 1 when a goal is missed.
 */

/** Causes that Kubernetes' own state shows at once; the others need metrics or logs to build up. */
const stateCauses = new Set([
  "missing-env",
  "image-not-found",
  "unschedulable",
  "bad-readiness-probe",
  "memory-limit-too-low",
  "dependency-down",
  "selector-mismatch",
  "missing-config",
  "bad-command",
  "init-failure",
  "quota-exceeded",
  "image-pull-denied",
  "node-unschedulable",
]);

interface Run {
  readonly incidents: readonly Incident[];
  readonly wallMs: number;
  readonly engine: DetectionEngine;
  readonly log: readonly { at: number; change: IncidentChange }[];
}

async function run(folder: string): Promise<Run> {
  const recording = await loadRecording(folder);
  let ids = 0;
  const engine = createDetectionEngine({
    observation: createObservation({ cluster: recording.header.name }),
    nextId: () => String(++ids),
    learnMs: 3 * 60_000,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
  });
  const began = performance.now();
  const log: { at: number; change: IncidentChange }[] = [];
  const tickMs = recording.header.scrapeIntervalSeconds * 1_000;
  let next = recording.start + tickMs;
  const tick = (now: number) => {
    for (const change of engine.tick(now).changes) log.push({ at: now, change });
  };
  for (const signal of recordedSignals(recording)) {
    while (signal.at > next) {
      tick(next);
      next += tickMs;
    }
    engine.ingest(signal);
  }
  tick(next);
  return { incidents: engine.incidents(), wallMs: performance.now() - began, engine, log };
}

const clock = (ms: number | undefined) => (ms === undefined ? "-" : new Date(ms).toISOString().slice(11, 19));
const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`;

/** The moment of the first OOM kill of a workload, from the watch; a leak must be told two minutes before. */
async function firstOomAfter(folder: string, from: number): Promise<number | undefined> {
  const recording = await loadRecording(folder);
  for (const { at, object } of recording.changes) {
    if (object.kind !== "Pod" || at < from) continue;
    if (JSON.stringify(object.status ?? {}).includes('"OOMKilled"')) return at;
  }
  return undefined;
}

let faults = 0;
let badFaults = 0;
let faultMisses = 0;
let quiet = 0;

async function evaluate(folder: string, name: string, verbose: boolean): Promise<string[]> {
  const truth = await readTruth(folder);
  if (!truth) throw new Error(`${folder} has no truth.json`);
  const { incidents, wallMs, engine, log } = await run(folder);
  const misses: string[] = [];
  const goal = (ok: boolean, text: string) => {
    if (!ok) misses.push(`${name}: ${text}`);
    return ok ? "" : " !";
  };
  console.log(
    `\n${name}: ${engine.stats.ticks} ticks, ${engine.stats.series} series, ${engine.stats.logLines} log lines, ${Math.round(wallMs)} ms, detector failures ${engine.stats.detectorFailures}`,
  );
  goal(engine.stats.detectorFailures === 0, "a detector failed");
  const owned = new Set<string>();
  for (const fault of truth.faults) {
    const missesBefore = misses.length;
    const during = incidents.filter(
      ({ openedAt, resolvedAt }) =>
        openedAt <= fault.recoveredAt &&
        (resolvedAt ?? Number.POSITIVE_INFINITY) >= fault.injectedAt &&
        openedAt >= fault.injectedAt,
    );
    for (const { id } of during) owned.add(id);
    const [first] = during;
    const delay = first ? first.openedAt - fault.symptomVisibleAt : Number.NaN;
    let allowed = stateCauses.has(fault.cause) ? 10_000 : 60_000;
    if (fault.cause === "memory-leak") {
      const oom = await firstOomAfter(folder, fault.injectedAt);
      if (oom !== undefined) allowed = oom - 120_000 - fault.symptomVisibleAt;
    }
    const right = first && first.target.name === fault.culprit.name && first.target.kind === fault.culprit.kind;
    const resolved = first?.resolvedAt;
    console.log(
      `  ${fault.id} ${fault.cause} ${fault.culprit.kind}/${fault.culprit.name}: incidents ${during.length}${goal(during.length === 1, `${fault.id}: ${during.length} incidents`)}, ` +
        `detected ${seconds(delay)} after visible (allowed ${seconds(allowed)})${goal(delay <= allowed, `${fault.id}: detected after ${seconds(delay)}`)}, ` +
        `target ${first ? refText(first.target) : "-"}${goal(right === true, `${fault.id}: target ${first ? refText(first.target) : "none"}`)}, ` +
        `resolved ${resolved === undefined ? "never" : `${seconds(resolved - fault.recoveredAt)} after recovery`}${goal(resolved !== undefined && resolved >= fault.fixedAt && resolved <= fault.recoveredAt + 210_000, `${fault.id}: resolved ${clock(resolved)}`)}`,
    );
    if (first)
      console.log(
        `      "${first.title}" [${first.severity}] onset ${clock(first.onset)} (injected ${clock(fault.injectedAt)}), ${first.anomalies.length} anomalies`,
      );
    faults++;
    faultMisses += misses.length - missesBefore;
    if (misses.length > missesBefore) badFaults++;
  }
  const stray = incidents.filter(({ id }) => !owned.has(id));
  console.log(
    `  quiet: ${stray.length} incidents${goal(stray.length === 0, `${stray.length} incidents in quiet parts`)}`,
  );
  quiet += stray.length;
  if (stray.length > 0) faultMisses++;
  for (const incident of stray) console.log(`      ${clock(incident.openedAt)} "${incident.title}"`);
  if (verbose) {
    for (const { at, change } of log) {
      console.log(
        `    ${clock(at)} ${change.type} #${change.incident.id} ${change.incident.title} [${change.incident.severity}]`,
      );
    }
    for (const incident of incidents) {
      console.log(`    #${incident.id} ${incident.title}`);
      for (const { detectedAt, startsAt, endsAt, detector, target, summary, severity } of incident.anomalies) {
        console.log(
          `      ${clock(startsAt)} ${clock(detectedAt)}-${clock(endsAt)} ${detector} ${refText(target)} [${severity}] ${summary.slice(0, 150)}`,
        );
      }
    }
  }
  return misses;
}

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: node test/evals/detection.ts <folder with recordings> [name part] [--verbose]");
  process.exit(2);
}
const part = rest.find((text) => !text.startsWith("--")) ?? "";
const names = (await readdir(folder, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name.includes(part))
  .map(({ name }) => name);
const misses: string[] = [];
for (const name of names.sort()) misses.push(...(await evaluate(join(folder, name), name, rest.includes("--verbose"))));
console.log(
  misses.length === 0 ? "\nAll goals reached." : `\nMissed:\n${misses.map((text) => `  ${text}`).join("\n")}`,
);
await finish({
  figures: [
    all("faults detected in time, on the right object, as one incident", faults - badFaults, faults),
    none("incidents in quiet parts", quiet),
    none("other goals missed", misses.length - faultMisses),
  ],
});
