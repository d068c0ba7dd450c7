import type { DeploymentSample, NodeSample, PodSample, SampleLabel } from "../../incident/cluster-sample.ts";
import { type SeriesKind, seriesKinds } from "../metrics/forecast/series-kinds.ts";
import type { Past } from "./gather.ts";

/** Pages of samples in order of time, as the store reads them. */
export interface CapturedSamples {
  readonly nodes: AsyncIterable<readonly NodeSample[]>;
  readonly deployments: AsyncIterable<readonly DeploymentSample[]>;
  readonly pods: AsyncIterable<readonly PodSample[]>;
}

export interface PastOfSamplesInput {
  readonly source: string;
  readonly scope: string;
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
  /** Time between samples. */
  readonly tickMs: number;
  readonly samples: CapturedSamples;
  /** Series beyond this are left out, those of pods first. */
  readonly maxSeries?: number;
}

export interface CapturedPast {
  readonly past: Past;
  readonly seriesLeftOut: number;
}

/** What a column is a sample of. Values of containers are sums over their pod; they move like those of one container. */
const ofNodes = {
  cpuRatio: "node_cpu_ratio",
  memoryRatio: "node_memory_ratio",
  filesystemRatio: "node_filesystem_ratio",
} as const;
const ofDeployments = {
  requestsPerSecond: "requests_per_second",
  latencyMeanSeconds: "latency_mean_seconds",
  errorRatio: "error_ratio",
} as const;
const ofPods = {
  cpuCores: "container_cpu_cores",
  cpuThrottledRatio: "container_cpu_throttled_ratio",
  memoryBytes: "container_memory_working_set_bytes",
  networkReceiveBytesPerSecond: "pod_network_receive_bytes_per_second",
  networkTransmitBytesPerSecond: "pod_network_transmit_bytes_per_second",
} as const;

/** Rates still show what was wrong for a window after it ended; what leads up to it is not normal either. */
const marginTicks = 6;
/** 600 series of six days at 30 s are 170 MB. */
const defaultMaxSeries = 600;

interface Growing {
  readonly kind: SeriesKind;
  readonly times: number[];
  readonly values: number[];
  troubledUntil: number;
}

const kindsByName = new Map<string, SeriesKind>(seriesKinds.map((kind) => [kind.name, kind]));

function append(series: Growing, at: number, value: number, label: SampleLabel, marginMs: number): void {
  const { times, values } = series;
  if (label !== "good") {
    series.troubledUntil = at + marginMs;
    for (let i = times.length - 1; i >= 0 && at - (times[i] as number) <= marginMs; i--) values[i] = Number.NaN;
  }
  times.push(at);
  values.push(at <= series.troubledUntil ? Number.NaN : value);
}

/**
 * What captured samples have to teach. Samples that carry another label than good, and those shortly before and after, are
 * left out of their own series: in a large cluster something is always wrong somewhere.
 */
export async function pastOfSamples(input: PastOfSamplesInput): Promise<CapturedPast> {
  const { source, scope, from, to, tickMs, samples, maxSeries = defaultMaxSeries } = input;
  const all = new Map<string, Growing>();
  const leftOut = new Set<string>();

  const take = async <Row extends NodeSample | DeploymentSample | PodSample>(
    pages: AsyncIterable<readonly Row[]>,
    columns: Readonly<Partial<Record<keyof Row & string, string>>>,
    nameOf: (row: Row) => string,
  ): Promise<void> => {
    const wanted = Object.entries<string | undefined>(columns).flatMap(([column, name = ""]) => {
      const kind = kindsByName.get(name);
      return kind ? [{ column, kind }] : [];
    });
    for await (const page of pages) {
      for (const row of page) {
        for (const { column, kind } of wanted) {
          const value: unknown = Reflect.get(row, column);
          if (typeof value !== "number") continue;
          const key = `${kind.name}/${nameOf(row)}`;
          let series = all.get(key);
          if (!series) {
            if (all.size >= maxSeries) {
              leftOut.add(key);
              continue;
            }
            series = { kind, times: [], values: [], troubledUntil: Number.NEGATIVE_INFINITY };
            all.set(key, series);
          }
          append(series, row.at, value, row.label, marginTicks * tickMs);
        }
      }
    }
  };
  await take(samples.nodes, ofNodes, ({ node }) => node);
  await take(samples.deployments, ofDeployments, ({ namespace, deployment }) => `${namespace}/${deployment}`);
  await take(samples.pods, ofPods, ({ namespace, pod }) => `${namespace}/${pod}`);

  const series = [...all.values()].map(({ kind, times, values }) => ({
    kind,
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  }));
  const spans = series.filter(({ times }) => times.length > 0);
  return {
    past: {
      source,
      scope,
      from: Math.max(from, Math.min(...spans.map(({ times }) => times[0] as number))),
      to: Math.min(to, Math.max(...spans.map(({ times }) => times.at(-1) as number))),
      tickMs,
      series,
      troubled: [],
    },
    seriesLeftOut: leftOut.size,
  };
}
