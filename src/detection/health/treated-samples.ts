import type { PodSample } from "../../incident/cluster-sample.ts";
import type { HealthDecision } from "./decision.ts";
import type { Track } from "./recent-errors.ts";
import type { HealthSample } from "./simulate-health.ts";
import { vitalsOf } from "./vitals-of.ts";

/** One fix that was applied to a workload or to a pod of it, and whether the symptoms went away. */
export interface Treatment {
  readonly kind: "soft-heal" | "restart" | "other";
  readonly namespace: string;
  /** Name of the workload, or of the pod. */
  readonly name: string;
  /** Unix ms. */
  readonly at: number;
  /** Undefined when nobody knows. */
  readonly helped: boolean | undefined;
}

export interface TreatedSamples {
  readonly samples: readonly HealthSample[];
  /** Samples of trouble that no fix is known to have ended, and of objects that were only suspected. */
  readonly leftOut: number;
}

/** Trouble that a fix ended so much later was another one (ms). */
const reachMs = 60 * 60_000;
/** As far back as the detector sees (ms). */
const trackMs = 2 * 60 * 60_000;

interface Kept {
  readonly at: number;
  readonly value: number;
}

const trackOf = (kept: readonly Kept[]): Track => ({
  length: kept.length,
  timeAt: (i) => kept[i]?.at ?? Number.NaN,
  valueAt: (i) => kept[i]?.value ?? Number.NaN,
});

/** The fix that ended what was wrong at this time; undefined when it is not known or was none of the two. */
function cureOf(at: number, treatments: readonly Treatment[]): Exclude<HealthDecision, "none"> | undefined {
  const next = treatments.find((one) => one.at > at && one.at <= at + reachMs && one.helped === true);
  return next && { "soft-heal": "soft-heal" as const, restart: "hard-restart" as const, other: undefined }[next.kind];
}

/**
 * Labels what live capture has kept by what helped: samples of good times need nothing, samples of trouble need the fix that
 * ended it. Errors and memory are looked back on as the detector does.
 *
 * @param pages samples of pods in order of time
 * @param most above so many, good times are thinned out evenly
 */
export async function treatedSamples(
  pages: AsyncIterable<readonly PodSample[]>,
  treatments: readonly Treatment[],
  most: number,
): Promise<TreatedSamples> {
  const byObject = Map.groupBy(
    treatments.toSorted((a, b) => a.at - b.at),
    ({ namespace, name }) => `${namespace}/${name}`,
  );
  const pods = new Map<string, { readonly cpu: Kept[]; readonly memory: Kept[]; readonly errors: Kept[] }>();
  let samples: HealthSample[] = [];
  let leftOut = 0;
  let good = 0;
  let oneIn = 1;
  for await (const page of pages) {
    for (const { at, label, namespace, pod, workload, ...sample } of page) {
      const { healthCpuRatio, healthMemoryRatio, healthErrorCount, healthUptimeSeconds: uptimeSeconds } = sample;
      if (healthCpuRatio === null || healthMemoryRatio === null || healthErrorCount === null || uptimeSeconds === null)
        continue;
      const key = `${namespace}/${pod}`;
      const past = pods.get(key) ?? { cpu: [], memory: [], errors: [] };
      pods.set(key, past);
      past.cpu.push({ at, value: healthCpuRatio });
      past.memory.push({ at, value: healthMemoryRatio });
      past.errors.push({ at, value: healthErrorCount });
      for (const kept of [past.cpu, past.memory, past.errors]) while ((kept[0]?.at ?? at) < at - trackMs) kept.shift();
      const own = [...(byObject.get(`${namespace}/${workload}`) ?? []), ...(byObject.get(key) ?? [])];
      const decision = label === "good" ? ("none" as const) : label === "bad" ? cureOf(at, own) : undefined;
      if (!decision || (decision === "none" && good++ % oneIn !== 0)) {
        leftOut++;
        continue;
      }
      const healedAt = own.findLast((one) => one.kind === "soft-heal" && one.at <= at)?.at;
      const answer = { at, cpuRatio: healthCpuRatio, memoryRatio: healthMemoryRatio, uptimeSeconds };
      const tracks = { cpu: trackOf(past.cpu), memory: trackOf(past.memory), errors: trackOf(past.errors) };
      samples.push({ at, decision, vitals: vitalsOf(tracks, answer, healedAt) });
      if (samples.length < most) continue;
      // Good times are plenty, and every second of them says the same.
      const before = samples.length;
      samples = samples.filter((one, i) => one.decision !== "none" || i % 2 === 0);
      oneIn *= 2;
      leftOut += before - samples.length;
    }
  }
  return { samples, leftOut };
}
