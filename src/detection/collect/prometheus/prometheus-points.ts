import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import { createSeriesStore, labelKey, type SeriesStore } from "../../../cluster/series-store.ts";
import type { DerivedPoint, RawSeries, Sample } from "../../../cluster/signal.ts";
import { createDeriver, type DeriverOptions } from "../derive/derive.ts";
import { classicBuckets, type NativeBucket } from "./native-histogram.ts";
import type { FamilyQuery, PodLabels } from "./query-scope.ts";

type Labels = Readonly<Record<string, string>>;

/** What the server answered to one query of a round. */
export interface FamilyAnswer {
  readonly query: FamilyQuery;
  /** Elements with buckets are native histograms, their value the count. */
  readonly result: readonly {
    readonly labels: Labels;
    readonly value: number;
    readonly buckets?: readonly NativeBucket[];
  }[];
}

export interface PrometheusPointsOptions
  extends Pick<DeriverOptions, "workloadOf" | "workloadNames" | "nodeStorage" | "maxPerWorkload" | "latencies"> {
  readonly labels: PodLabels;
  /** Of the windows over which the server took its rates (s). */
  readonly windowSeconds: number;
}

/** Answers of a server in, points of the derived series out. */
export interface PrometheusPoints {
  /** The answers of one round in the order of their queries, as of `at` (ms); a round of the past gives nothing. */
  take(answers: readonly FamilyAnswer[], at: number): DerivedPoint[];
  /** Values left out: not a number, of a pod that is not known, beyond the bounds. */
  readonly dropped: number;
}

interface Counter {
  readonly series: RawSeries;
  total: number;
  lastAt: number;
}

/** What the deriver takes for the time since its last tick when there was none. */
const firstTickMs = 5_000;
const forgetMs = 10 * 60_000;
const maxCounters = 100_000;

/**
 * The meaning of series is that of direct scraping, by the same code: the server has taken the rate, so that each answer
 * is given to a deriver as a counter that has grown by it since the round before. Its window is that one round, since the
 * server's answer is already over the whole window.
 */
export function createPrometheusPoints(options: PrometheusPointsOptions): PrometheusPoints {
  const { labels: names, workloadOf } = options;
  let points: DerivedPoint[] = [];
  const collecting: SeriesStore = {
    ...createSeriesStore({ maxSeries: 0 }),
    push(name, labels, at, value) {
      // The deriver writes no other names.
      if (Number.isFinite(value)) points.push({ name: name as DerivedSeriesName, labels, at, value });
      return undefined;
    },
  };
  const deriver = createDeriver({
    series: collecting,
    workloadOf,
    ...(options.workloadNames === undefined ? {} : { workloadNames: options.workloadNames }),
    ...(options.nodeStorage === undefined ? {} : { nodeStorage: options.nodeStorage }),
    windowTicks: 1,
    latencies: options.latencies,
    ...(options.maxPerWorkload === undefined ? {} : { maxPerWorkload: options.maxPerWorkload }),
  });
  const counters = new Map<string, Counter>();
  let lastAt = Number.NaN;
  let dropped = 0;

  /** With the labels that scraping gives them; undefined for pods that are gone and for what the scope does not have. */
  function labelsOf(labels: Labels, calls: boolean): Labels | undefined {
    const { [names.namespace]: namespace, [names.pod]: pod, ...rest } = labels;
    // The kubelet's own target may be a pod's; a volume is told by its claim.
    if (rest.persistentvolumeclaim !== undefined) return labels;
    if (calls && !pod) return namespace === undefined ? rest : { ...rest, namespace };
    if (!pod) return rest.node !== undefined || rest.instance !== undefined ? { ...rest, id: "/" } : undefined;
    if (!namespace || !workloadOf(namespace, pod)) return undefined;
    return { ...rest, namespace, pod };
  }

  function counterOf(metric: string, labels: Labels, at: number): Counter | undefined {
    const key = `${metric}\u0000${labelKey(labels)}`;
    let counter = counters.get(key);
    if (!counter) {
      if (counters.size >= maxCounters) return undefined;
      counter = { series: { name: metric, labels }, total: 0, lastAt: at };
      counters.set(key, counter);
    }
    return counter;
  }

  /** Numbers, where they are asked for; with native histograms as the classic buckets that they stand for, where those are. */
  const elementsOf = ({ query: { nativeUnit }, result }: FamilyAnswer): FamilyAnswer["result"] =>
    result.flatMap((element) => {
      const { labels, value, buckets } = element;
      if (nativeUnit === undefined) return buckets ? [] : [element];
      if (!buckets) return [];
      return classicBuckets(buckets, value, nativeUnit).map(({ le, count }) => ({
        labels: { ...labels, le },
        value: count,
      }));
    });

  function samplesOf(answer: FamilyAnswer, at: number, tickMs: number): Sample[] {
    const { query } = answer;
    const isNetwork = query.metric.startsWith("container_network_");
    return elementsOf(answer).flatMap(({ labels, value }) => {
      const mapped = Number.isFinite(value) ? labelsOf(labels, query.calls === true) : undefined;
      const counter = mapped && counterOf(query.metric, isNetwork ? { ...mapped, interface: "all" } : mapped, at);
      if (!counter) {
        dropped++;
        return [];
      }
      const { series } = counter;
      if (query.kind === "value") {
        counter.lastAt = at;
        return [{ series, value, at }];
      }
      const since = at - tickMs;
      const known = counter.lastAt === since;
      const before = { series, value: counter.total, at: since };
      counter.total += Math.max(0, value) * (query.kind === "rate" ? tickMs / 1_000 : options.windowSeconds);
      counter.lastAt = at;
      return known ? [{ series, value: counter.total, at }] : [before, { series, value: counter.total, at }];
    });
  }

  return {
    take(answers, at) {
      // A clock that was set back: the series have points of that time already.
      if (at <= lastAt) return [];
      points = [];
      const tickMs = Number.isNaN(lastAt) ? firstTickMs : at - lastAt;
      lastAt = at;
      for (const answer of answers) deriver.take(samplesOf(answer, at, tickMs), at);
      deriver.flush(at);
      for (const [key, counter] of counters) if (at - counter.lastAt > forgetMs) counters.delete(key);
      const taken = points;
      points = [];
      return taken;
    },
    get dropped() {
      const { stale, notFinite, wrongTime, refusedSeries, refusedGroups } = deriver.stats;
      return dropped + stale + notFinite + wrongTime + refusedSeries + refusedGroups;
    },
  };
}
