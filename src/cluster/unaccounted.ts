import type { Anomaly } from "../incident/anomaly.ts";
import { type ObjectRef, sameRef } from "../incident/object-ref.ts";
import { loggedCalls } from "./logged-calls.ts";
import type { Observation } from "./observation.ts";
import type { DerivedSeriesName } from "./series-names.ts";
import type { Series } from "./series-store.ts";
import type { Topology } from "./topology.ts";
import { usualOf } from "./usual.ts";

/** Detectors of what a workload's own counters say. */
export const measuredBy: ReadonlySet<string> = new Set(["error-ratio", "latency"]);

/** Rates take this long to tell errors of one's own from those of others (ms). */
const measuredMs = 20_000;
const longestMs = 2 * 60_000;
/** Calls that account for this share of what is wrong may account for all of it. */
const enough = 0.25;
/** Calls that are not answered at all may not be counted. */
const fewerCalls = 0.7;

interface Measured {
  readonly now: number;
  readonly observation: Observation;
  readonly topology: Topology;
}

function meanSince(series: Series | undefined, from: number, { observation, now }: Measured): number | undefined {
  const points = series ? observation.series.window(series, from, now) : [];
  return points.length < 3 ? undefined : points.reduce((sum, { value }) => sum + value, 0) / points.length;
}

/** Exceptions that make up this share of the errors are what they are about. */
const most = 0.5;

interface Calls {
  readonly errorsPerSecond: number;
  /** Seconds waited for them beyond the usual, per second; undefined when some are not timed. */
  readonly lostSeconds: number | undefined;
}

/** Those that a workload calls itself on the way to others. */
function hopsTowards(workload: ObjectRef, others: readonly ObjectRef[], { topology }: Measured): readonly ObjectRef[] {
  return topology
    .dependenciesOf(workload, 1)
    .filter((hop) =>
      others.some((ref) => sameRef(ref, hop) || topology.dependenciesOf(hop).some((far) => sameRef(far, ref))),
    );
}

/**
 * What the calls of a workload that lead to others bring it since then; undefined when they are not measured, or some may
 * not be counted.
 */
function callsTowards(
  workload: ObjectRef,
  others: readonly ObjectRef[],
  since: number,
  context: Measured,
): Calls | undefined {
  const { observation, topology, now } = context;
  const { series } = observation;
  const namespace = workload.namespace ?? "";
  const hops = hopsTowards(workload, others, context);
  let errorsPerSecond = 0;
  let lostSeconds: number | undefined = 0;
  for (const hop of hops) {
    const calls = series
      .select("client_requests_per_second", { namespace, workload: workload.name })
      .find(({ labels }) =>
        topology.resolveHost(namespace, labels["peer"] ?? "").workloads.some((ref) => sameRef(ref, hop)),
      );
    if (!calls) return undefined;
    const of = (name: DerivedSeriesName) => series.get(name, calls.labels);
    const rate = meanSince(calls, since, context);
    const usualRate = usualOf(calls, series, now);
    const errors = meanSince(of("client_errors_per_second"), since, context);
    if (rate === undefined || usualRate === undefined || errors === undefined) return undefined;
    // Those that fail may not be counted at all, unless some of them are.
    if (errors === 0 && rate < fewerCalls * usualRate) return undefined;
    errorsPerSecond += errors;
    const waits = of("client_latency_mean_seconds");
    const waited = meanSince(waits, since, context);
    const usual = waits && usualOf(waits, series, now);
    if (waited === undefined || usual === undefined) lostSeconds = undefined;
    else if (lostSeconds !== undefined) lostSeconds += rate * Math.max(0, waited - usual);
  }
  return hops.length > 0 ? { errorsPerSecond, lostSeconds } : undefined;
}

/** Nobody has counted the calls of this workload: they are known from elsewhere. */
function countsNoCalls({ namespace = "", name }: ObjectRef, { observation }: Measured): boolean {
  return observation.series.select("client_requests_per_second", { namespace, workload: name }).length === 0;
}

/** Whom it calls answers as many requests as ever, and none with an error: who waits for it may time out, but gets no faults. */
function answersWithoutError(callee: ObjectRef, since: number, context: Measured): boolean {
  const { series } = context.observation;
  const labels = { namespace: callee.namespace ?? "", workload: callee.name };
  const requests = series.get("requests_per_second", labels);
  const rate = meanSince(requests, since, context);
  const usual = requests && usualOf(requests, series, context.now);
  const errors = meanSince(series.get("errors_per_second", labels), since, context) ?? 0;
  return rate !== undefined && usual !== undefined && rate >= fewerCalls * usual && errors < 0.05 * rate;
}

/**
 * Errors that the workload's own log does not lay at the others' door, where its calls are not counted: it complains of
 * failing calls, but far less often than it fails; or as many exceptions of its own code as errors, while those it calls
 * answer.
 */
function failsByItself(
  workload: ObjectRef,
  others: readonly ObjectRef[],
  errorsPerSecond: number,
  since: number,
  context: Measured,
): boolean {
  const hops = hopsTowards(workload, others, context);
  if (hops.length === 0) return false;
  const { complaintsPerSecond, exceptionsPerSecond } = loggedCalls(workload, hops, since, context);
  if (complaintsPerSecond !== undefined) return complaintsPerSecond < enough * errorsPerSecond;
  return exceptionsPerSecond >= most * errorsPerSecond && hops.every((hop) => answersWithoutError(hop, since, context));
}

/**
 * Errors and slowness of a workload that its calls towards others do not account for, by its own counters: whatever those
 * others suffer from, this is something else. Where nobody counts its calls, its log speaks for them. False while that is
 * not measured.
 */
export function isUnaccounted(
  anomaly: Anomaly,
  workload: ObjectRef,
  others: readonly ObjectRef[],
  context: Measured,
): boolean {
  if (!measuredBy.has(anomaly.detector)) return false;
  const { series } = context.observation;
  const { now } = context;
  if (now - anomaly.startsAt < measuredMs) return false;
  const since = Math.max(anomaly.startsAt, now - longestMs);
  const labels = { namespace: workload.namespace ?? "", workload: workload.name };
  const own = (name: DerivedSeriesName) => meanSince(series.get(name, labels), since, context);
  const calls = callsTowards(workload, others, since, context);
  const errors = own("errors_per_second");
  if (!calls)
    return (
      anomaly.reason === "error-ratio" &&
      errors !== undefined &&
      errors > 0 &&
      countsNoCalls(workload, context) &&
      failsByItself(workload, others, errors, since, context)
    );
  if (anomaly.reason === "error-ratio") {
    return errors !== undefined && errors > 0 && calls.errorsPerSecond < enough * errors;
  }
  const seconds = own("latency_mean_seconds");
  const rate = own("requests_per_second");
  if (seconds === undefined || rate === undefined || calls.lostSeconds === undefined) return false;
  const lost = rate * (seconds - (anomaly.expected ?? 0));
  return lost > 0 && calls.lostSeconds < enough * lost && calls.errorsPerSecond < enough * rate;
}
