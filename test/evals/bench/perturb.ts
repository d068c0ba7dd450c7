import { metricRole } from "../../../src/rca/neutral/metric-role.ts";
import type { LogTable, MetricTable, NeutralCase, SpanTable } from "../../../src/rca/neutral/neutral-case.ts";

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const noisy = (values: Float64Array, random: () => number) =>
  values.map((value) => value * (1 + 0.1 * (random() - 0.5)));

function thinMetrics(table: MetricTable, lost: number, random: () => number): MetricTable {
  const thin = new Map<string, ReadonlyMap<string, { times: Float64Array; values: Float64Array }>>();
  for (const [entity, metrics] of table) {
    const kept = [...metrics].filter(() => random() >= lost);
    thin.set(
      entity,
      new Map(
        kept.map(([metric, { times, values }]) => [
          metric,
          // Noise on an availability would invent failures that nobody had.
          { times, values: metricRole(metric) === "availability" ? values : noisy(values, random) },
        ]),
      ),
    );
  }
  return thin;
}

/** Takes whole traces away, as a sampler does. */
function thinSpans(table: SpanTable, dropped: ReadonlySet<number>): SpanTable {
  const kept = [...table.trace.keys()].filter((row) => !dropped.has(table.trace[row] ?? -1));
  const newRow = new Map(kept.map((row, i) => [row, i]));
  const column = (from: Int32Array) => Int32Array.from(kept, (row) => from[row] ?? -1);
  const numbers = (from: Float64Array) => Float64Array.from(kept, (row) => from[row] ?? 0);
  return {
    ...table,
    length: kept.length,
    trace: column(table.trace),
    parent: Int32Array.from(kept, (row) => newRow.get(table.parent[row] ?? -1) ?? -1),
    entity: column(table.entity),
    op: column(table.op),
    startSeconds: numbers(table.startSeconds),
    durationSeconds: numbers(table.durationSeconds),
  };
}

function thinLogs(table: LogTable, spans: SpanTable, dropped: ReadonlySet<number>): LogTable {
  const newRow = new Map<number, number>();
  for (const [row, trace] of spans.trace.entries()) if (!dropped.has(trace)) newRow.set(row, newRow.size);
  const kept = [...table.trace.keys()].filter((row) => !dropped.has(table.trace[row] ?? -1));
  return {
    ...table,
    length: kept.length,
    time: Float64Array.from(kept, (row) => table.time[row] ?? 0),
    entity: Int32Array.from(kept, (row) => table.entity[row] ?? -1),
    trace: Int32Array.from(kept, (row) => table.trace[row] ?? -1),
    shape: Int32Array.from(kept, (row) => table.shape[row] ?? -1),
    span: Int32Array.from(kept, (row) => newRow.get(table.span[row] ?? -1) ?? -1),
  };
}

/** The same case seen worse: a share of the series and traces is lost, and every sample is up to 5 % off. */
export function perturbed(input: NeutralCase, lost: number, random: () => number): NeutralCase {
  const { spans, logs } = input.telemetry;
  const traces = new Set([...spans.trace, ...logs.trace].filter((trace) => trace >= 0));
  const dropped = new Set([...traces].filter(() => random() < lost));
  return {
    ...input,
    metrics: thinMetrics(input.metrics, input.edges.length > 0 ? 0 : lost, random),
    telemetry: { spans: thinSpans(spans, dropped), logs: thinLogs(logs, spans, dropped) },
  };
}
