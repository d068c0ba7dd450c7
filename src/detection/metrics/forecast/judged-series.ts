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
  readonly severity: Severity;
  readonly reason: string;
  /** Follows the name of the workload in a title. */
  readonly headline: (value: number, forecast: number) => string;
  /** The value for people. */
  readonly show: (value: number) => string;
  readonly what: string;
  readonly targetOf: (series: Series, context: DetectContext) => ObjectRef;
}

const rises = (least: number, factor: number) => (value: number, forecast: number) =>
  value - forecast >= least && value >= factor * forecast;

const mebibytes = (value: number) => `${Math.round(value / 2 ** 20)} MiB`;
const perSecond = (value: number) => `${value.toFixed(1)}/s`;
const cores = (value: number) => `${Math.round(value * 1_000)}m`;
const number = (value: number) => String(Math.round(value));

/**
 * Series whose surprises may be somebody's trouble. Amounts are what a person would notice; probability is judged apart
 * from that. More traffic or more CPU by itself is not here: being used is no fault.
 */
export const judgedSeries: Readonly<Partial<Record<DerivedSeriesName, JudgedSeries>>> = {
  latency_mean_seconds: {
    bad: "up",
    matters: rises(0.05, 2),
    severity: "medium",
    reason: "latency-forecast",
    headline: (value, forecast) =>
      `answers more slowly than forecast (${milliseconds(value)} instead of ${milliseconds(forecast)})`,
    show: milliseconds,
    what: "the mean time of its requests",
    targetOf: workloadOf,
  },
  client_latency_mean_seconds: {
    bad: "up",
    matters: rises(0.05, 2),
    severity: "medium",
    reason: "client-latency-forecast",
    headline: (value, forecast) =>
      `answers its callers more slowly than forecast (${milliseconds(value)} instead of ${milliseconds(forecast)})`,
    show: milliseconds,
    what: "the time its callers wait",
    targetOf: (series, context) => peerOf(series, context) ?? workloadOf(series, context),
  },
  error_ratio: {
    bad: "up",
    matters: rises(0.03, 2),
    severity: "medium",
    reason: "errors-forecast",
    headline: (value) => `fails ${percent(value)} of its requests, against its forecast`,
    show: percent,
    what: "the share of failed requests",
    targetOf: workloadOf,
  },
  requests_per_second: {
    bad: "down",
    matters: (value, forecast) => forecast >= 0.5 && value <= 0.4 * forecast,
    severity: "low",
    reason: "requests-forecast",
    headline: (value, forecast) => `gets ${perSecond(value)} requests instead of ${perSecond(forecast)}`,
    show: perSecond,
    what: "the rate of its requests",
    targetOf: workloadOf,
  },
  container_cpu_throttled_ratio: {
    bad: "up",
    matters: rises(0.3, 1.5),
    severity: "low",
    reason: "throttling-forecast",
    headline: (value) => `is throttled in ${percent(value)} of its CPU periods, against its forecast`,
    show: percent,
    what: "the throttled share of a container's CPU periods",
    targetOf: ownerOfPod,
  },
  container_cpu_cores: {
    bad: "up",
    matters: rises(0.2, 3),
    severity: "low",
    reason: "cpu-forecast",
    headline: (value, forecast) => `uses ${cores(value)} CPU instead of ${cores(forecast)}`,
    show: cores,
    what: "the CPU use of a container",
    targetOf: ownerOfPod,
  },
  container_memory_working_set_bytes: {
    bad: "up",
    matters: rises(32 * 2 ** 20, 1.3),
    severity: "low",
    reason: "memory-forecast",
    headline: (value, forecast) => `uses ${mebibytes(value)} of memory instead of ${mebibytes(forecast)}`,
    show: mebibytes,
    what: "the memory of a container",
    targetOf: ownerOfPod,
  },
  container_processes: {
    bad: "up",
    matters: rises(20, 2),
    severity: "low",
    reason: "processes-forecast",
    headline: (value, forecast) => `runs ${number(value)} processes instead of ${number(forecast)}`,
    show: number,
    what: "the number of processes in a container",
    targetOf: ownerOfPod,
  },
  eventloop_lag_seconds: {
    bad: "up",
    matters: rises(0.1, 3),
    severity: "low",
    reason: "eventloop-forecast",
    headline: (value) => `has an event loop that lags ${milliseconds(value)}, against its forecast`,
    show: milliseconds,
    what: "the lag of an event loop",
    targetOf: workloadOf,
  },
  pool_waiting: {
    bad: "up",
    matters: rises(2, 2),
    severity: "low",
    reason: "pool-forecast",
    headline: (value) => `has ${number(value)} requests waiting for its pool, against its forecast`,
    show: number,
    what: "the number of requests that wait for a pooled connection",
    targetOf: workloadOf,
  },
  pod_network_errors_per_second: {
    bad: "up",
    matters: rises(1, 3),
    severity: "low",
    reason: "network-errors-forecast",
    headline: (value) => `has ${perSecond(value)} network errors, against its forecast`,
    show: perSecond,
    what: "the network errors of a pod",
    targetOf: ownerOfPod,
  },
  pod_network_drops_per_second: {
    bad: "up",
    matters: rises(1, 3),
    severity: "low",
    reason: "network-drops-forecast",
    headline: (value) => `loses ${perSecond(value)} packets, against its forecast`,
    show: perSecond,
    what: "the packets a pod loses",
    targetOf: ownerOfPod,
  },
};
