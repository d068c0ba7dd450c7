import type { Signal } from "../../../cluster/signal.ts";
import { AppError, messageOf } from "../../../lib/app-error.ts";
import { type Clock, rest } from "../../../lib/clock.ts";
import { rateWindowSeconds } from "../../rate-window.ts";
import type { DeriverOptions } from "../derive/derive.ts";
import type { NamedLatencies } from "../derive/metric-conventions.ts";
import { inParallel } from "../in-parallel.ts";
import { byWorth, type Family, familiesOf, familyQuery, nativeFamiliesOf } from "./family-queries.ts";
import { kubeletQueries } from "./kubelet-queries.ts";
import { createPrometheusPoints, type FamilyAnswer } from "./prometheus-points.ts";
import { createPrometheusSight, isStale } from "./prometheus-sight.ts";
import type { FamilyQuery, OwnLabels, PodLabels, QueryScope } from "./query-scope.ts";
import { intervalQuery, newestSampleQuery, ofTargets, upQuery } from "./server-queries.ts";

/** Asks a server that speaks the query API of Prometheus. Timeouts are real time. Throws AppError. */
export interface PrometheusReader {
  query(
    expr: string,
    request: { at: number; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<{
    readonly result: FamilyAnswer["result"];
    readonly warnings: readonly string[];
  }>;
  labelValues(
    label: string,
    request: { from: number; to: number; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<{ readonly result: readonly string[] }>;
}

/** Totals since the start. */
export interface PrometheusStats {
  readonly queries: number;
  readonly failedQueries: number;
  readonly points: number;
  /** Values left out: not a number, of a pod that is not known, beyond the bounds. */
  readonly dropped: number;
  /** Metric families of applications that are more than are asked for. */
  readonly familiesLeftOut: number;
}

export interface PrometheusSourceOptions {
  readonly reader: PrometheusReader;
  readonly clock: Clock;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  readonly workloadOf: DeriverOptions["workloadOf"];
  readonly workloadNames?: DeriverOptions["workloadNames"];
  readonly nodeStorage?: DeriverOptions["nodeStorage"];
  readonly latencies?: NamedLatencies;
  /** Empty: all. */
  readonly namespaces?: readonly string[];
  /** Time between rounds, as between scrapes; default 15 s. */
  readonly intervalMs?: number;
  /** What the server calls namespace and pod on the series of applications. */
  readonly labels?: PodLabels;
  /** What all series of this cluster carry, where the server has those of several. */
  readonly matchers?: OwnLabels;
  /** Queries under way at the same time. */
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  /** Told after each round. */
  readonly onStats?: (stats: PrometheusStats) => void;
}

/** Families of applications asked for in a round; a server may know a hundred thousand names. */
const maxFamilies = 60;
/** New metrics are looked for, and the server's interval is measured, this often. */
const discoverEveryMs = 5 * 60_000;
/** Until an application is found. */
const lookAgainMs = 60_000;
/** A family with too many routes is asked for without them for this long. */
const withoutRoutesMs = 60 * 60_000;

interface Known {
  at: number;
  intervalSeconds: number;
  families: readonly Family[];
  leftOut: number;
}

/**
 * The derived series from a Prometheus, in rounds until aborted: one query a family, aggregated by the server, all as of
 * one time. Numbers are those of direct scraping. Tells the source `prometheus` when it is down, stale or empty.
 */
export async function prometheusSource(options: PrometheusSourceOptions): Promise<void> {
  const { reader, clock, emit, signal, intervalMs = 15_000, concurrency = 4 } = options;
  const timeoutMs = options.timeoutMs ?? Math.min(10_000, intervalMs);
  const labels = options.labels ?? { namespace: "namespace", pod: "pod" };
  const windowSeconds = rateWindowSeconds({ tickMs: intervalMs });
  const answers = createPrometheusPoints({
    workloadOf: options.workloadOf,
    ...(options.workloadNames ? { workloadNames: options.workloadNames } : {}),
    ...(options.nodeStorage ? { nodeStorage: options.nodeStorage } : {}),
    labels,
    windowSeconds,
    latencies: options.latencies,
  });
  const judge = createPrometheusSight();
  const crowded = new Map<string, number>();
  let known: Known = {
    at: Number.NEGATIVE_INFINITY,
    intervalSeconds: Math.max(15, intervalMs / 1_000),
    families: [],
    leftOut: 0,
  };
  const counts = { queries: 0, failedQueries: 0, points: 0 };

  const ask = (expr: string, at: number) => reader.query(expr, { at, signal, timeoutMs });

  /** What the server has and how often it scrapes. What cannot be learnt stays as it was. */
  const discover = async (at: number): Promise<void> => {
    if (at - known.at < (known.families.length > 0 ? discoverEveryMs : lookAgainMs)) return;
    const [names, spacing] = await Promise.all([
      reader.labelValues("__name__", { from: at - 10 * 60_000, to: at, signal, timeoutMs }),
      ask(ofTargets(intervalQuery, options.matchers), at),
    ]);
    const seconds = spacing.result[0]?.value ?? Number.NaN;
    const families = byWorth([
      ...names.result.flatMap((name) => familiesOf(name, options.latencies)),
      ...nativeFamiliesOf(names.result, options.latencies),
    ]);
    known = {
      at,
      intervalSeconds: Number.isFinite(seconds)
        ? Math.min(300, Math.max(1, Math.round(seconds)))
        : known.intervalSeconds,
      families: families.slice(0, maxFamilies),
      leftOut: Math.max(0, families.length - maxFamilies),
    };
  };

  const queriesAt = (at: number): FamilyQuery[] => {
    const scope: QueryScope = {
      windowSeconds,
      intervalSeconds: known.intervalSeconds,
      namespaces: options.namespaces ?? [],
      labels,
      ...(options.matchers ? { own: options.matchers } : {}),
    };
    const families = known.families.map((family) =>
      familyQuery(family, scope, at - (crowded.get(family.metric) ?? Number.NEGATIVE_INFINITY) > withoutRoutesMs),
    );
    return [upQuery(scope), ...kubeletQueries(scope), ...families];
  };

  const round = async (): Promise<void> => {
    const at = clock.now();
    const errors: string[] = [];
    const warnings: string[] = [];
    let newestAt: number | undefined;
    const note = (error: unknown) => void errors.push(messageOf(error, 200));
    // The questions of a round that only the present can answer come first: without a server the rest is not asked.
    await Promise.all([
      discover(at).catch(note),
      ask(ofTargets(newestSampleQuery, options.matchers), at).then(({ result }) => {
        const seconds = result[0]?.value;
        if (seconds !== undefined && Number.isFinite(seconds)) newestAt = seconds * 1_000;
      }, note),
    ]);
    // Gauges of a server that has stopped scraping would look as if they were new.
    const intervalMsOfServer = known.intervalSeconds * 1_000;
    const current = newestAt !== undefined && !isStale(at, newestAt, intervalMsOfServer);
    const queries = current ? queriesAt(at) : [];
    const taken = await inParallel(queries, concurrency, async (query): Promise<FamilyAnswer | undefined> => {
      try {
        const answer = await ask(query.expr, at);
        warnings.push(...answer.warnings);
        return { query, result: answer.result };
      } catch (error) {
        if (error instanceof AppError && error.code === "prometheus-too-many-series") crowded.set(query.metric, at);
        note(error);
        return undefined;
      }
    });
    if (signal.aborted) return;
    const good = taken.flatMap((answer) => answer ?? []);
    const points = good.length > 0 ? answers.take(good, at) : [];
    const sight = judge({
      at,
      newestAt,
      intervalMs: intervalMsOfServer,
      queries: queries.length + (newestAt === undefined && errors.length > 0 ? 1 : 0),
      failed: queries.length - good.length + (newestAt === undefined && errors.length > 0 ? 1 : 0),
      error: errors[0],
      points: points.length,
      warning: warnings.sort()[0],
    });
    counts.queries += queries.length;
    counts.failedQueries += queries.length - good.length;
    counts.points += points.length;
    options.onStats?.({ ...counts, dropped: answers.dropped, familiesLeftOut: known.leftOut });
    if (points.length > 0) emit({ type: "derived", at: clock.now(), source: "prometheus", points });
    if (sight) emit({ type: "source", at: clock.now(), source: "prometheus", ...sight });
  };

  while (!signal.aborted) {
    const startedAt = clock.now();
    emit({ type: "asking", at: startedAt, source: "prometheus", underWay: true });
    await round();
    emit({ type: "asking", at: clock.now(), source: "prometheus", underWay: false });
    const waitMs = Math.max(intervalMs / 10, startedAt + intervalMs - clock.now());
    await rest(clock, waitMs, signal);
  }
}
