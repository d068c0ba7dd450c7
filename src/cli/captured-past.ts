import { loadConfig } from "../config/load-config.ts";
import { type CapturedPast, pastOfSamples } from "../detection/train/past-of-samples.ts";
import { inputError } from "../lib/app-error.ts";
import { systemClock } from "../lib/clock.ts";
import { openStore } from "../store/open-store.ts";
import { readSamples } from "../store/samples.ts";

/** Samples of one series that training takes, as many as of a recording. */
const maxSamples = 17_280;

/** The past that live capture has kept of the configured cluster. @throws AppError (exit code 2) when there is none */
export async function capturedPast(configFile: string | undefined): Promise<CapturedPast> {
  const config = await loadConfig(configFile, process.env);
  const { cluster, capture } = config;
  await using store = await openStore({
    ...(config.database.url ? { url: config.database.url } : {}),
    dataFolder: config.data,
  });
  const tickMs = capture.seconds * 1_000;
  const to = systemClock.now();
  const span = { cluster, from: to - Math.min(capture.days * 86_400_000, maxSamples * tickMs), to };
  const captured = await pastOfSamples({
    source: `captured of ${cluster}`,
    scope: cluster,
    ...span,
    tickMs,
    samples: {
      nodes: readSamples(store.database, "nodes", span),
      deployments: readSamples(store.database, "deployments", span),
      pods: readSamples(store.database, "pods", span),
    },
  });
  if (captured.past.series.length > 0) return captured;
  throw inputError(
    "no-samples-in-database",
    `${store.origin} holds no samples of the cluster ${JSON.stringify(cluster)}.`,
    "Let kubemend start run for an hour with capture.enabled, or train on recordings: kubemend train --recordings <folder>",
  );
}
