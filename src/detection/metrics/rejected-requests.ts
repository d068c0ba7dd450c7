import type { Series } from "../../cluster/series-store.ts";
import type { Detector } from "../detector.ts";
import { rateWindowSeconds } from "../rate-window.ts";
import { type Baseline, createBaseline } from "./baseline.ts";
import { createLevelShift } from "./level-shift.ts";
import { changedBefore } from "./responsible.ts";
import { percent, scoreOf, severityOfFailing, workloadOf } from "./who.ts";

/** What is still served must have fallen below this share of what was: requests that come on top take nothing away. */
const servedLeft = 0.85;
const leastShare = 0.15;
const leastRequests = 5;

/**
 * A workload that has just been changed answers with 4xx what it used to serve: a lost route, a wrong prefix, a stricter
 * check. Source: rate of 4xx beside the rate of all requests, and the change of the workload or of its configuration. Not
 * a fault: a share of 404 that is usual for it; scanners and bots, who ask for more and take nothing away from what is
 * served; 4xx without a change, which are the callers' doing.
 */
export const rejectedRequests = (): Detector => {
  // Forgotten with the series itself.
  const served = new WeakMap<Series, Baseline>();

  return createLevelShift({
    name: "rejected-requests",
    nature: "symptom",
    series: "rejected_per_second",
    holdPoints: 3,
    wrong({ series, value, baseline }, context) {
      const { observation } = context;
      const requests = observation.series.get("requests_per_second", series.labels);
      if (!requests || requests.lastAt !== series.lastAt) return false;
      const errors = observation.series.get("errors_per_second", series.labels)?.last ?? 0;
      const servedNow = Math.max(0, requests.last - value - errors);
      let usual = served.get(series);
      if (!usual) {
        usual = createBaseline();
        served.set(series, usual);
      }
      const wrong =
        baseline.count >= 12 &&
        value * rateWindowSeconds(context) >= leastRequests &&
        value >= leastShare * requests.last &&
        value > 3 * baseline.high &&
        servedNow < servedLeft * usual.median &&
        changedBefore(workloadOf(series, context), context.now, context);
      if (!wrong) usual.admit(servedNow);
      return wrong;
    },
    right: ({ value, baseline }) => value <= Math.max(1.5 * baseline.high, 0.01),
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      const requests = context.observation.series.get("requests_per_second", series.labels)?.last ?? value;
      const share = requests > 0 ? Math.min(1, value / requests) : 0;
      return {
        reason: "rejected-requests",
        target,
        severity: severityOfFailing(share, target, context),
        score: scoreOf(value, baseline.median, Math.max(baseline.spread, 0.05)),
        headline: `answers ${percent(share)} of its requests with 4xx since it was changed`,
        summary: `${target.name} answers ${value.toFixed(2)} requests a second with 4xx; usually ${baseline.median.toFixed(2)}, and it serves fewer than before its last change`,
        startsAt: since,
        series: { name: "rejected_per_second", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "1/s",
      };
    },
  });
};
