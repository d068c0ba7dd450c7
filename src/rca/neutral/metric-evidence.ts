import { getOrAdd } from "./get-or-add.ts";
import { metricRole } from "./metric-role.ts";
import type { NeutralCase, Series } from "./neutral-case.ts";
import { cleanSamples, type PastIncident, usualRange } from "./normal-times.ts";
import { heldByTwo, median, valuesBetween } from "./statistics.ts";

export interface MetricShift {
  /** How many usual ranges the held value is outside of the usual range. */
  readonly ratio: number;
  readonly text: string;
  /** The value that at least two samples reached, and the most that was usual. */
  readonly held?: number;
  readonly usualHigh?: number;
}

export interface MetricContext {
  readonly input: NeutralCase;
  /** Incidents of earlier cases by the entity that was confirmed. */
  incidentsOf(entity: string): readonly PastIncident[];
  /** The same series in earlier cases. */
  pastSeries(entity: string, metric: string): readonly Series[];
}

/** A share of the level, and of what the busiest entity has, keep a flat past and a tiny use from making every wiggle
 * infinitely unusual. */
const levelShare = 0.1;
const busiestShare = 0.05;

const shown = (value: number) => Number(value.toPrecision(3)).toString();

/** Usual range of a metric: its own past, the named baseline, and earlier cases, without incidents of this entity. */
function usualOf(
  { input, incidentsOf, pastSeries }: MetricContext,
  entity: string,
  metric: string,
  spoilers: readonly string[] = [entity],
) {
  // A later case may have recorded this very window as its past.
  const incidents = [...spoilers.flatMap(incidentsOf), { entity, from: input.window.from, to: input.window.to }];
  const own = input.metrics.get(entity)?.get(metric);
  const seen = [
    ...cleanSamples(own, input.window.from, incidents),
    ...cleanSamples(input.baselineMetrics.get(entity)?.get(metric), Number.POSITIVE_INFINITY, []),
    ...pastSeries(entity, metric).flatMap((series) => cleanSamples(series, Number.POSITIVE_INFINITY, incidents)),
  ];
  const range = usualRange(seen);
  return range && { ...range, median: median(seen) };
}

/** How far a metric went beyond usual for at least two samples; undefined when there is nothing to compare with. */
export function shiftUp(context: MetricContext, entity: string, metric: string): MetricShift | undefined {
  const series = context.input.metrics.get(entity)?.get(metric);
  const usual = usualOf(context, entity, metric);
  const now = valuesBetween(series, context.input.window.from, context.input.window.to + 1);
  if (!usual || now.length === 0) return undefined;
  const held = heldByTwo(now);
  const busiest = largestNow(context.input, metric);
  const scale =
    usual.high - usual.median + levelShare * Math.abs(usual.high) + busiestShare * busiest + Number.MIN_VALUE;
  const ratio = Math.min(1_000, Math.max(0, held - usual.high) / scale);
  return {
    ratio,
    held,
    usualHigh: usual.high,
    text: `${metric} at ${shown(held)} for two samples, usually at most ${shown(usual.high)}`,
  };
}

/** What the busiest entity held, by metric; kept because every entity is compared with it. */
const largest = new WeakMap<NeutralCase, Map<string, number>>();

function largestNow(input: NeutralCase, metric: string): number {
  const ofCase = largest.get(input) ?? new Map<string, number>();
  largest.set(input, ofCase);
  return getOrAdd(ofCase, metric, () => {
    let most = 0;
    for (const metrics of input.metrics.values()) {
      const values = valuesBetween(metrics.get(metric), input.window.from, input.window.to + 1);
      most = Math.max(most, heldByTwo(values));
    }
    return most;
  });
}

/** CPU an entity burns beyond anything it did before: the fault is where the work is done. */
export function resourceEvidence(context: MetricContext): ReadonlyMap<string, MetricShift> {
  const found = new Map<string, MetricShift>();
  for (const [entity, metrics] of context.input.metrics) {
    for (const metric of metrics.keys()) {
      if (!/cpu/i.test(metric)) continue;
      const shift = shiftUp(context, entity, metric);
      if (shift && shift.ratio > (found.get(entity)?.ratio ?? 0)) found.set(entity, shift);
    }
  }
  return found;
}

/** Share of its usual calls that an entity no longer receives, 0..1. Incidents of its caller do not tell what is usual. */
function starvation(
  context: MetricContext,
  entity: string,
  caller: string,
): { share: number; text: string } | undefined {
  const metrics = context.input.metrics.get(entity);
  for (const [metric, series] of metrics ?? []) {
    if (metricRole(metric) !== "requests") continue;
    const usual = usualOf(context, entity, metric, [entity, caller]);
    const now = valuesBetween(series, context.input.alert.time, context.input.window.to + 1);
    if (!usual || usual.low <= 0 || now.length < 2) continue;
    const held = -heldByTwo(now.map((value) => -value));
    if (held >= usual.low) continue;
    return {
      share: 1 - Math.max(0, held) / usual.low,
      text: `${entity} gets ${shown(held)} calls (${metric}), usually at least ${shown(usual.low)}`,
    };
  }
  return undefined;
}

/** Callers that still get their own requests but no longer call on: the fault is before the call. */
export function starvedCallees(
  context: MetricContext,
  edges: readonly (readonly [string, string])[],
): ReadonlyMap<string, MetricShift> {
  const found = new Map<string, MetricShift>();
  for (const [caller, callee] of edges) {
    const starved = starvation(context, callee, caller);
    if (!starved || caller === callee || (starvation(context, caller, caller)?.share ?? 0) >= starved.share / 2)
      continue;
    const before = found.get(caller);
    found.set(caller, {
      ratio: (before?.ratio ?? 0) + starved.share,
      text: before ? `${before.text}; ${starved.text}` : `${starved.text}, while ${caller} gets its own`,
    });
  }
  return found;
}
