import type { Series } from "../../cluster/series-store.ts";
import type { DetectContext, Detector } from "../detector.ts";
import { rateWindowSeconds, rateWindowTicks } from "../rate-window.ts";
import { createLevelShift, type Shift } from "./level-shift.ts";
import { leastGapMs } from "./shift-rhythm.ts";
import { isSustained } from "./sustained.ts";
import { isEntry, milliseconds, peerOf, scoreOf, workloadOf } from "./who.ts";

/** Requests behind a mean of the rate's window; a mean of three says nothing. */
function requestsInWindow(series: Series, requestsName: string, context: DetectContext): number {
  const requests = context.observation.series.get(requestsName, series.labels);
  return (requests?.last ?? 0) * rateWindowSeconds(context);
}

/** Slower than it has been by a factor, by a time that somebody feels, and beyond its own harmless peaks. */
function slow({ value, baseline, learned }: Shift, count: number): boolean {
  if (!learned || count < 4) return false;
  const { median, spread, high } = baseline;
  const away = value - median;
  return value > 2.5 * median && away > Math.max(0.05, 6 * spread) && value > 1.5 * high;
}

/** Time beyond the usual that the requests of a window took together: of one slow request it is the same in all its windows. */
function isSlowAgain(
  { series, baseline }: Shift,
  since: number,
  requestsName: string,
  context: DetectContext,
): boolean {
  const requests = context.observation.series.get(requestsName, series.labels);
  const rates = new Map(
    requests?.length
      ? context.observation.series
          .window(requests, since - 2 * rateWindowTicks * context.tickMs, context.now)
          .map(({ at, value }) => [at, value])
      : [],
  );
  return isSustained(series, since, context, (at, mean) => (mean - baseline.median) * (rates.get(at) ?? 0));
}

const recovered = ({ value, baseline }: Shift) => value < Math.max(1.6 * baseline.median, baseline.high * 1.1);

/**
 * A workload answers more slowly than it used to. Source: mean duration of its requests over the rate's window. Not a
 * fault: a slow query now and then, also when few others are asked for beside it, a few requests only, a doubling of a few
 * milliseconds, what a schedule makes slow every hour or less often, once that has been told three times.
 */
export const latency = (): Detector =>
  createLevelShift({
    name: "latency",
    nature: "symptom",
    series: "latency_mean_seconds",
    holdPoints: 3,
    wrong: (shift, context) => slow(shift, requestsInWindow(shift.series, "requests_per_second", context)),
    sustained: (shift, since, context) => isSlowAgain(shift, since, "requests_per_second", context),
    right: recovered,
    rhythmMs: leastGapMs.felt,
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      const entry = isEntry(target, context);
      return {
        reason: "latency",
        target,
        severity: entry && value > 1 ? "high" : "medium",
        score: scoreOf(value, baseline.median, baseline.spread),
        headline: `answers slowly (${milliseconds(value)} instead of ${milliseconds(baseline.median)})`,
        summary: `Requests to ${target.name} take ${milliseconds(value)} on average; usually ${milliseconds(baseline.median)}`,
        startsAt: since,
        series: { name: "latency_mean_seconds", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "s",
      };
    },
  });

/** The same from the caller's side, where waiting for a connection counts too. The far side is held responsible. */
export const clientLatency = (): Detector =>
  createLevelShift({
    name: "client-latency",
    nature: "symptom",
    series: "client_latency_mean_seconds",
    holdPoints: 3,
    wrong: (shift, context) => slow(shift, requestsInWindow(shift.series, "client_requests_per_second", context)),
    sustained: (shift, since, context) => isSlowAgain(shift, since, "client_requests_per_second", context),
    right: recovered,
    rhythmMs: leastGapMs.felt,
    finding({ series, value, baseline }, since, context) {
      const caller = workloadOf(series, context);
      const far = peerOf(series, context);
      const peer = series.labels.peer ?? "";
      return {
        reason: "client-latency",
        target: far ?? caller,
        ...(far ? { seenOn: caller } : {}),
        detail: `${caller.name}>${peer}`,
        severity: "medium",
        score: scoreOf(value, baseline.median, baseline.spread),
        headline: far
          ? `answers ${caller.name} slowly (${milliseconds(value)} instead of ${milliseconds(baseline.median)})`
          : `waits ${milliseconds(value)} for ${peer}`,
        summary: `Calls from ${caller.name} to ${peer} take ${milliseconds(value)} on average; usually ${milliseconds(baseline.median)}`,
        startsAt: since,
        series: { name: "client_latency_mean_seconds", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "s",
      };
    },
  });
