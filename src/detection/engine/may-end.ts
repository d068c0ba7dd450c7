import { asWorkload, isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Series } from "../../cluster/series-store.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { SourceWatch } from "../blind/source-silence.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { LogTally } from "../logs/log-tally.ts";
import type { Transitions } from "./transitions.ts";

/** A metric that has had no point for this long while its scrape works cannot be confirmed either way; it is let go. */
const unconfirmedMs = 5 * 60_000;
/** A workload without severe lines for this long has stopped complaining. */
const quietLogMs = 30_000;

export interface EndContext {
  readonly observation: Observation;
  readonly transitions: Transitions;
  readonly sources: Pick<SourceWatch, "blind">;
  readonly logs: LogTally;
  /** What was detected before was detected by an earlier process, whose baselines are lost. */
  readonly watchingSince: number;
  readonly now: number;
}

function logsAreQuiet(live: LiveAnomaly, { logs, now }: EndContext): boolean {
  for (const tally of logs.workloads()) {
    if (sameRef(tally.workload, live.anomaly.target)) return tally.errorsSince(now - quietLogMs) === 0;
  }
  return true;
}

/** The workload that the series is about was taken away, or scaled to nothing: nobody is left to measure. Whether it is missed is told by others. */
function isTakenAway({ anomaly: { target, series } }: LiveAnomaly, { observation }: EndContext): boolean {
  if (series?.labels["workload"] !== target.name || (target.kind !== "Deployment" && target.kind !== "StatefulSet"))
    return false;
  const { object, deletedAt } = observation.objects.find(target) ?? {};
  return deletedAt !== undefined || asWorkload(object)?.spec.replicas === 0;
}

/** Points so much farther apart than usual, and by so much (ms), are a pause: a server that was started anew, scrapes that failed. */
const pauseFactor = 3;
const leastPauseMs = 30_000;
/** After a pause as long as it was, at most this (ms), detectors that judge by what came before have not seen enough yet. */
const mostSettlingMs = 60_000;

function hasJustResumed(series: Series, { observation, now }: EndContext): boolean {
  const points = observation.series.window(series, now - unconfirmedMs, now);
  const gaps = points.slice(1).map(({ at }, i) => at - (points[i]?.at ?? at));
  const usual = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
  return gaps.some((gap, i) => {
    const resumedAt = points[i + 1]?.at ?? now;
    return gap > Math.max(leastPauseMs, pauseFactor * usual) && now - resumedAt < Math.min(gap, mostSettlingMs);
  });
}

function metricHasRecovered(live: LiveAnomaly, context: EndContext): boolean {
  const { anomaly, lastSeenAt } = live;
  if (!anomaly.series) return true;
  const { observation, now, watchingSince } = context;
  const series = observation.series.get(anomaly.series.name, anomaly.series.labels);
  const { namespace, pod } = anomaly.series.labels;
  if (pod !== undefined && !isKind(observation.objects.get("Pod", namespace, pod), "Pod")) return true;
  if (pod === undefined && isTakenAway(live, context)) return true;
  if (!series || series.lastAt <= lastSeenAt) return now - lastSeenAt >= unconfirmedMs;
  if (hasJustResumed(series, context)) return false;
  const { value, expected } = anomaly;
  // A detector that has yet to learn is quiet whatever happens; the value itself must be back halfway to normal.
  if (
    (live.adopted || anomaly.detectedAt < watchingSince) &&
    anomaly.family === "metric" &&
    value !== undefined &&
    expected !== undefined
  ) {
    return Math.abs(series.last - expected) <= 0.5 * Math.abs(value - expected);
  }
  return true;
}

/**
 * A detector has gone quiet about an anomaly. Does that prove recovery? Not while its source is blind, not while the
 * workload is still being rolled out, and for a metric only when enough new points have come since, or its pod is gone.
 */
export function mayEnd(live: LiveAnomaly, context: EndContext): boolean {
  const { anomaly } = live;
  if (context.sources.blind(anomaly.family, context.now)) return false;
  if (anomaly.family !== "blind" && context.transitions.inProgress(anomaly.target)) return false;
  if (anomaly.family === "log" && (live.adopted || anomaly.detectedAt < context.watchingSince))
    return logsAreQuiet(live, context);
  return metricHasRecovered(live, context);
}
