import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Series } from "../../cluster/series-store.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { timeOf } from "../detector.ts";
import { createLevelShift, type Shift } from "./level-shift.ts";
import { ownerOfPod, percent, scoreOf } from "./who.ts";

/** Starting costs CPU; a container that is throttled in its first seconds only is sized well enough. */
const startMs = 40_000;

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

/** The share at which pods of the same workload were throttled before this one began; 0 when that is not known. */
function usualBefore(series: Series, at: number, context: DetectContext): number {
  const { series: store } = context.observation;
  const { namespace = "", container = "" } = series.labels;
  const owner = ownerOfPod(series, context);
  const medians = store.select(series.name, { namespace, container }).flatMap((other) => {
    if (other === series || !sameRef(ownerOfPod(other, context), owner)) return [];
    const values = store.window(other, Number.NEGATIVE_INFINITY, at).map(({ value }) => value);
    return values.length < leastPoints ? [] : (values.sort((a, b) => a - b)[values.length >> 1] ?? []);
  });
  return Math.max(0, ...medians);
}

/** More than it, or the pods before it, were throttled; one that ran before the watch has yet to show what is usual. */
function isUnusual({ series, value, baseline, learned }: Shift, at: number, context: DetectContext): boolean {
  if (learned) return value > baseline.high + more;
  const isOlder = at < context.watchingSince && series.timeAt(0) - context.watchingSince < beginMs;
  return !isOlder && value > usualBefore(series, at, context) + more;
}

/**
 * A container that spends most of its CPU periods throttled. Source: share of CFS periods in which the kernel stopped it at
 * its quota. Not a fault: start-up, short bursts, a share that has always been that high, also in the pods before it.
 */
export const throttling = (): Detector =>
  createLevelShift({
    name: "cpu-throttling",
    nature: "failure",
    series: "container_cpu_throttled_ratio",
    holdPoints: 3,
    clearPoints: 3,
    wrong(shift, context) {
      if (shift.value < 0.5) return false;
      const at = startedAt(shift.series, context);
      return context.now - at >= startMs && isUnusual(shift, at, context);
    },
    right: ({ value }) => value < 0.3,
    finding({ series, value, baseline }, since, context) {
      const target = ownerOfPod(series, context);
      const usual = baseline.count > 0 ? baseline.median : 0;
      const limit = context.observation.series.get("container_cpu_limit_cores", series.labels)?.last;
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
