import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries, Sample } from "../../../cluster/signal.ts";
import { rateWindowTicks } from "../../rate-window.ts";
import { createApplicationDeriver } from "./derive-application.ts";
import { createCallDeriver, type WorkloadNames } from "./derive-calls.ts";
import { createContainerDeriver } from "./derive-containers.ts";
import type { NamedLatencies } from "./metric-conventions.ts";
import type { Reading } from "./reading.ts";

export interface DeriverOptions {
  readonly series: SeriesStore;
  /** Workload of a pod, and when the pod was made (ms); undefined while the pod is not known. */
  readonly workloadOf: (
    namespace: string,
    pod: string,
  ) => { readonly workload: string; readonly createdAt: number } | undefined;
  /** Workloads by name, for calls that traces and meshes tell of; without it these are left alone. */
  readonly workloadNames?: () => WorkloadNames;
  /** Size of the disk on which a node's kubelet keeps what pods use (bytes); undefined while the node is not known. */
  readonly nodeStorage?: (node: string) => number | undefined;
  /** Ticks over which rates, ratios and quantiles are taken; another number than usual for counts that are rates already. */
  readonly windowTicks?: number;
  /** Raw series followed; more are counted and ignored. */
  readonly maxRawSeries?: number;
  /** Routes, peers and error types followed for each workload. */
  readonly maxPerWorkload?: number;
  readonly latencies?: NamedLatencies | undefined;
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

interface RawState extends Reading {
  readonly target: string;
  last: number;
  lastAt: number;
}

interface Target {
  /** First and last scrape (ms). */
  readonly firstAt: number;
  lastAt: number;
  /** Its pod was new when it was first seen: all that it has counted is of this time. */
  readonly young: boolean;
  /** "" for kubelets, and while the pod is not known. */
  readonly workload: string;
}

const kubeletPrefix = "kubelet/";
const isKubelet = (target: string) => target.startsWith(kubeletPrefix);

/** A sample this far from its arrival has a clock that cannot be trusted. */
const maxAgeMs = 10 * 60_000;
const maxAheadMs = 2 * 60_000;
const youngPodMs = 60_000;
const forgetRawMs = 10 * 60_000;
/** One scrape that is late or lost is still read as it is. */
const gapTicks = 2.5;

/**
 * Counters become increases here: a smaller value is a restart from zero; a series that appears on a target that has been
 * scraped before started at zero; the first sample of an unknown target says nothing, unless its pod is new.
 */
export function createDeriver(options: DeriverOptions): Deriver {
  const { series: store, workloadOf } = options;
  const slots = options.windowTicks ?? rateWindowTicks;
  const maxRawSeries = options.maxRawSeries ?? 300_000;
  const containers = createContainerDeriver(store, slots, options.nodeStorage);
  const application = createApplicationDeriver({
    series: store,
    workloadOf,
    slots,
    maxPerWorkload: options.maxPerWorkload ?? 50,
    latencies: options.latencies,
  });
  const calls = createCallDeriver({
    workloadOf,
    workloadNames: options.workloadNames ?? (() => new Map()),
    slots,
    maxPerWorkload: options.maxPerWorkload ?? 50,
  });
  const raw = new Map<RawSeries, RawState>();
  /** Series from which nothing is derived; whoever interned them decides how long they live. */
  const ignored = new WeakSet<RawSeries>();
  const targets = new Map<string, Target>();
  const stats = { stale: 0, notFinite: 0, wrongTime: 0, refusedSeries: 0 };
  const durations = new Array<number>(slots).fill(0);
  let lastFlush = Number.NaN;
  let ticks = 0;

  function targetOf({ name, labels }: RawSeries): string {
    return name.startsWith("container_") || name.startsWith("machine_")
      ? `${kubeletPrefix}${labels.node ?? labels.instance ?? ""}`
      : `${labels.job ?? ""}/${labels.namespace ?? ""}/${labels.pod ?? ""}/${labels.instance ?? ""}`;
  }

  /**
   * After scrapes that failed a counter brings the increase of all that time at once; as much of it is taken as fell into the
   * slot that is open now, or one tick would show a multiple of every rate. The kubelet's rates are over its own times.
   */
  function shareOfSlot(sinceMs: number, at: number): number {
    // The first tick has no length, only an assumed one.
    if (ticks < 2) return 1;
    const slotMs = Math.max(durations[(ticks - 1) % slots] ?? 0, at - lastFlush);
    return sinceMs > gapTicks * slotMs ? slotMs / sinceMs : 1;
  }

  /** How a series is read and what it said last; undefined for one that is not read, or not yet. */
  function stateOf(source: RawSeries): RawState | undefined {
    const known = raw.get(source);
    if (known || ignored.has(source)) return known;
    if (raw.size >= maxRawSeries) return void stats.refusedSeries++;
    const made = containers.sinkOf(source) ?? calls.read(source) ?? application.read(source);
    if (made === "later") return undefined;
    if (!made) return void ignored.add(source);
    const state = { ...made, target: targetOf(source), last: Number.NaN, lastAt: Number.NEGATIVE_INFINITY };
    raw.set(source, state);
    return state;
  }

  function scrapedTarget(key: string, { labels }: RawSeries, at: number, receivedAt: number): Target {
    const known = targets.get(key);
    if (known) return known;
    const { namespace = "", pod = "" } = labels;
    const owner = workloadOf(namespace, pod);
    const target = {
      firstAt: at,
      lastAt: at,
      young: receivedAt - (owner?.createdAt ?? 0) < youngPodMs,
      workload: owner && !isKubelet(key) ? `${namespace}/${owner.workload}` : "",
    };
    targets.set(key, target);
    return target;
  }

  function takeOne({ series: source, value, at }: Sample, receivedAt: number): void {
    // NaN is Prometheus' mark of a series that ended.
    if (!Number.isFinite(value)) return void stats.notFinite++;
    if (!(at >= receivedAt - maxAgeMs && at <= receivedAt + maxAheadMs)) return void stats.wrongTime++;
    const state = stateOf(source);
    if (!state) return;
    if (at <= state.lastAt) return void stats.stale++;
    const target = scrapedTarget(state.target, source, at, receivedAt);
    const before = state.lastAt;
    const previous = state.last;
    state.last = value;
    state.lastAt = at;
    if (!state.counter) state.sink(value, 0, at);
    else if (before !== Number.NEGATIVE_INFINITY) {
      const increase = value >= previous ? value - previous : value;
      const share = isKubelet(state.target) ? 1 : shareOfSlot(at - before, at);
      state.sink(increase * share, (at - before) / 1_000, at);
    } else if (!isKubelet(state.target) && (target.firstAt < at || target.young)) {
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
      application.flush(now, windowSeconds, alive);
      calls.flush(store, now, windowSeconds, application.measures);
      containers.flush(now);
      if (++ticks % 60 === 0) {
        const gone = now - forgetRawMs;
        for (const [source, state] of raw) if (state.lastAt < gone) raw.delete(source);
        for (const [key, target] of targets) if (target.lastAt < gone) targets.delete(key);
        store.forgetSince(now - 3 * 60 * 60_000);
      }
    },
    get stats() {
      return { rawSeries: raw.size, ...stats, refusedGroups: application.refusedGroups + calls.refused };
    },
  };
}
