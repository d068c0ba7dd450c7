import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import { type Capture, createCapture } from "../../detection/collect/capture.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { insertSamples, pruneSamples, relabelSamples } from "../../store/cluster/samples.ts";
import type { Database } from "../../store/database.ts";
import type { Shards } from "../shards/shards.ts";
import { ownSamples } from "../shards/start-shards.ts";

export interface KeepSamplesDeps {
  readonly config: Config;
  readonly database: Database;
  readonly observation: Observation;
  readonly shards: Pick<Shards, "owns">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Live capture into the database as configured; undefined when it is switched off. */
export function keepSamples({
  config,
  database,
  observation,
  shards,
  clock,
  log,
}: KeepSamplesDeps): Capture | undefined {
  const { enabled, seconds, days } = config.capture;
  if (!enabled) return undefined;
  return createCapture({
    sink: {
      insert: (batch) => insertSamples(database, config.cluster, ownSamples(batch, shards)),
      relabel: (change) => relabelSamples(database, config.cluster, change),
      prune: (before) => pruneSamples(database, config.cluster, before),
    },
    observation,
    clock,
    log,
    everyMs: seconds * 1_000,
    keepMs: days * 86_400_000,
  });
}
