import { readFile } from "node:fs/promises";
import { loadKubeConfig } from "../adapters/kubernetes-config.ts";
import { createPrometheusClient } from "../adapters/prometheus/prometheus-client.ts";
import { loadConfig } from "../config/load-config.ts";
import { inputError, messageOf } from "../lib/app-error.ts";
import { createLogger } from "../lib/logger.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import type { SightChange } from "../replay/record/record-gaps.ts";
import { parseTruth, writeTruth } from "../replay/record/write-truth.ts";
import { logLevel } from "./log-level.ts";
import { numberOption } from "./number-option.ts";
import { startProgress } from "./progress.ts";
import { mostRecordedBytes, startRecording } from "./start-recording.ts";
import { stopSignal } from "./stop-signal.ts";

export interface RecordCommandOptions {
  readonly out: string;
  readonly namespaces: readonly string[];
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly minutes: string;
  readonly interval: string;
  readonly maxBytes: string;
  readonly description?: string;
  readonly truth?: string;
  readonly raw?: boolean;
  readonly yesSecretsMayBeInIt?: boolean;
}

async function readTruth(file: string): Promise<unknown> {
  const remedy = "Give the file that the experiment has written.";
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw inputError("truth-unreadable", `${file} cannot be read: ${whyRefused(cause)}.`, remedy, cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw inputError("truth-unreadable", `${file} is no JSON: ${messageOf(cause, 120)}.`, remedy, cause);
  }
  return parseTruth(value);
}

/** One line about a source, while there is still time to do something about it. */
function sightText({ source, ok, detail, at }: SightChange): string {
  const time = new Date(at).toISOString().slice(11, 19);
  return ok
    ? `${time} ${source} can be read again.`
    : `${time} ${source} cannot be read: ${detail}. What it would tell is missing from the recording until it can.`;
}

/** `kubemend record`: a live cluster as a recording, until the time is over or Ctrl-C. @throws AppError (exit code 2) */
export async function record(options: RecordCommandOptions): Promise<void> {
  if (options.raw && !options.yesSecretsMayBeInIt)
    throw inputError(
      "raw-not-confirmed",
      "A raw recording holds log lines, settings and environments as they are, with the passwords and tokens in them.",
      "Leave out --raw, or add --yes-secrets-may-be-in-it.",
    );
  const namespaces = [...new Set(options.namespaces)];
  const minutes = numberOption("minutes", options.minutes, { command: "record", min: 0.1, max: 24 * 60 });
  const intervalSeconds = numberOption("interval", options.interval, { command: "record", min: 1, max: 300 });
  const maxBytes = numberOption("max-bytes", options.maxBytes, {
    command: "record",
    min: 100_000,
    max: mostRecordedBytes,
  });
  // Before an hour is spent.
  const truth = options.truth === undefined ? undefined : await readTruth(options.truth);
  const log = createLogger({
    level: logLevel(process.env["KUBEMEND_LOG_LEVEL"], "warn"),
    redact: createRedactor().redact,
  });
  const { kubernetes, prometheus } = await loadConfig(options.config, process.env);
  const { kubeconfig = kubernetes.kubeconfig, context = kubernetes.context } = options;
  const kubeConfig = loadKubeConfig({ kubeconfig, context });
  const progress = startProgress("Reading the cluster");
  using stopping = stopSignal();
  const redactor = createRedactor();
  const running = await startRecording({
    kubeConfig,
    namespaces,
    folder: options.out,
    log,
    redact: options.raw ? undefined : redactor.redact,
    ...(options.description === undefined ? {} : { description: options.description }),
    minutes,
    intervalSeconds,
    maxBytes,
    onSight: (change) => process.stderr.write(`${sightText(change)}\n`),
    prometheus: prometheus.url
      ? {
          reader: createPrometheusClient({
            url: prometheus.url,
            ...(prometheus.token && { bearerToken: prometheus.token }),
            ...(prometheus.tenant && { tenant: prometheus.tenant }),
          }),
          labels: prometheus.labels,
          matchers: prometheus.matchers,
        }
      : undefined,
  }).finally(() => progress.end());
  // What went wrong is told by `done`.
  const stop = () => void running.stop().catch(() => undefined);
  if (stopping.signal.aborted) stop();
  else stopping.signal.addEventListener("abort", stop);
  process.stdout.write(
    `Recording ${namespaces.join(", ")} for ${minutes} min into ${options.out}; Ctrl-C ends it sooner.\n`,
  );
  const summary = await running.done;
  if (truth !== undefined) await writeTruth(summary.folder, truth);
  const { counts } = summary;
  const took = ((summary.end - summary.start) / 60_000).toFixed(1);
  process.stdout.write(
    `${took} min: ${counts.objects} objects, ${counts.changes} changes, ${counts.events} events, ${counts.logLines} log lines, ${counts.samples} samples` +
      `${counts.lostLogLines > 0 ? `, ${counts.lostLogLines} log lines lost` : ""}${summary.full ? "; ended at --max-bytes" : ""}` +
      `; ${options.raw ? "not redacted" : `${redactor.counts.redacted} secrets replaced`}.\n` +
      `Look at it: kubemend analyze ${options.out}\n`,
  );
}
