import { sameRef } from "../../incident/object-ref.ts";
import type { Detector } from "../detector.ts";
import { createFailingRequests, type FailingSide, usually, usuallyText } from "./failing-requests.ts";
import { responsibleFor } from "./responsible.ts";
import { percent, scoreOf, workloadOf } from "./who.ts";

const client: FailingSide = {
  name: "client-errors",
  reason: "client-errors",
  errors: "client_errors_per_second",
  requests: "client_requests_per_second",
  ratio: "client_error_ratio",
};

/**
 * Calls of one workload to another fail, as the caller sees it. The far side is held responsible, because that is where to
 * look first, unless only the caller was changed; outside the cluster nobody is, so the caller stands for it. Source: client-side request counters. Not a
 * fault: as for the server side; 404 is an answer.
 */
export const clientErrors = (): Detector =>
  createFailingRequests(client, (series, share, memory, context) => {
    const caller = workloadOf(series, context);
    memory.blamed ??= responsibleFor(series, caller, memory.since, context);
    const far = sameRef(memory.blamed, caller) ? undefined : memory.blamed;
    const peer = series.labels.peer ?? "";
    return {
      reason: client.reason,
      target: memory.blamed,
      ...(far ? { seenOn: caller } : {}),
      detail: `${caller.name}>${peer}`,
      severity: share >= 0.2 ? "high" : "medium",
      score: scoreOf(share, usually(memory), 0.02),
      headline: far
        ? `fails ${percent(share)} of the calls from ${caller.name}`
        : `has ${percent(share)} of its calls to ${peer} fail`,
      summary: `${percent(share)} of the calls from ${caller.name} to ${peer} fail${usuallyText(memory)}`,
      startsAt: memory.since,
      series: { name: client.ratio, labels: series.labels },
      value: share,
      expected: usually(memory),
      unit: "ratio",
    };
  });
