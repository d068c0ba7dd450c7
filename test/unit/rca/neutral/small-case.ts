import type { MetricTable, NeutralCase, Telemetry } from "../../../../src/rca/neutral/neutral-case.ts";
import { createInterner, readLogs, readMetrics, readSpans } from "../../../../src/rca/neutral/read-tables.ts";

export interface Call {
  readonly entity: string;
  readonly op?: string;
  readonly atMs?: number;
  readonly durationMs?: number;
  /** Log lines written while it was served. */
  readonly lines?: readonly string[];
  /** Steps inside the entity. */
  readonly steps?: readonly string[];
  /** Requests to others; `waitMs` is what the client saw. */
  readonly calls?: readonly (Call & { readonly waitMs?: number })[];
}

/** 0 is the start of the incident of every small case. */
export const zero = 1_700_000_000;

/** Spans and lines of requests, each with the second (from `zero`) at which it came in. */
export function telemetryOf(requests: readonly { readonly second: number; readonly call: Call }[]): Telemetry {
  const spans: string[] = [];
  const logs: string[] = [];
  let id = 0;
  const spanName = () => (++id).toString(16).padStart(16, "0");
  const write = (trace: string, parent: string, at: number, call: Call): void => {
    const span = spanName();
    const start = at + (call.atMs ?? 0) / 1_000;
    const row = (name: string, from: string, op: string, began: number, ms: number) =>
      spans.push(
        JSON.stringify({
          trace,
          span: name,
          parent: from,
          entity: call.entity,
          op,
          start: began * 1e9,
          dur_us: ms * 1e3,
        }),
      );
    row(span, parent, call.op ?? "serve", start, call.durationMs ?? 10);
    let after = start;
    const next = () => {
      after += 0.0005;
      return after;
    };
    for (const step of call.steps ?? []) row(spanName(), span, step, next(), 0.1);
    for (const line of call.lines ?? [])
      logs.push(JSON.stringify({ time: next() * 1e9, entity: call.entity, trace, line: `${line} SpanID: ${span}` }));
    for (const child of call.calls ?? []) {
      const client = spanName();
      row(client, span, `call ${child.entity}`, next(), child.waitMs ?? (child.durationMs ?? 10) + 1);
      write(trace, client, after, child);
    }
  };
  for (const [i, { second, call }] of requests.entries()) write(`t${i}`, "root", zero + second, call);
  const traces = createInterner();
  const read = readSpans(spans.join("\n"), traces);
  return { spans: read.table, logs: readLogs(logs.join("\n"), traces, read.rowOf).table };
}

/** `count` equal requests, one a second, from a second on. */
export const repeated = (second: number, count: number, call: Call) =>
  Array.from({ length: count }, (_, i) => ({ second: second + i, call }));

/** entity -> metric -> [second from zero, value]. */
export function metricsOf(
  table: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number])[]>>>>,
): MetricTable {
  const rows = Object.entries(table).flatMap(([entity, metrics]) =>
    Object.entries(metrics).flatMap(([metric, points]) =>
      points.map(([second, value]) => `${zero + second},${entity},${metric},${value}`),
    ),
  );
  return readMetrics(rows.join("\n")).table;
}

/** The same value once a minute in `[from, to)`. */
export const steady = (from: number, to: number, value: number): [number, number][] =>
  Array.from({ length: Math.ceil((to - from) / 60) }, (_, i) => [from + 60 * i, value]);

export const smallCase = (parts: Partial<NeutralCase>): NeutralCase => ({
  id: "small",
  alert: { time: zero + 60 },
  window: { from: zero, to: zero + 240 },
  resolutionSeconds: 60,
  candidates: ["web", "cart", "pay", "db"],
  metrics: new Map(),
  baselineMetrics: new Map(),
  telemetry: telemetryOf([]),
  baselineTelemetry: undefined,
  edges: [],
  sampledEdges: [],
  changes: undefined,
  notes: [],
  ...parts,
});
