import { type CapturedPast, pastOfSamples } from "../detection/train/past-of-samples.ts";
import { inputError } from "../lib/app-error.ts";
import { systemClock } from "../lib/clock.ts";
import { readSamples } from "../store/cluster/read-samples.ts";
import { openConfigured } from "./open-configured.ts";

/** Samples of one series that training takes, as many as of a recording. */
const maxSamples = 17_280;

export interface CapturedTraining extends CapturedPast {
  /** What may be wrong with training on it, in words. */
  readonly caveats: readonly string[];
}

/** The past that live capture has kept of the configured cluster. @throws AppError (exit code 2) when there is none */
export async function capturedPast(configFile: string | undefined): Promise<CapturedTraining> {
  await using open = await openConfigured(configFile);
  const { store } = open;
  const { cluster, capture, detection } = open.config;
  const tickMs = capture.seconds * 1_000;
  const to = systemClock.now();
  // What is older is kept in longer steps than those that are forecast.
  const days = Math.min(capture.days, capture.fullDays);
  const span = { cluster, from: to - Math.min(days * 86_400_000, maxSamples * tickMs), to };
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
  if (captured.past.series.length > 0) {
    const { seriesLeftOut } = captured;
    return {
      ...captured,
      caveats: [
        ...(seriesLeftOut > 0 ? [`${seriesLeftOut} captured series were left out: more than training takes.`] : []),
        ...(capture.seconds > 1.5 * detection.scrapeSeconds
          ? [
              `Samples are ${capture.seconds} s apart and scrapes ${detection.scrapeSeconds} s, so what is learnt here is coarser than what is forecast; set capture.seconds near detection.scrapeSeconds for a closer match.`,
            ]
          : []),
      ],
    };
  }
  throw inputError(
    "no-samples-in-database",
    `${store.origin} holds no samples of the cluster ${JSON.stringify(cluster)}.`,
    "Let kubemend start run for an hour with capture.enabled, or train on recordings: kubemend train --recordings <folder>",
  );
}
