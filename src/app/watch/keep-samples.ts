import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import { type Capture, createCapture } from "../../detection/collect/capture.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { insertSamples, relabelSamples } from "../../store/cluster/samples.ts";
import { createSampleTidying } from "../../store/cluster/tidy-samples.ts";
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

const dayMs = 86_400_000;
/** Samples that wait are not kept waiting longer than this (real ms), nor is a process that has to stop. */
const tidyForMs = 2_000;

/** Live capture into the database as configured; undefined when it is switched off. */
export function keepSamples({
  config,
  database,
  observation,
  shards,
  clock,
  log,
}: KeepSamplesDeps): Capture | undefined {
  const { enabled, seconds, days, fullDays } = config.capture;
  if (!enabled) return undefined;
  const tidying = createSampleTidying(database, config.cluster);
  return createCapture({
    sink: {
      insert: (batch) => insertSamples(database, config.cluster, ownSamples(batch, shards)),
      relabel: (change) => relabelSamples(database, config.cluster, change),
      tidy: (now) => {
        const until = performance.now() + tidyForMs;
        return tidying({ from: now - days * dayMs, fullFrom: now - fullDays * dayMs }, () => performance.now() < until);
      },
    },
    observation,
    clock,
    log,
    everyMs: seconds * 1_000,
  });
}
