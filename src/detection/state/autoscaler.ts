import { hpaMetricSources } from "../../cluster/kinds/workload.ts";
import type { HorizontalPodAutoscaler, HpaMetric, Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import { defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";

/** What no waiting will mend: no such target, a selector that selects nothing, pods without a request to take a share of. */
const forGood = /FailedGetScale|InvalidSelector|AmbiguousSelector|FailedUpdateScale|missing request for/;
const forGoodMs = 10_000;
/** Somebody wrote at the same moment, or the API server was busy: the controller tries again in 15 s. */
const passing =
  /has been modified|timed? ?out|deadline exceeded|connection refused|etcdserver|too many requests|unable to handle/i;
const isForGood = (reason: string, message = "") =>
  (forGood.test(reason) || forGood.test(message)) && !passing.test(message);
/** A source of metrics that restarts comes back within this; the controller asks every 15 s. */
const metricGapMs = 45_000;
/** Pods that have just started have no metrics yet: the kubelet, the metrics server and the controller each wait their turn. */
const youngPodMs = 2 * 60_000;
const brokenForMs = 3 * 60_000;
/** At the maximum, and what it scales by is far above its target all the same. */
const saturatedForMs = 45_000;
const saturation = 1.2;
const maxedForMs = 5 * 60_000;

function numbersOf(metrics: readonly HpaMetric[] | undefined, side: "target" | "current"): Map<string, number> {
  const found = new Map<string, number>();
  for (const metric of metrics ?? []) {
    for (const source of hpaMetricSources) {
      const part = metric[source];
      const value = part?.[side];
      const text = value?.averageValue ?? value?.value;
      const number = value?.averageUtilization ?? (text === undefined ? undefined : parseQuantity(text));
      if (part === undefined || number === undefined || !Number.isFinite(number)) continue;
      // The same metric may count twice: of two containers, of two objects, of two queues.
      const { name = part.metric?.name, container, describedObject, metric: of } = part;
      found.set(JSON.stringify([source, name, container, describedObject?.name, of?.selector]), number);
    }
  }
  return found;
}

/** How far the worst metric is above its target; 0 when none of them is told. */
function load(hpa: HorizontalPodAutoscaler): number {
  const targets = numbersOf(hpa.spec.metrics, "target");
  const current = numbersOf(hpa.status?.currentMetrics, "current");
  return Math.max(
    0,
    ...[...current].map(([key, value]) => value / Math.max(1e-9, targets.get(key) ?? Number.POSITIVE_INFINITY)),
  );
}

function patienceMs(reason: string, message: string | undefined, pods: readonly Pod[], now: number): number {
  if (isForGood(reason, message)) return forGoodMs;
  const young = pods.some(({ metadata }) => now - timeOf(metadata.creationTimestamp, 0) < youngPodMs);
  return young ? brokenForMs : metricGapMs;
}

/**
 * Autoscalers that cannot see or move their target, and those that want more than their maximum. Source: conditions
 * AbleToScale, ScalingActive, ScalingLimited, and the metrics they scale by. Not a fault: the first minutes of pods or of
 * the autoscaler, a short gap of metrics, a write that met another; ScalingDisabled (target at zero); a maximum that is reached and enough.
 */
export const autoscaler = defineDetector({
  name: "autoscaler",
  family: "state",
  nature: "fault",
  *detect({ observation, podsOf, now }): Iterable<Finding> {
    for (const hpa of observation.objects.list("HorizontalPodAutoscaler")) {
      const target = refOf(hpa);
      const scaled = makeRef(hpa.spec.scaleTargetRef.kind, hpa.metadata.namespace, hpa.spec.scaleTargetRef.name);
      for (const { type, status, reason = "", message, lastTransitionTime } of hpa.status?.conditions ?? []) {
        const since = timeOf(lastTransitionTime, now);
        if (
          (type === "ScalingActive" || type === "AbleToScale") &&
          status === "False" &&
          reason !== "ScalingDisabled" &&
          now - since >= patienceMs(reason, message, podsOf(scaled), now) &&
          (now - timeOf(hpa.metadata.creationTimestamp, 0) >= brokenForMs || isForGood(reason, message))
        ) {
          yield {
            reason: "AutoscalerBroken",
            target,
            detail: type,
            severity: "medium",
            headline: type === "AbleToScale" ? "cannot reach its target" : "cannot read its metric",
            summary: `HorizontalPodAutoscaler ${hpa.metadata.name}: ${reason}: ${short(message)}`,
            startsAt: since,
            related: [scaled],
          };
        }
        const wants = hpa.status?.desiredReplicas ?? 0;
        if (
          type === "ScalingLimited" &&
          status === "True" &&
          reason === "TooManyReplicas" &&
          wants >= hpa.spec.maxReplicas &&
          now - since >= (load(hpa) >= saturation ? saturatedForMs : maxedForMs)
        ) {
          yield {
            reason: "AutoscalerAtMaximum",
            nature: "symptom",
            target,
            severity: "low",
            headline: "is at its maximum and wants more",
            summary: `HorizontalPodAutoscaler ${hpa.metadata.name} has been at its maximum of ${hpa.spec.maxReplicas} replicas since ${utcTime(since)}`,
            startsAt: since,
            related: [scaled],
          };
        }
      }
    }
  },
});
