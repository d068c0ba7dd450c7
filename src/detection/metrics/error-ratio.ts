import type { Detector } from "../detector.ts";
import { createFailingRequests, type FailingSide, usually, usuallyText } from "./failing-requests.ts";
import { percent, scoreOf, severityOfFailing, workloadOf } from "./who.ts";

const server: FailingSide = {
  name: "error-ratio",
  reason: "error-ratio",
  errors: "errors_per_second",
  requests: "requests_per_second",
  ratio: "error_ratio",
};

/**
 * A workload answers requests with errors. Source: share of 5xx (and gRPC failures) among its requests, judged by counts
 * too: two of two is nothing. Not a fault: 4xx, single errors, several in one scrape only, a share that is usual for it, a few
 * that are left of a start that began together with the watch.
 */
export const errorRatio = (): Detector =>
  createFailingRequests(server, (series, share, memory, context) => {
    const target = workloadOf(series, context);
    return {
      reason: server.reason,
      target,
      severity: severityOfFailing(share, target, context),
      score: scoreOf(share, usually(memory), 0.02),
      headline: `answers ${percent(share)} of its requests with errors`,
      summary: `${percent(share)} of the requests to ${target.name} fail${usuallyText(memory)}`,
      startsAt: memory.since,
      series: { name: server.ratio, labels: series.labels },
      value: share,
      expected: usually(memory),
      unit: "ratio",
    };
  });
