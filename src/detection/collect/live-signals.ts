import type { Signal } from "../../cluster/signal.ts";
import { createBoundedQueue } from "../../lib/bounded-queue.ts";
import type { Clock } from "../../lib/clock.ts";
import { createKnownPods } from "./known-pods.ts";
import { type ClusterWatcher, kubernetesSource } from "./kubernetes.ts";
import type { LogReader } from "./logs/container-log.ts";
import { type LogSourceStats, logSource } from "./logs/logs.ts";
import { type MetricsReader, type ScrapeStats, scrapeSource } from "./scrape/scrape.ts";
import type { SourceContext } from "./source-context.ts";

export type LiveReader = ClusterWatcher & MetricsReader & LogReader;

export interface LiveSignalsOptions {
  readonly reader: LiveReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Empty: the whole cluster. */
  readonly namespaces?: readonly string[];
  /** Of those, the share of this process. Default all. */
  readonly reads?: (namespace: string) => boolean;
  readonly scrapeIntervalMs?: number;
  /** Told every ten seconds. */
  readonly onLogStats?: (stats: LogSourceStats) => void;
  readonly logLookBackMs?: number;
  /** False when metrics (or logs) come from elsewhere. */
  readonly scrape?: boolean;
  readonly onScrapeStats?: (stats: ScrapeStats) => void;
  readonly logs?: boolean;
  /** Further sources: a Prometheus, Loki, health endpoints, what is pushed. Each runs until aborted. */
  readonly sources?: readonly ((context: SourceContext) => Promise<void>)[];
  /** Signals that may wait to be read. */
  readonly maxQueued?: number;
}

export interface LiveSignals extends AsyncIterable<Signal> {
  /** Signals thrown away because nobody read them fast enough, the oldest first; log lines that were left out included. */
  readonly dropped: number;
  /** Log lines left out because more came than could be read. */
  readonly droppedLogLines: number;
  readonly queued: number;
}

/** Places that a flood of log lines may not take from objects, events and samples. */
const reserved = 5_000;

const lossEveryMs = 1_000;

/** About a minute of a busy cluster: 1,000 log lines a second. */
const defaultMaxQueued = 60_000;

/**
 * Everything that a cluster's API tells, as one stream in the order of arrival, until aborted: object changes and events
 * by watch, samples by scraping, log lines by following. To be iterated once.
 */
export function liveSignals(options: LiveSignalsOptions): LiveSignals {
  const { reader, clock, signal } = options;
  const maxQueued = options.maxQueued ?? defaultMaxQueued;
  const queue = createBoundedQueue<Signal>(maxQueued);
  const known = createKnownPods();
  let wake: () => void = () => undefined;
  let failure: unknown;

  const mostWithLogs = maxQueued - Math.min(reserved, maxQueued >> 2);
  let droppedLogLines = 0;
  let untold = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  /** Whoever reads an incident has to know how much of the logs nobody has read. */
  const tellLoss = (): void => {
    const at = clock.now();
    if (at - toldAt < lossEveryMs) return;
    queue.push({ type: "log-loss", at, lines: untold });
    toldAt = at;
    untold = 0;
    wake();
  };
  const emit = (one: Signal): void => {
    if (one.type === "log" && queue.size >= mostWithLogs) {
      droppedLogLines++;
      untold++;
      tellLoss();
      return;
    }
    if (untold > 0) tellLoss();
    queue.push(one);
    known.apply(one);
    wake();
  };
  const namespaces = options.namespaces ?? [];
  const { reads = () => true } = options;
  const shared = { reader, clock, known, emit, signal, namespaces, reads, room: () => maxQueued - queue.size };
  const sources = [
    kubernetesSource(shared),
    ...(options.sources ?? []).map((source) => source(shared)),
    ...(options.scrape === false
      ? []
      : [
          scrapeSource({
            ...shared,
            ...(options.scrapeIntervalMs !== undefined && { intervalMs: options.scrapeIntervalMs }),
            ...(options.onScrapeStats && { onStats: options.onScrapeStats }),
          }),
        ]),
    ...(options.logs === false
      ? []
      : [
          logSource({
            ...shared,
            ...(options.logLookBackMs !== undefined && { lookBackMs: options.logLookBackMs }),
            ...(options.onLogStats && { onStats: options.onLogStats }),
          }),
        ]),
  ];
  let over = false;
  // A source that fails is a fault of ours: it ends the stream with its error.
  void Promise.all(sources)
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      over = true;
      wake();
    });

  return {
    get dropped() {
      return queue.dropped + droppedLogLines;
    },
    get droppedLogLines() {
      return droppedLogLines;
    },
    get queued() {
      return queue.size;
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else if (over) break;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      if (failure !== undefined && !signal.aborted) throw failure;
    },
  };
}
