import type { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesReader } from "../adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { liveSignals } from "../detection/collect/live-signals.ts";
import {
  prometheusRawSource,
  type RawReader,
  scrapeSecondsOf,
} from "../detection/collect/prometheus/prometheus-raw.ts";
import type { OwnLabels, PodLabels } from "../detection/collect/prometheus/query-scope.ts";
import type { Redact } from "../incident/redacted.ts";
import { inputError, messageOf } from "../lib/app-error.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { SightChange } from "../replay/record/record-gaps.ts";
import { type RecordingSummary, recordSignals } from "../replay/record/record-signals.ts";
import { writeTruth } from "../replay/record/write-truth.ts";

export interface StartRecordingOptions {
  /** Of an identity that may read; nothing is written to the cluster. */
  readonly kubeConfig: KubeConfig;
  readonly namespaces: readonly string[];
  readonly folder: string;
  readonly log: Logger;
  /** Undefined: texts are kept as they are. */
  readonly redact: Redact | undefined;
  readonly description?: string;
  readonly intervalSeconds?: number;
  /** Samples come from this server instead of kubelets and pods, at its own interval. */
  readonly prometheus?:
    | { readonly reader: RawReader; readonly labels: PodLabels; readonly matchers?: OwnLabels }
    | undefined;
  /** Ends by itself then; default 60. */
  readonly minutes?: number;
  readonly maxBytes?: number;
  /** Told at once when a source cannot be read, or can again. */
  readonly onSight?: (change: SightChange) => void;
  readonly clock?: Clock;
  /** Real ms until the cluster must have been seen whole; default 2 min. */
  readonly patienceMs?: number;
}

export interface RunningRecording {
  /** When the state at the start was taken, Unix ms. */
  readonly start: number;
  /** Resolves when it has ended, by time, by size or by `stop`. */
  readonly done: Promise<RecordingSummary>;
  /** Ends it and waits for its files. With `truth`, what was broken on purpose is written beside it. */
  stop(truth?: unknown): Promise<RecordingSummary>;
}

/** More could not be read back: a file is one string in memory. */
export const mostRecordedBytes = 400_000_000;

/**
 * Begins to record a live cluster; resolves when its state at the start is written. For experiments: start it, break
 * something, repair it, and stop with the truth.
 * @throws AppError when the cluster cannot be read or the folder cannot be written
 */
export async function startRecording(options: StartRecordingOptions): Promise<RunningRecording> {
  const { clock = systemClock, intervalSeconds = 5, minutes = 60, namespaces, log } = options;
  const reader = createKubernetesReader({ kubeconfig: options.kubeConfig, log, whole: true });
  const kubernetesVersion = await reader.version().catch((cause: unknown) => {
    throw inputError(
      "cluster-unreachable",
      `The cluster does not answer: ${messageOf(cause, 160)}.`,
      "Check the kubeconfig with kubectl version.",
      cause,
    );
  });
  const { prometheus } = options;
  const scrapeSeconds = prometheus
    ? await scrapeSecondsOf(prometheus.reader, clock.now(), prometheus.matchers)
    : undefined;
  const stopping = new AbortController();
  const began = Promise.withResolvers<number>();
  const signals = liveSignals({
    reader,
    clock,
    signal: stopping.signal,
    namespaces,
    scrapeIntervalMs: intervalSeconds * 1_000,
    logLookBackMs: 0,
    scrape: prometheus === undefined,
    sources: prometheus
      ? [(context) => prometheusRawSource({ ...context, ...prometheus, intervalMs: intervalSeconds * 1_000 })]
      : [],
  });
  const done = recordSignals({
    signals,
    clock,
    folder: options.folder,
    description:
      options.description ?? `Recorded from a live cluster by kubemend record${options.redact ? ", redacted" : ""}.`,
    kubernetesVersion,
    namespaces,
    scrapeIntervalSeconds: scrapeSeconds ?? intervalSeconds,
    redact: options.redact,
    maxBytes: Math.min(options.maxBytes ?? mostRecordedBytes, mostRecordedBytes),
    onStart: began.resolve,
    ...(options.onSight ? { onSight: options.onSight } : {}),
    onFull: () => stopping.abort(),
  });
  // It ends before it began only by failing.
  done.then(() => undefined, began.reject).finally(() => stopping.abort());
  const patience = setTimeout(() => stopping.abort(), options.patienceMs ?? 120_000);
  const start = await began.promise.finally(() => clearTimeout(patience));
  // Rejects when it was stopped before.
  clock.sleep(minutes * 60_000, stopping.signal).then(
    () => stopping.abort(),
    () => undefined,
  );
  return {
    start,
    done,
    async stop(truth) {
      stopping.abort();
      const summary = await done;
      if (truth !== undefined) await writeTruth(summary.folder, truth);
      return summary;
    },
  };
}
