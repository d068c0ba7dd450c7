import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { SeriesStore } from "../../cluster/series-store.ts";
import type { RawSeries, Sample } from "../../cluster/signal.ts";
import { createContainerDeriver } from "./derive-containers.ts";
import { createRequestStream, type RequestStream, type StreamNames } from "./derive-requests.ts";
import { meaningOf } from "./metric-conventions.ts";
import { createWindowSum, type WindowSum } from "./window-sum.ts";

export interface DeriverOptions {
  readonly series: SeriesStore;
  /** Workload of a pod, and when the pod was made (ms); undefined while the pod is not known. */
  readonly workloadOf: (
    namespace: string,
    pod: string,
  ) => { readonly workload: string; readonly createdAt: number } | undefined;
  /** Ticks over which rates, ratios and quantiles are taken. Default 4: 20 s at 5 s, one minute at 15 s. */
  readonly windowTicks?: number;
  /** Raw series followed; more are counted and ignored. */
  readonly maxRawSeries?: number;
  /** Routes, peers and error types followed for each workload. */
  readonly maxPerWorkload?: number;
}

/** Raw samples in, the series of `series-names.ts` out. */
export interface Deriver {
  take(samples: readonly Sample[], receivedAt: number): void;
  /** Writes what this tick adds. Call once a tick, with times that rise. */
  flush(now: number): void;
  readonly stats: {
    readonly rawSeries: number;
    readonly stale: number;
    readonly notFinite: number;
    readonly wrongTime: number;
    readonly refusedSeries: number;
    readonly refusedGroups: number;
  };
}

type Sink = (value: number, seconds: number, at: number) => void;

interface RawState {
  readonly counter: boolean;
  readonly sink: Sink;
  readonly target: string;
  last: number;
  lastAt: number;
}

const serverNames: StreamNames = {
  rate: "requests_per_second",
  errors: "errors_per_second",
  errorRatio: "error_ratio",
  mean: "latency_mean_seconds",
  p50: "latency_p50_seconds",
  p95: "latency_p95_seconds",
};
const routeNames: StreamNames = {
  rate: "route_requests_per_second",
  errorRatio: "route_error_ratio",
  mean: "route_latency_mean_seconds",
};
const podNames: StreamNames = {
  rate: "pod_requests_per_second",
  errorRatio: "pod_error_ratio",
  mean: "pod_latency_mean_seconds",
};
const clientNames: StreamNames = {
  rate: "client_requests_per_second",
  errors: "client_errors_per_second",
  errorRatio: "client_error_ratio",
  mean: "client_latency_mean_seconds",
  p95: "client_latency_p95_seconds",
};

/** A sample this far from its arrival has a clock that cannot be trusted. */
const maxAgeMs = 10 * 60_000;
const maxAheadMs = 2 * 60_000;
const youngPodMs = 60_000;
const forgetRawMs = 10 * 60_000;

/**
 * Counters become increases here: a smaller value is a restart from zero; a series that appears on a target that has been
 * scraped before started at zero; the first sample of an unknown target says nothing, unless its pod is new.
 */
export function createDeriver(options: DeriverOptions): Deriver {
  const { series: store, workloadOf } = options;
  const slots = options.windowTicks ?? 4;
  const maxRawSeries = options.maxRawSeries ?? 300_000;
  const maxPerWorkload = options.maxPerWorkload ?? 50;
  const containers = createContainerDeriver(store, slots);
  const raw = new Map<RawSeries, RawState | undefined>();
  /** First and last scrape of every target. */
  const targets = new Map<string, { firstAt: number; lastAt: number; young: boolean; workload: string }>();
  const streams = new Map<string, { readonly owner: string; readonly stream: RequestStream }>();
  const groups = new Map<string, Set<string>>();
  const rates = new Map<
    string,
    { name: DerivedSeriesName; labels: Record<string, string>; window: WindowSum; silent: number }
  >();
  const stats = { stale: 0, notFinite: 0, wrongTime: 0, refusedSeries: 0, refusedGroups: 0 };
  const durations = new Array<number>(slots).fill(0);
  let lastFlush = Number.NaN;
  let ticks = 0;

  /** Bounds how many routes, peers and types one workload may have; the rest is counted and left out. */
  function admitted(owner: string, kind: string, value: string): boolean {
    const key = `${owner}/${kind}`;
    let values = groups.get(key);
    if (!values) {
      // Workloads come and go; starting over costs a few groups too many, never memory without end.
      if (groups.size >= 20_000) groups.clear();
      values = new Set();
      groups.set(key, values);
    }
    if (values.has(value)) return true;
    if (values.size >= maxPerWorkload) {
      stats.refusedGroups++;
      return false;
    }
    values.add(value);
    return true;
  }

  function stream(names: StreamNames, labels: Record<string, string>): RequestStream {
    const key = `${names.rate}\u0000${Object.values(labels).join("\u0000")}`;
    let found = streams.get(key);
    if (!found) {
      found = { owner: `${labels.namespace}/${labels.workload}`, stream: createRequestStream(names, labels, slots) };
      streams.set(key, found);
    }
    return found.stream;
  }

  function rate(name: DerivedSeriesName, labels: Record<string, string>): WindowSum {
    const key = `${name}\u0000${Object.values(labels).join("\u0000")}`;
    let found = rates.get(key);
    if (!found) {
      found = { name, labels, window: createWindowSum(slots), silent: 0 };
      rates.set(key, found);
    }
    return found.window;
  }

  /** What to do with the samples of a series; undefined when nothing is derived from it, "later" while its pod is unknown. */
  function read(source: RawSeries): { counter: boolean; sink: Sink } | undefined | "later" {
    const kubelet = containers.sinkOf(source);
    if (kubelet) return kubelet;
    const meaning = meaningOf(source);
    const { namespace, pod } = source.labels;
    if (!meaning || !namespace || !pod) return undefined;
    if (meaning.kind === "up") {
      return {
        counter: false,
        sink: (value, _seconds, at) => void store.push("scrape_up", { namespace, pod }, at, value),
      };
    }
    const owner = workloadOf(namespace, pod);
    if (!owner) return "later";
    const { workload } = owner;
    const gauge = (name: DerivedSeriesName, scale = 1) => ({
      counter: false,
      sink: (value: number, _seconds: number, at: number) =>
        void store.push(name, { namespace, workload, pod }, at, value * scale),
    });
    switch (meaning.kind) {
      case "eventloop-lag":
        return gauge("eventloop_lag_seconds", meaning.scale);
      case "resident-memory":
        return gauge("process_resident_memory_bytes");
      case "pool":
        if (meaning.what === "in-use") return gauge("pool_in_use");
        if (meaning.what === "waiting") return gauge("pool_waiting");
        return {
          counter: true,
          sink: (value) => rate("pool_timeouts_per_second", { namespace, workload, pod }).add(value),
        };
      case "app-errors": {
        const { type } = meaning;
        if (!admitted(`${namespace}/${workload}`, "type", type)) return undefined;
        return {
          counter: true,
          sink: (value) => rate("app_errors_per_second", { namespace, workload, type }).add(value),
        };
      }
      default:
        break;
    }
    const into: RequestStream[] = [];
    if (meaning.side === "client") {
      if (!admitted(`${namespace}/${workload}`, "peer", meaning.peer)) return undefined;
      into.push(stream(clientNames, { namespace, workload, peer: meaning.peer }));
    } else {
      into.push(stream(serverNames, { namespace, workload }));
      if (meaning.kind !== "duration-bucket") {
        into.push(stream(podNames, { namespace, workload, pod }));
        const { route } = meaning;
        if (route !== "" && admitted(`${namespace}/${workload}`, "route", route)) {
          into.push(stream(routeNames, { namespace, workload, route }));
        }
      }
    }
    if (meaning.kind === "duration-bucket") {
      const { le } = meaning;
      return {
        counter: true,
        sink: (value) => {
          for (const one of into) one.bucket(le, value);
        },
      };
    }
    if (meaning.kind === "duration-sum") {
      const { scale } = meaning;
      return {
        counter: true,
        sink: (value) => {
          for (const one of into) one.duration(value * scale);
        },
      };
    }
    const { error, hasStatus, rank } = meaning;
    const { name } = source;
    return {
      counter: true,
      sink: (value) => {
        for (const one of into) {
          one.count(name, rank, value, error, hasStatus);
          if (rank === 1) one.durationCount(value);
        }
      },
    };
  }

  function targetOf({ name, labels }: RawSeries): string {
    return name.startsWith("container_") || name.startsWith("machine_")
      ? `kubelet/${labels.node ?? labels.instance ?? ""}`
      : `${labels.job ?? ""}/${labels.namespace ?? ""}/${labels.pod ?? ""}/${labels.instance ?? ""}`;
  }

  function takeOne({ series: source, value, at }: Sample, receivedAt: number): void {
    // NaN is Prometheus' mark of a series that ended.
    if (!Number.isFinite(value)) return void stats.notFinite++;
    if (!(at >= receivedAt - maxAgeMs && at <= receivedAt + maxAheadMs)) return void stats.wrongTime++;
    let state = raw.get(source);
    if (state === undefined) {
      if (raw.has(source)) return;
      if (raw.size >= maxRawSeries) return void stats.refusedSeries++;
      const made = read(source);
      if (made === "later") return;
      const target = targetOf(source);
      state = made ? { ...made, target, last: Number.NaN, lastAt: Number.NEGATIVE_INFINITY } : undefined;
      raw.set(source, state);
      if (!state) return;
    }
    if (at <= state.lastAt) return void stats.stale++;
    let target = targets.get(state.target);
    if (!target) {
      const { namespace = "", pod = "" } = source.labels;
      const owner = workloadOf(namespace, pod);
      target = {
        firstAt: at,
        lastAt: at,
        young: receivedAt - (owner?.createdAt ?? 0) < youngPodMs,
        workload: owner && !state.target.startsWith("kubelet/") ? `${namespace}/${owner.workload}` : "",
      };
      targets.set(state.target, target);
    }
    const before = state.lastAt;
    const previous = state.last;
    state.last = value;
    state.lastAt = at;
    if (!state.counter) state.sink(value, 0, at);
    else if (before !== Number.NEGATIVE_INFINITY) {
      state.sink(value >= previous ? value - previous : value, (at - before) / 1_000, at);
    } else if (!state.target.startsWith("kubelet/") && (target.firstAt < at || target.young)) {
      state.sink(value, Math.max(1, (at - target.lastAt) / 1_000), at);
    }
    target.lastAt = Math.max(target.lastAt, at);
  }

  return {
    take(samples, receivedAt) {
      for (const sample of samples) takeOne(sample, receivedAt);
    },
    flush(now) {
      const tickMs = Number.isNaN(lastFlush) ? 5_000 : Math.max(1, now - lastFlush);
      lastFlush = now;
      durations[ticks % slots] = tickMs;
      // A late tick covers more time than the others; the window is as long as its ticks were.
      const windowSeconds = durations.reduce((sum, ms) => sum + (ms || tickMs), 0) / 1_000;
      const alive = new Set<string>();
      for (const { lastAt, workload } of targets.values()) if (now - lastAt <= 1.5 * tickMs) alive.add(workload);
      for (const [key, { owner, stream: one }] of streams) {
        if (!one.flush(store, now, windowSeconds, alive.has(owner))) streams.delete(key);
      }
      for (const [key, one] of rates) {
        if (one.window.fresh) {
          const covered = (windowSeconds * one.window.filled) / slots;
          store.push(one.name, one.labels, now, one.window.sum / covered);
          one.silent = 0;
        } else if (
          alive.has(`${one.labels.namespace}/${one.labels.workload}`) &&
          one.labels.pod === undefined &&
          one.silent < 120
        ) {
          // The counter was made by a process that is gone; the new one has not counted anything of the kind.
          store.push(one.name, one.labels, now, 0);
          one.silent++;
        } else if (++one.silent > 480) rates.delete(key);
        one.window.advance();
      }
      containers.flush(now);
      if (++ticks % 60 === 0) {
        const gone = now - forgetRawMs;
        for (const [source, state] of raw) if (state && state.lastAt < gone) raw.delete(source);
        for (const [key, target] of targets) if (target.lastAt < gone) targets.delete(key);
        store.forgetSince(now - 3 * 60 * 60_000);
      }
    },
    get stats() {
      return { rawSeries: raw.size, ...stats };
    },
  };
}
