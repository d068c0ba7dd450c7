/**
 * A neutral case: metrics, logs, spans, call edges and changes around one alert, without Kubernetes objects.
 * Tables are columns, because one case can hold hundreds of thousands of rows. Times are unix seconds.
 */

export interface Series {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** entity -> metric -> series in order of time. */
export type MetricTable = ReadonlyMap<string, ReadonlyMap<string, Series>>;

export interface SpanTable {
  readonly length: number;
  readonly trace: Int32Array;
  /** Row of the calling span; -1 when it is a root or was not recorded. */
  readonly parent: Int32Array;
  readonly entity: Int32Array;
  readonly op: Int32Array;
  readonly startSeconds: Float64Array;
  readonly durationSeconds: Float64Array;
  readonly entities: readonly string[];
  readonly ops: readonly string[];
}

export interface LogTable {
  readonly length: number;
  readonly time: Float64Array;
  readonly entity: Int32Array;
  /** Index into the trace names shared with the spans of the same folder; -1 without a trace. */
  readonly trace: Int32Array;
  readonly shape: Int32Array;
  /** Row of the span that the line names; -1 when it names none. */
  readonly span: Int32Array;
  readonly entities: readonly string[];
  readonly shapes: readonly LogShape[];
}

/** Lines that differ only in their values share a shape. */
export interface LogShape {
  readonly text: string;
  readonly level: "error" | "warn" | "info";
  /** The first line that had it, shortened: what a person is shown. */
  readonly sample: string;
}

/** Spans and logs of one folder; `trace` ids are common to both. */
export interface Telemetry {
  readonly spans: SpanTable;
  readonly logs: LogTable;
}

/** `time` in unix seconds, as in all of these. */
export interface Commit {
  readonly id: string;
  readonly time: number;
  readonly message: string;
  readonly files: readonly string[];
  readonly diff: string;
}
export interface Deploy {
  readonly time: number;
  readonly entity: string;
  readonly commit: string;
}
export interface Flag {
  readonly time: number;
  readonly entity: string;
  readonly flag: string;
}
export interface Changes {
  readonly deploys: readonly Deploy[];
  readonly commits: readonly Commit[];
  readonly flags: readonly Flag[];
}

export interface Alert {
  readonly time: number;
  readonly entity?: string | undefined;
  readonly metric?: string | undefined;
  readonly summary?: string | undefined;
}

export interface NeutralCase {
  readonly id: string;
  readonly alert: Alert;
  /** When the incident is known or assumed to have run. */
  readonly window: { readonly from: number; readonly to: number };
  /** Distance of two samples of a metric. */
  readonly resolutionSeconds: number;
  readonly candidates: readonly string[];
  readonly metrics: MetricTable;
  /** Metrics of a normal time elsewhere, when the case names them. */
  readonly baselineMetrics: MetricTable;
  readonly telemetry: Telemetry;
  readonly baselineTelemetry: Telemetry | undefined;
  /** The declared call graph; empty when none is declared. */
  readonly edges: readonly (readonly [caller: string, callee: string])[];
  /** Calls seen in a few sampled traces: true as far as they go. */
  readonly sampledEdges: readonly (readonly [caller: string, callee: string])[];
  readonly changes: Changes | undefined;
  /** Rows that could not be read, and parts that the case names but the folder lacks. */
  readonly notes: readonly string[];
}
