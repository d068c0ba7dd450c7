import { type MetricContext, shiftUp } from "./metric-evidence.ts";
import { metricRole } from "./metric-role.ts";
import type { LogShape, NeutralCase } from "./neutral-case.ts";
import { valuesBetween } from "./statistics.ts";

/** A kind of log line that was not there before the incident. */
export interface NewShape {
  readonly entity: string;
  readonly shape: LogShape;
  readonly count: number;
  readonly firstTime: number;
}

/** What can be seen of an incident without spans: since when, and in which words. */
export interface Symptoms {
  /** Unix seconds of the first sign. */
  readonly onset: number;
  readonly newShapes: readonly NewShape[];
  /** Alert, new warnings and errors, and lines that ceased: the words in which the incident is told. */
  readonly words: string;
  /** Times its usual traffic that the busiest of the entities gets. */
  readonly trafficRatio: number;
}

/** Warnings and errors of the incident whose shape was not seen before its window. */
export function newShapesOf(input: NeutralCase): readonly NewShape[] {
  const { logs } = input.telemetry;
  const seen = new Map<string, { count: number; before: number; firstTime: number; entity: string; shape: LogShape }>();
  for (let row = 0; row < logs.length; row++) {
    const shape = logs.shapes[logs.shape[row] ?? -1];
    const entity = logs.entities[logs.entity[row] ?? -1] ?? "";
    const time = logs.time[row] ?? 0;
    if (!shape || shape.level === "info" || time > input.window.to) continue;
    const key = `${entity}\t${shape.text}`;
    const one = seen.get(key) ?? { count: 0, before: 0, firstTime: time, entity, shape };
    if (time < input.window.from) one.before++;
    else one.count++;
    one.firstTime = Math.min(one.firstTime, time);
    seen.set(key, one);
  }
  return [...seen.values()].filter(({ count, before }) => count > 0 && before === 0);
}

/** Lines of the entity that came steadily before the incident and not since. */
function ceasedLines(input: NeutralCase, onset: number): readonly string[] {
  const { logs } = input.telemetry;
  const counts = new Map<number, { before: number; after: number }>();
  for (let row = 0; row < logs.length; row++) {
    const shape = logs.shape[row] ?? -1;
    const one = counts.get(shape) ?? { before: 0, after: 0 };
    if ((logs.time[row] ?? 0) < onset) one.before++;
    else one.after++;
    counts.set(shape, one);
  }
  return [...counts].flatMap(([shape, { before, after }]) =>
    before >= 5 && after === 0 ? [logs.shapes[shape]?.sample ?? ""] : [],
  );
}

/** First time in the window at which a metric left what it had been before the window, for two samples in a row. */
function firstShift(input: NeutralCase, entity: string, metric: string): number | undefined {
  const series = input.metrics.get(entity)?.get(metric);
  const before = valuesBetween(series, Number.NEGATIVE_INFINITY, input.window.from);
  if (!series || before.length < 5) return undefined;
  const high = before.reduce((most, value) => Math.max(most, value));
  const low = before.reduce((least, value) => Math.min(least, value));
  const slack = (high - low) / 2 + 0.1 * Math.abs(high);
  const outside = (i: number) => {
    const value = series.values[i];
    return value !== undefined && (value > high + slack || value < low - slack);
  };
  for (let i = 0; i < series.times.length; i++) {
    const time = series.times[i] ?? 0;
    if (time >= input.window.from && time <= input.window.to && outside(i) && outside(i + 1)) return time;
  }
  return undefined;
}

function trafficRatio(context: MetricContext): number {
  let largest = 1;
  for (const [entity, metrics] of context.input.metrics)
    for (const metric of metrics.keys())
      if (metricRole(metric) === "requests") {
        const { held = 0, usualHigh = 0 } = shiftUp(context, entity, metric) ?? {};
        if (usualHigh > 0) largest = Math.max(largest, held / usualHigh);
      }
  return largest;
}

/** Reads warnings, errors and all metrics of the window. Without any sign the onset is the time of the alert. */
export function symptomsOf(context: MetricContext): Symptoms {
  const { input } = context;
  const newShapes = newShapesOf(input);
  const starts = newShapes.map(({ firstTime }) => firstTime);
  for (const [entity, metrics] of input.metrics)
    for (const metric of metrics.keys()) {
      const start = firstShift(input, entity, metric);
      if (start !== undefined) starts.push(start);
    }
  const onset = starts.length > 0 ? starts.reduce((first, time) => Math.min(first, time)) : input.alert.time;
  const words = [input.alert.summary ?? "", input.alert.metric ?? "", ...newShapes.map(({ shape }) => shape.sample)];
  return {
    onset,
    newShapes,
    words: [...words, ...ceasedLines(input, onset)].join("\n"),
    trafficRatio: trafficRatio(context),
  };
}
