import { addIncidentMetrics } from "../app/metrics/incident-metrics.ts";
import { createMetrics } from "../app/metrics/metrics.ts";
import { addOutcomeMetrics } from "../app/metrics/outcome-metrics.ts";
import { addShardMetrics } from "../app/metrics/shard-metrics.ts";
import type { Shards } from "../app/shards/shards.ts";
import { startShards } from "../app/shards/start-shards.ts";
import { type ClusterSources, clusterSources } from "../app/sources/cluster-sources.ts";
import { streamedLogs } from "../app/sources/nats-logs.ts";
import { createWatching } from "../app/watch/create-watching.ts";
import { createIdPool } from "../app/watch/id-pool.ts";
import { keepSamples } from "../app/watch/keep-samples.ts";
import { createKeeping, type Keeping } from "../app/watch/keeping.ts";
import { seedSeasons } from "../app/watch/seed-seasons.ts";
import { syncSilences } from "../app/watch/sync-silences.ts";
import { tellDetectorFailures } from "../app/watch/tell-detector-failures.ts";
import { createObservation, type Observation } from "../cluster/observation.ts";
import { createDetectionEngine, type DetectionEngine } from "../detection/engine/engine.ts";
import { detectorsWith } from "../detection/engine/registry.ts";
import { openForecastField } from "../detection/metrics/forecast/forecast-field.ts";
import { loadModel } from "../detection/metrics/forecast/load-model.ts";
import { createSeasons } from "../detection/metrics/seasonal-baseline.ts";
import { unresolvedStatuses } from "../incident/status.ts";
import { messageOf } from "../lib/app-error.ts";
import { listIncidents } from "../store/incidents/incidents.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

type Watching = ReturnType<typeof createWatching>;
type Tick = Parameters<Watching["record"]>[0] &
  Parameters<ReturnType<typeof addIncidentMetrics>>[0] & { readonly at: number };

/** What sees the cluster and finds what is wrong in it. */
export interface DetectionPart {
  readonly observation: Observation;
  readonly engine: DetectionEngine;
  readonly shards: Shards;
  readonly sources: ClusterSources;
  readonly watching: Watching;
  readonly keeping: Keeping;
  readonly registry: ReturnType<typeof createMetrics>["registry"];
  readonly tickMs: number;
  /** To be told of each tick, before anything is stored. */
  record(tick: Tick): void;
  /** After each tick: takes new ids in stock. */
  refillIds(): void;
  /** The next number, for an incident that a person opens. */
  nextIncidentId(): Promise<string>;
}

/** Starts detection where the last process stopped: open incidents, silences and seasons come from the database. */
export async function startDetectionPart(foundation: Foundation, outside: Outside): Promise<DetectionPart> {
  const { config, database, clock, log, running } = foundation;
  const { cluster } = config;
  const { signal } = running;
  const tickMs = config.detection.scrapeSeconds * 1_000;
  const observation = createObservation({
    cluster,
    alerts: { repeatMs: config.ingest.alertRepeatHours * 3_600_000 },
  });
  const ids = running.use(await createIdPool(database));
  const seasons = createSeasons();
  const shards = startShards({ config, database, observation, engine: () => engine, clock, log });
  const engine: DetectionEngine = createDetectionEngine({
    observation,
    share: shards,
    nextId: ids.next,
    detectors: detectorsWith(config.health.model),
    onDetectorFailure: tellDetectorFailures(log),
    learnMs: config.detection.learnMinutes * 60_000,
    tickMs,
    seasons,
    latencies: new Set(config.detection.latencyHistograms),
    redact: foundation.redact,
  });
  running.keep(seedSeasons({ seasons, database, cluster, clock, log }));
  const open = await listIncidents(database, {
    statuses: unresolvedStatuses,
    cluster,
    limit: 1_000,
  });
  await shards.round();
  running.keep(shards.run(signal));
  const silences = syncSilences({ database, engine, cluster, clock, log });
  await silences.now();
  running.keep(silences.run(signal));

  const { logStream } = outside;
  const sources = clusterSources({
    ...outside,
    config,
    ...(config.detection.shards > 1 ? { reads: shards.reads } : {}),
    streamed: logStream && streamedLogs({ ...foundation, stream: logStream, shards }),
    observation,
    clock,
    signal,
  });
  const forecasts = openForecastField(observation, {
    model: loadModel(config.detection.model, (text) => log.warn({ text }, "forecaster.no-model")),
  });
  const capture = keepSamples({ config, database, observation, shards, clock, log });
  if (capture) running.keep(capture.run(signal));

  const { registry, incidents } = createMetrics({
    cluster,
    clock,
    engine,
    observation,
    sources,
    capture: () => capture?.stats,
    forecaster: () => forecasts.forecaster.stats,
  });
  const keeping = createKeeping();
  addOutcomeMetrics(registry, { database, log, cluster, keeping });
  addShardMetrics(registry, shards);
  const countIncidents = addIncidentMetrics(registry, incidents, open);
  const watching = createWatching({
    engine,
    observation,
    tickMs,
    signalsDropped: () => sources.signals.dropped,
    silencesChanged: silences.now,
  });
  return {
    observation,
    engine,
    shards,
    sources,
    watching,
    keeping,
    registry,
    tickMs,
    record(tick) {
      watching.record(tick);
      countIncidents(tick);
      capture?.record(tick);
    },
    nextIncidentId: ids.take,
    refillIds() {
      void ids.refill().catch((error: unknown) => log.warn({ error: messageOf(error) }, "ids.refill-failed"));
    },
  };
}
