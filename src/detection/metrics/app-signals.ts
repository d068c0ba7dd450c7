import type { Detector } from "../detector.ts";
import { rateWindowSeconds } from "../rate-window.ts";
import { createLevelShift, isStillUnknown } from "./level-shift.ts";
import { isSustained } from "./sustained.ts";
import { milliseconds, scoreOf, workloadOf } from "./who.ts";

/**
 * The application counts more errors of a type than usual. Source: counters named `*_errors_total` and the like. Not a
 * fault: one or two errors, several in one scrape only, a type that is always there at that rate.
 */
export const appErrors = (): Detector =>
  createLevelShift({
    name: "app-errors",
    nature: "symptom",
    series: "app_errors_per_second",
    clearPoints: 8,
    sustained: ({ series }, since, context) => isSustained(series, since, context, (_at, rate) => rate),
    wrong: (shift, context) => {
      const { value, baseline } = shift;
      if (isStillUnknown(shift, context)) return false;
      const usual = baseline.count >= 12 ? baseline.high : 0;
      return value * rateWindowSeconds(context) >= 2.5 && value > 3 * usual;
    },
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      const usual = baseline.count > 0 ? baseline.median : 0;
      return {
        reason: "app-errors",
        target,
        detail: series.labels.type ?? "",
        severity: "medium",
        score: scoreOf(value, usual, 0.05),
        headline: `reports errors (${series.labels.type})`,
        summary: `${target.name} counts ${(value * 60).toFixed(0)} errors a minute of type ${series.labels.type}; usually ${(usual * 60).toFixed(0)}`,
        startsAt: since,
        series: { name: "app_errors_per_second", labels: series.labels },
        value,
        expected: usual,
        unit: "1/s",
      };
    },
  });

/**
 * Requests wait for a connection of a pool. Source: pool gauges by convention. Not a fault: one waiter in one scrape; a
 * pool that is fully used without anybody waiting.
 */
export const poolWaiting = (): Detector =>
  createLevelShift({
    name: "pool-waiting",
    nature: "symptom",
    series: "pool_waiting",
    holdPoints: 3,
    clearPoints: 4,
    wrong: ({ value, baseline }) => value >= 1 && value > 1.5 * (baseline.count >= 12 ? baseline.high : 0),
    finding({ series, value }, since, context) {
      const target = workloadOf(series, context);
      const used = context.observation.series.get("pool_in_use", series.labels)?.last;
      return {
        reason: "pool-waiting",
        target,
        seenOn: { kind: "Pod", namespace: series.labels.namespace, name: series.labels.pod ?? "" },
        severity: "medium",
        score: 0.8,
        headline: "waits for connections of its pool",
        summary: `${value} requests of ${series.labels.pod} wait for a pooled connection${used === undefined ? "" : `; ${used} are in use`}`,
        startsAt: since,
        series: { name: "pool_waiting", labels: series.labels },
        value,
        expected: 0,
        unit: "count",
      };
    },
  });

/** Requests gave up waiting for a pooled connection. Source: timeout counters of pools. Not a fault: a single one, several in one scrape only. */
export const poolTimeouts = (): Detector =>
  createLevelShift({
    name: "pool-timeouts",
    nature: "symptom",
    series: "pool_timeouts_per_second",
    clearPoints: 8,
    sustained: ({ series }, since, context) => isSustained(series, since, context, (_at, rate) => rate),
    wrong: (shift, context) =>
      !isStillUnknown(shift, context) &&
      shift.value * rateWindowSeconds(context) >= 1.5 &&
      shift.value > 3 * (shift.baseline.count >= 12 ? shift.baseline.high : 0),
    finding({ series, value }, since, context) {
      const target = workloadOf(series, context);
      return {
        reason: "pool-timeouts",
        target,
        seenOn: { kind: "Pod", namespace: series.labels.namespace, name: series.labels.pod ?? "" },
        severity: "high",
        score: 0.9,
        headline: "runs out of pooled connections",
        summary: `${(value * 60).toFixed(0)} requests a minute of ${series.labels.pod} give up waiting for a pooled connection`,
        startsAt: since,
        series: { name: "pool_timeouts_per_second", labels: series.labels },
        value,
        expected: 0,
        unit: "1/s",
      };
    },
  });

/** The event loop of a Node.js process is blocked. Source: event loop lag. Not a fault: a single long turn. */
export const eventLoopLag = (): Detector =>
  createLevelShift({
    name: "eventloop-lag",
    nature: "symptom",
    series: "eventloop_lag_seconds",
    holdPoints: 4,
    clearPoints: 4,
    wrong: ({ value, baseline, learned }) =>
      learned && value > 0.25 && value > 5 * baseline.median && value > 1.5 * baseline.high,
    finding({ series, value, baseline }, since, context) {
      const target = workloadOf(series, context);
      return {
        reason: "eventloop-lag",
        target,
        seenOn: { kind: "Pod", namespace: series.labels.namespace, name: series.labels.pod ?? "" },
        severity: "medium",
        score: scoreOf(value, baseline.median, baseline.spread),
        headline: `has a blocked event loop (${milliseconds(value)})`,
        summary: `The event loop of ${series.labels.pod} lags ${milliseconds(value)}; usually ${milliseconds(baseline.median)}`,
        startsAt: since,
        series: { name: "eventloop_lag_seconds", labels: series.labels },
        value,
        expected: baseline.median,
        unit: "s",
      };
    },
  });
