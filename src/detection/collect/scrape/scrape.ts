import type { RawSeries, Sample, Signal } from "../../../cluster/signal.ts";
import { messageOf } from "../../../lib/app-error.ts";
import { type Clock, rest } from "../../../lib/clock.ts";
import { volumeStats } from "../derive/storage-sink.ts";
import { inParallel } from "../in-parallel.ts";
import type { KnownPods } from "../known-pods.ts";
import { createExpositionParser, type ExpositionParser } from "./parse-exposition.ts";
import { createSummaryParser } from "./parse-summary.ts";
import { nodeTarget, podTarget, runsAt, type ScrapeTarget, summaryTargets, volumeTargets } from "./scrape-targets.ts";
import { createSight } from "./sight.ts";

/** Fetches what kubelets and pods expose, through the API server. Timeouts are real time. */
export interface MetricsReader {
  nodeMetrics(
    node: string,
    which: "cadvisor" | "kubelet" | "summary",
    request?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<string>;
  podMetrics(
    endpoint: { namespace: string; pod: string; port: number; path: string; scheme: "http" | "https" },
    request?: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<string>;
}

export interface ScrapeSourceOptions {
  readonly reader: MetricsReader;
  readonly clock: Clock;
  readonly known: KnownPods;
  /** Pods of which namespaces are asked. Nodes are asked by everybody: their answers hold all their pods. */
  readonly reads?: (namespace: string) => boolean;
  readonly emit: (signal: Signal) => void;
  readonly signal: AbortSignal;
  /** Empty: all. Containers of other namespaces on the nodes are left out. */
  readonly namespaces?: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  /** Scrapes at the same time; each goes through the API server. */
  readonly concurrency?: number;
  /** Failing for longer than this is blindness. */
  readonly blindMs?: number;
  /** After every round. */
  readonly onStats?: (stats: ScrapeStats) => void;
}

/** Since the start, over all targets. */
export interface ScrapeStats {
  readonly scrapes: number;
  readonly failed: number;
  /** Pods that were not asked because the container behind their port does not run, counted in each round. */
  readonly notRunning: number;
  /** Lines that are no sample. */
  readonly malformed: number;
  /** Samples of targets that expose more series than a target may. */
  readonly refused: number;
}

const noTargetsMs = 500;

interface Scraped {
  readonly target: ScrapeTarget;
  readonly samples: readonly Sample[];
  readonly error: string | undefined;
}

interface TargetParser {
  readonly parser: ExpositionParser;
  readonly up: RawSeries;
  /** Last round in which it was a target (ms). */
  wantedAt: number;
  /** In a row. */
  failures: number;
}

/** All pods of a node that is down time out: after a few times they are asked briefly, or each round would take a minute. */
const givesUpAfter = 2;
const briefMs = 1_500;

/** Stamps that go back by more are those of a clock that was put right: its samples are new ones (ms). */
const setBackMs = 60_000;

/** Longer than anybody behind remembers a counter that is not told any more. */
const unwantedMs = 15 * 60_000;

/** What a kubelet tells is some ten times what is used. */
const fromNodes =
  /^(machine_(cpu_cores|memory_bytes)|container_(cpu_(usage|cfs)_|memory_(working_set_bytes|rss|usage_bytes)|oom_events_total|processes|start_time_seconds|last_seen|spec_(cpu|memory)_|network_(receive|transmit)_(bytes|errors|packets_dropped)_total|fs_(usage|limit)_bytes|fs_(reads|writes)_total))/;
const kept: Readonly<Record<ScrapeTarget["kind"], RegExp | undefined>> = {
  node: fromNodes,
  volumes: volumeStats,
  summary: undefined,
  pod: undefined,
};

const pages = { node: "cadvisor", volumes: "kubelet", summary: "summary" } as const;
/** The same kubelet has said that it is up with its containers. */
const isAside = ({ kind }: ScrapeTarget) => kind === "volumes" || kind === "summary";
/** A kubelet measures local storage once a minute, and adding up what it tells is some work for it. */
const summaryEvery = 2;

/**
 * Scrapes all nodes and all annotated pods in rounds until aborted. A round is one signal, in the order of targets, with
 * an `up` sample for each; samples that a target repeats unchanged in time are told once.
 */
export async function scrapeSource(options: ScrapeSourceOptions): Promise<void> {
  const { reader, clock, known, emit, signal, intervalMs = 15_000, timeoutMs = 10_000, concurrency = 16 } = options;
  const { reads = () => true } = options;
  const namespaces = new Set(options.namespaces ?? []);
  const parsers = new Map<string, TargetParser>();
  const newest = new WeakMap<RawSeries, number>();
  const counts = { scrapes: 0, failed: 0, notRunning: 0, malformed: 0, refused: 0 };
  const sights = { node: createSight("scrape:nodes", options), pod: createSight("scrape:pods", options) };

  const parserOf = (target: ScrapeTarget): TargetParser => {
    const wanted = kept[target.kind];
    const made: TargetParser = parsers.get(target.key) ?? {
      parser:
        target.kind === "summary"
          ? createSummaryParser(target.labels)
          : createExpositionParser(target.labels, wanted ? { keep: (name) => wanted.test(name) } : {}),
      up: { name: "up", labels: target.labels },
      wantedAt: clock.now(),
      failures: 0,
    };
    parsers.set(target.key, made);
    return made;
  };
  const isFresh = ({ series, at }: Sample): boolean => {
    const { namespace } = series.labels;
    if (namespaces.size > 0 && namespace && !namespaces.has(namespace)) return false;
    const last = newest.get(series) ?? Number.NEGATIVE_INFINITY;
    if (at <= last && last - at < setBackMs) return false;
    newest.set(series, at);
    return true;
  };
  const scrape = async (target: ScrapeTarget): Promise<Scraped> => {
    const known = parserOf(target);
    const { parser, up } = known;
    const at = clock.now();
    const request = { signal, timeoutMs: known.failures < givesUpAfter ? timeoutMs : Math.min(timeoutMs, briefMs) };
    try {
      const text = await (target.kind === "pod"
        ? reader.podMetrics(target, request)
        : reader.nodeMetrics(target.node, pages[target.kind], request));
      known.failures = 0;
      const { malformed, refused } = parser;
      const samples = parser.parse(text, at).filter(isFresh);
      counts.malformed += parser.malformed - malformed;
      counts.refused += parser.refused - refused;
      // The same kubelet has said that it is up with its containers.
      if (isAside(target)) return { target, samples, error: undefined };
      return { target, samples: [...samples, { series: up, value: 1, at }], error: undefined };
    } catch (error) {
      known.failures++;
      // A pod may be gone by now; then its last scrape says nothing.
      const samples = isAside(target) ? [] : [{ series: up, value: 0, at }];
      return { target, samples, error: messageOf(error, 200) };
    }
  };
  let rounds = 0;
  /** How many targets there were. */
  const round = async (): Promise<number> => {
    const [nodes, pods] = [known.nodes(), known.pods().filter(({ metadata }) => reads(metadata.namespace ?? ""))];
    const wanting = pods.flatMap((pod) => {
      const target = podTarget(pod);
      return target?.kind === "pod" ? [{ target, runs: runsAt(pod, target.port) }] : [];
    });
    const running = wanting.flatMap(({ target, runs }) => (runs ? [target] : []));
    counts.notRunning += wanting.length - running.length;
    const targets = [
      ...nodes.map(nodeTarget),
      ...volumeTargets(pods, nodes),
      ...(rounds++ % summaryEvery === 0 ? summaryTargets(pods, nodes) : []),
      ...running,
    ];
    // Who is wanted again finds the series that it had; as new ones, its counters would seem to begin anew.
    const at = clock.now();
    for (const { key } of [...targets, ...wanting.map(({ target }) => target)]) {
      const known = parsers.get(key);
      if (known) known.wantedAt = at;
    }
    for (const [key, { wantedAt }] of parsers) if (at - wantedAt > unwantedMs) parsers.delete(key);
    const results = await inParallel(targets, concurrency, scrape);
    counts.scrapes += results.length;
    counts.failed += results.filter(({ error }) => error !== undefined).length;
    options.onStats?.({ ...counts });
    if (signal.aborted) return targets.length;
    const samples = results.flatMap((result) => result.samples);
    if (samples.length > 0) emit({ type: "samples", at: clock.now(), samples });
    // A kubelet that keeps its volumes to itself is no lost sight: everything else is there.
    for (const kind of ["node", "pod"] as const) sights[kind](results.filter(({ target }) => target.kind === kind));
    return targets.length;
  };

  while (!signal.aborted) {
    const startedAt = clock.now();
    emit({ type: "asking", at: startedAt, source: "scrape", underWay: true });
    const targets = await round();
    emit({ type: "asking", at: clock.now(), source: "scrape", underWay: false });
    // At the start the watch has not told of any yet.
    const waitMs = targets === 0 ? noTargetsMs : Math.max(intervalMs / 10, startedAt + intervalMs - clock.now());
    await rest(clock, waitMs, signal);
  }
}
