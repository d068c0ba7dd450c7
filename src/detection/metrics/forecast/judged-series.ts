import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import type { Series } from "../../../cluster/series-store.ts";
import type { ObjectRef } from "../../../incident/object-ref.ts";
import type { Severity } from "../../../incident/severity.ts";
import type { DetectContext } from "../../detector.ts";
import { milliseconds, ownerOfPod, peerOf, percent, workloadOf } from "../who.ts";

/** Which way a series has to leave its forecast for anybody to care, and how far. */
export interface JudgedSeries {
  readonly bad: "up" | "down";
  /** Far enough from the forecast to matter, however improbable it is. */
  readonly matters: (value: number, forecast: number) => boolean;
  /**
   * Is the value more than one odd request? `requests` is the rate of the series named by `volume`, over the four ticks
   * that a ratio or a mean is taken over.
   */
  readonly volume?: DerivedSeriesName;
  readonly supported?: (value: number, requests: number) => boolean;
  /**
   * True: users feel it. False: a surprise that is nobody's trouble by itself (a worker that got work, a cache that
   * fills); it is told only beside trouble of the same workload, as evidence.
   */
  readonly alone: boolean;
  readonly severity: Severity;
  readonly reason: string;
  /** Follows the name of the workload in a title. */
  readonly headline: (value: number, forecast: number) => string;
  /** The value for people. */
  readonly show: (value: number) => string;
  /** The quantity for people. */
  readonly what: string;
  readonly targetOf: (series: Series, context: DetectContext) => ObjectRef;
}

const rises = (least: number, factor: number) => (value: number, forecast: number) =>
  value - forecast >= least && value >= factor * forecast;
const manyRequests = (_value: number, requests: number) => requests >= 8;
const severalErrors = (share: number, requests: number) => share * requests >= 2.5;

const mebibytes = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
const perSecond = (value: number) => `${value.toFixed(1)}/s`;
const cores = (value: number) => `${Math.round(value * 1_000)}m`;
const number = (value: number) => String(Math.round(value));

const trouble = { bad: "up", alone: true, severity: "medium" } as const;
const evidence = { bad: "up", alone: false, severity: "low" } as const;

/** Amounts are what a person would notice; how probable they are is judged apart from that. */
export const judgedSeries: Readonly<Partial<Record<DerivedSeriesName, JudgedSeries>>> = {
  latency_mean_seconds: {
    ...trouble,
    matters: rises(0.05, 2),
    volume: "requests_per_second",
    supported: manyRequests,
    reason: "latency-forecast",
    headline: (value, forecast) => `answers slowly (${milliseconds(value)}; ${milliseconds(forecast)} were forecast)`,
    show: milliseconds,
    what: "the mean time of its requests",
    targetOf: workloadOf,
  },
  client_latency_mean_seconds: {
    ...trouble,
    matters: rises(0.05, 2),
    volume: "client_requests_per_second",
    supported: manyRequests,
    reason: "client-latency-forecast",
    headline: (value, forecast) =>
      `answers its callers slowly (${milliseconds(value)}; ${milliseconds(forecast)} were forecast)`,
    show: milliseconds,
    what: "the time its callers wait",
    targetOf: (series, context) => peerOf(series, context) ?? workloadOf(series, context),
  },
  error_ratio: {
    ...trouble,
    matters: rises(0.03, 2),
    volume: "requests_per_second",
    supported: severalErrors,
    reason: "errors-forecast",
    headline: (value, forecast) => `fails ${percent(value)} of its requests (${percent(forecast)} were forecast)`,
    show: percent,
    what: "the share of failed requests",
    targetOf: workloadOf,
  },
  pod_network_errors_per_second: {
    ...trouble,
    matters: rises(1, 3),
    reason: "network-errors-forecast",
    headline: (value) => `has ${perSecond(value)} network errors`,
    show: perSecond,
    what: "the rate of network errors of a pod",
    targetOf: ownerOfPod,
  },
  pod_network_drops_per_second: {
    ...trouble,
    matters: rises(1, 3),
    reason: "network-drops-forecast",
    headline: (value) => `loses ${perSecond(value)} network packets`,
    show: perSecond,
    what: "the rate of lost packets of a pod",
    targetOf: ownerOfPod,
  },
  requests_per_second: {
    ...evidence,
    bad: "down",
    matters: (value, forecast) => forecast >= 0.5 && value <= 0.5 * forecast,
    reason: "requests-forecast",
    headline: (value, forecast) => `gets ${perSecond(value)} requests (${perSecond(forecast)} were forecast)`,
    show: perSecond,
    what: "the rate of its requests",
    targetOf: workloadOf,
  },
  container_cpu_throttled_ratio: {
    ...evidence,
    matters: rises(0.3, 1.5),
    reason: "throttling-forecast",
    headline: (value) => `is throttled in ${percent(value)} of its CPU periods`,
    show: percent,
    what: "the throttled share of CPU periods of container",
    targetOf: ownerOfPod,
  },
  container_cpu_cores: {
    ...evidence,
    matters: rises(0.1, 2),
    reason: "cpu-forecast",
    headline: (value, forecast) => `uses ${cores(value)} CPU (${cores(forecast)} were forecast)`,
    show: cores,
    what: "the CPU use of container",
    targetOf: ownerOfPod,
  },
  container_memory_working_set_bytes: {
    ...evidence,
    matters: rises(32 * 2 ** 20, 1.3),
    reason: "memory-forecast",
    headline: (value, forecast) => `uses ${mebibytes(value)} of memory (${mebibytes(forecast)} were forecast)`,
    show: mebibytes,
    what: "the memory of container",
    targetOf: ownerOfPod,
  },
  container_processes: {
    ...evidence,
    matters: rises(20, 2),
    reason: "processes-forecast",
    headline: (value, forecast) => `runs ${number(value)} processes (${number(forecast)} were forecast)`,
    show: number,
    what: "the number of processes in container",
    targetOf: ownerOfPod,
  },
  eventloop_lag_seconds: {
    ...evidence,
    matters: rises(0.1, 3),
    reason: "eventloop-forecast",
    headline: (value) => `has an event loop that lags ${milliseconds(value)}`,
    show: milliseconds,
    what: "the lag of an event loop",
    targetOf: workloadOf,
  },
  pool_waiting: {
    ...evidence,
    matters: rises(2, 2),
    reason: "pool-forecast",
    headline: (value) => `has ${number(value)} requests waiting for its pool`,
    show: number,
    what: "the number of requests that wait for a pooled connection",
    targetOf: workloadOf,
  },
};
