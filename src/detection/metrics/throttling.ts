import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Series } from "../../cluster/series-store.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { timeOf } from "../detector.ts";
import { createLevelShift } from "./level-shift.ts";
import { ownerOfPod, percent, scoreOf } from "./who.ts";

/** Starting costs CPU; a container that is throttled in its first seconds only is sized well enough. */
const startMs = 40_000;

function runningFor(series: Series, context: DetectContext): number {
  const { namespace, pod = "", container } = series.labels;
  const object = context.observation.objects.get("Pod", namespace, pod);
  if (!isKind(object, "Pod")) return 0;
  const started = object.status?.containerStatuses?.find(({ name }) => name === container)?.state?.running?.startedAt;
  return context.now - timeOf(started, context.now);
}

/**
 * A container that spends most of its CPU periods throttled. Source: share of CFS periods in which the kernel stopped it at
 * its quota. Not a fault: start-up, short bursts, a share that has always been that high.
 */
export const throttling = (): Detector =>
  createLevelShift({
    name: "cpu-throttling",
    nature: "failure",
    series: "container_cpu_throttled_ratio",
    holdPoints: 3,
    clearPoints: 3,
    wrong: ({ series, value, baseline, learned }, context) =>
      value >= 0.5 && (!learned || value > baseline.high + 0.2) && runningFor(series, context) >= startMs,
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
