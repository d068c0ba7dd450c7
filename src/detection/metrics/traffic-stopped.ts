import { asKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import type { Series } from "../../cluster/series-store.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { rateWindowSeconds } from "../rate-window.ts";
import { isReady } from "../state/container-states.ts";
import { askedShare } from "./asked-share.ts";
import { createLevelShift } from "./level-shift.ts";
import { changedBefore } from "./responsible.ts";
import { isEntry, workloadOf } from "./who.ts";

/** What leads requests from outside to a workload. */
const wayKinds = new Set(["Service", "Ingress", "IngressClass", "NetworkPolicy", "Gateway", "HTTPRoute"]);
/** A change this long ago may be why (ms). */
const changeMs = 10 * 60_000;
/** As long without a single request from outside is more than that people have gone (ms). */
const emptyMs = 2 * 60_000;

/** Was the workload changed, or what leads to it? */
function wayChanged(workload: ObjectRef, context: DetectContext): boolean {
  const { observation, now } = context;
  if (changedBefore(workload, now, context)) return true;
  return observation.objects
    .changes(now - changeMs, now)
    .some(
      ({ ref }) =>
        sameRef(ref, workload) ||
        (wayKinds.has(ref.kind) && (ref.namespace === undefined || ref.namespace === workload.namespace)),
    );
}

/** Nobody has asked for a while, and then as often as expected nobody would. */
function isEmpty(series: Series, { observation, now }: DetectContext): boolean {
  return observation.series.window(series, now - emptyMs, now).every(({ value }) => value === 0);
}

/** Of its usual rate, so much goes to those behind its Services now (blue and green). */
const movedShare = 0.5;

/** The Services that select it, or did so before they were led elsewhere. */
function servicesEver(workload: ObjectRef, { observation: { objects } }: DetectContext): readonly ObjectRef[] {
  const labels = templateOf(objects.find(workload)?.object)?.metadata?.labels;
  const selects = (object: KubeObject) => matchesLabels(asKind(object, "Service")?.spec.selector, labels);
  return objects
    .list("Service", workload.namespace)
    .map(refOf)
    .filter((ref) => objects.versions(ref).some(({ object }) => selects(object)));
}

/** What stands behind the Services that it stood behind gets at least half of its usual rate. */
function hasMovedOn(workload: ObjectRef, usual: number, context: DetectContext): boolean {
  const { observation, topology, now, tickMs } = context;
  const heirs = uniqueRefs(servicesEver(workload, context).flatMap((service) => topology().selectedNow(service)));
  let rate = 0;
  for (const heir of heirs) {
    if (sameRef(heir, workload)) continue;
    const series = observation.series.get("requests_per_second", {
      namespace: heir.namespace ?? "",
      workload: heir.name,
    });
    if (series && now - series.lastAt <= 4 * tickMs) rate += series.last;
  }
  return rate >= movedShare * usual;
}

/**
 * A workload that used to get requests gets none although its pods are ready: a wrong selector, port or route, a broken
 * caller. Source: request rate. Not a fault: rates so low that a pause is chance, a workload without ready pods (state says
 * that), requests that others behind its Services get now, pods that are not scraped (no points, no verdict), callers that are asked for less themselves. Who is asked from
 * outside is asked by whoever is there: fewer have gone home while some still arrive and nothing on their way was changed;
 * when nobody comes at all, that is told, as what may have no reason inside.
 */
export const trafficStopped = (): Detector =>
  createLevelShift({
    name: "traffic-stopped",
    nature: "symptom",
    series: "requests_per_second",
    holdPoints: 3,
    wrong({ series, value, baseline, learned }, context) {
      if (!learned) return false;
      // In a window of this many expected requests, none at all has a chance of one in eight thousand (Poisson).
      const expected = baseline.median * rateWindowSeconds(context);
      if (expected < 9 || value > 0.05 * baseline.median) return false;
      const workload = workloadOf(series, context);
      // Of what those who call it are left with, a pause may be chance again.
      const share = askedShare(workload, context);
      if (share * expected < 9 || value > 0.05 * share * baseline.median) return false;
      if (!context.podsOf(workload).some(isReady) || hasMovedOn(workload, baseline.median, context)) return false;
      return !isEntry(workload, context) || wayChanged(workload, context) || isEmpty(series, context);
    },
    right: ({ value, baseline }) => value > 0.2 * baseline.median,
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      const entry = isEntry(target, context);
      const unexplained = entry && !wayChanged(target, context);
      return {
        reason: "traffic-stopped",
        target,
        severity: unexplained ? "low" : entry ? "high" : "medium",
        score: unexplained ? 0.5 : 0.9,
        headline: unexplained ? "is asked for nothing from outside" : "gets no requests any more",
        summary: unexplained
          ? `${target.name} has got no request for ${emptyMs / 60_000} minutes; usually ${baseline.median.toFixed(1)} a second. Its pods are ready, and nothing that leads to it was changed: either nobody asks, or what lies before the cluster is broken`
          : `${target.name} gets ${value < 0.005 ? "no requests" : `${value.toFixed(2)} requests a second`}; usually ${baseline.median.toFixed(1)} a second, and its pods are ready`,
        startsAt: since,
        series: { name: "requests_per_second", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "1/s",
      };
    },
  });
