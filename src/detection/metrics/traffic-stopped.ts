import type { Detector } from "../detector.ts";
import { rateWindowSeconds } from "../rate-window.ts";
import { isReady } from "../state/container-states.ts";
import { askedShare } from "./asked-share.ts";
import { createLevelShift } from "./level-shift.ts";
import { isEntry, workloadOf } from "./who.ts";

/**
 * A workload that used to get requests gets none although its pods are ready: a wrong selector, port or route, a broken
 * caller. Source: request rate. Not a fault: rates so low that a pause is chance, a workload without ready pods (state says
 * that), pods that are not scraped (no points, no verdict), callers that are asked for less themselves.
 */
export const trafficStopped = (): Detector =>
  createLevelShift({
    name: "traffic-stopped",
    nature: "symptom",
    series: "requests_per_second",
    holdPoints: 3,
    wrong({ series, value, baseline, learned }, context) {
      if (!learned) return false;
      // In a window of this many expected requests, none at all has a chance below one in ten thousand.
      const expected = baseline.median * rateWindowSeconds(context);
      if (expected < 9 || value > 0.05 * baseline.median) return false;
      const workload = workloadOf(series, context);
      // Of what those who call it are left with, a pause may be chance again.
      const share = askedShare(workload, context);
      if (share * expected < 9 || value > 0.05 * share * baseline.median) return false;
      return context.podsOf(workload).some(isReady);
    },
    right: ({ value, baseline }) => value > 0.2 * baseline.median,
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      return {
        reason: "traffic-stopped",
        target,
        severity: isEntry(target, context) ? "high" : "medium",
        score: 0.9,
        headline: "gets no requests any more",
        summary: `${target.name} gets ${value.toFixed(2)} requests a second; usually ${baseline.median.toFixed(1)}, and its pods are ready`,
        startsAt: since,
        series: { name: "requests_per_second", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "1/s",
      };
    },
  });
