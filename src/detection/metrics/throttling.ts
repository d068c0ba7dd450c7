import { isKind } from "../../cluster/kubernetes-types.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { Point, Series } from "../../cluster/series-store.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { timeOf } from "../detector.ts";
import { createLevelShift, type Shift } from "./level-shift.ts";
import { leastGapMs } from "./shift-rhythm.ts";
import { ownerOfPod, percent, scoreOf } from "./who.ts";

const limitOf = "container_cpu_limit_cores";
/** Starting costs CPU; a container that is throttled in its first seconds only is sized well enough. */
const startMs = 40_000;
/** It has started when it says so, and warms up for as long as this (ms): enough where its limit was lowered with it. */
const warmUpMs = 15_000;
/** Of the limit before. */
const lowered = 0.8;
/** Who was measured so shortly before it began is who it comes after (ms). */
const beforeMs = 2 * 60_000;

/** When the container began to run (ms); now when it does not. */
function startedAt({ labels }: Series, { observation, now }: DetectContext): number {
  const { namespace, pod = "", container } = labels;
  const object = observation.objects.get("Pod", namespace, pod);
  if (!isKind(object, "Pod")) return now;
  const started = object.status?.containerStatuses?.find(({ name }) => name === container)?.state?.running?.startedAt;
  return timeOf(started, now);
}

/** What has been measured within this time of the beginning of the watch was there before it. */
const beginMs = 2 * 60_000;
/** Points of another pod that say what was usual before this one. */
const leastPoints = 8;
/** Beyond what is usual for it. */
const more = 0.2;

/** What pods of the same workload showed before this one began, a series each. */
function seenBefore(series: Series, of: DerivedSeriesName, at: number, context: DetectContext) {
  const { series: store } = context.observation;
  const { namespace = "", container = "" } = series.labels;
  const owner = ownerOfPod(series, context);
  return store
    .select(of, { namespace, container })
    .filter((other) => sameRef(ownerOfPod(other, context), owner))
    .map((other) => ({ other, points: store.window(other, Number.NEGATIVE_INFINITY, at) }))
    .filter(({ points }) => points.length >= leastPoints);
}

function medianOf(points: readonly Point[]): number {
  const values = points.map(({ value }) => value).sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

/** The share at which pods of the same workload were throttled before this one began; 0 when that is not known. */
function usualBefore(series: Series, at: number, context: DetectContext): number {
  const others = seenBefore(series, "container_cpu_throttled_ratio", at, context).filter(
    ({ other }) => other !== series,
  );
  return Math.max(0, ...others.map(({ points }) => medianOf(points)));
}

/** The pods before it had more, or no limit at all. */
function isLowered(series: Series, at: number, context: DetectContext): boolean {
  const { series: store } = context.observation;
  const limit = store.get(limitOf, series.labels)?.last;
  if (limit === undefined) return false;
  const before = seenBefore(series, "container_cpu_cores", at, context).filter(
    ({ points }) => at - (points.at(-1)?.at ?? 0) < beforeMs,
  );
  return (
    before.length > 0 &&
    before.every(({ other }) => {
      const own = store.get(limitOf, other.labels);
      const last = own && store.window(own, Number.NEGATIVE_INFINITY, at).at(-1);
      return limit < lowered * (last?.value ?? Number.POSITIVE_INFINITY);
    })
  );
}

/** Since when its own probe says that the container is ready (ms); undefined when it is not, or has no probe to say so. */
function readySince({ labels }: Series, { observation, now }: DetectContext): number | undefined {
  const object = observation.objects.get("Pod", labels.namespace, labels.pod ?? "");
  if (!isKind(object, "Pod")) return undefined;
  const { readinessProbe, startupProbe } = object.spec.containers.find(({ name }) => name === labels.container) ?? {};
  const ready = object.status?.conditions?.find(({ type }) => type === "Ready");
  if (!(readinessProbe || startupProbe) || ready?.status !== "True") return undefined;
  return timeOf(ready.lastTransitionTime, now);
}

/** What is throttled now is not its start any more. */
function hasStarted(series: Series, at: number, context: DetectContext): boolean {
  if (context.now - at >= startMs) return true;
  const ready = readySince(series, context);
  return ready !== undefined && context.now - ready >= warmUpMs && isLowered(series, at, context);
}

/** More than it, or the pods before it, were throttled; one that ran before the watch has yet to show what is usual. */
function isUnusual({ series, value, baseline, learned }: Shift, at: number, context: DetectContext): boolean {
  if (learned) return value > baseline.high + more;
  const isOlder = at < context.watchingSince && series.timeAt(0) - context.watchingSince < beginMs;
  return !isOlder && value > usualBefore(series, at, context) + more;
}

/**
 * A container that spends most of its CPU periods throttled. Source: share of CFS periods in which the kernel stopped it at
 * its quota. Not a fault: start-up, short bursts, a share that has always been that high, also in the pods before it,
 * or is so on a schedule.
 */
export const throttling = (): Detector =>
  createLevelShift({
    name: "cpu-throttling",
    nature: "failure",
    series: "container_cpu_throttled_ratio",
    holdMs: 9_000,
    clearPoints: 3,
    rhythmMs: leastGapMs.unfelt,
    wrong(shift, context) {
      if (shift.value < 0.5) return false;
      const at = startedAt(shift.series, context);
      return hasStarted(shift.series, at, context) && isUnusual(shift, at, context);
    },
    right: ({ value }) => value < 0.3,
    finding({ series, value, baseline }, since, context) {
      const target = ownerOfPod(series, context);
      const usual = baseline.count > 0 ? baseline.median : 0;
      const limit = context.observation.series.get(limitOf, series.labels)?.last;
      return {
        reason: "cpu-throttling",
        target,
        seenOn: { kind: "Pod", namespace: series.labels.namespace, name: series.labels.pod ?? "" },
        detail: series.labels.container ?? "",
        severity: "medium",
        score: scoreOf(value, usual, 0.1),
        headline: "is throttled at its CPU limit",
        summary: `Container ${series.labels.container} of pod ${series.labels.pod} is throttled in ${percent(value)} of its CPU periods${limit === undefined ? "" : ` at a limit of ${Math.round(limit * 1_000)}m`}`,
        startsAt: since,
        series: { name: "container_cpu_throttled_ratio", labels: series.labels },
        value,
        expected: usual,
        unit: "ratio",
      };
    },
  });
