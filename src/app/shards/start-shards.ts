import type { Observation } from "../../cluster/observation.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { Config } from "../../config/config.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import { recurrenceMs } from "../../detection/group/new-home.ts";
import type { DeploymentSample, SampleBatch } from "../../incident/cluster-sample.ts";
import { namespaceOf } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { knownTemplates, type TemplateCount } from "../../store/cluster/log-templates.ts";
import { readSamples } from "../../store/cluster/read-samples.ts";
import type { Database } from "../../store/database.ts";
import { incidentsToGoOnWith } from "../../store/incidents/incidents-to-go-on-with.ts";
import { isDeclared } from "../desk/declare-incident.ts";
import { createShards, type Shards } from "./shards.ts";

export interface StartShardsDeps {
  readonly config: Config;
  readonly database: Database;
  readonly observation: Observation;
  /** There by the first round. */
  readonly engine: () => Pick<DetectionEngine, "ingest" | "restore" | "release">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As far back as metric detectors compare with. */
const seedMs = 60 * 60_000;
const mostIncidents = 1_000;

const columns: readonly (readonly [keyof DeploymentSample, DerivedSeriesName])[] = [
  ["requestsPerSecond", "requests_per_second"],
  ["errorsPerSecond", "errors_per_second"],
  ["errorRatio", "error_ratio"],
  ["latencyP50Seconds", "latency_p50_seconds"],
  ["latencyP95Seconds", "latency_p95_seconds"],
  ["latencyMeanSeconds", "latency_mean_seconds"],
];

/** The shards of this watcher; what it takes up it goes on with where the last holder stopped. */
export function startShards(deps: StartShardsDeps): Shards {
  const { config, database, observation, clock, log } = deps;
  const { cluster } = config;
  const { shards: count, scrapeSeconds } = config.detection;

  /** What the last holder measured of its workloads, from the captured samples: without it an hour of baselines is missing. */
  const seed = async (owns: (namespace: string | undefined) => boolean) => {
    const now = clock.now();
    let points = 0;
    for await (const page of readSamples(database, "deployments", { cluster, from: now - seedMs, to: now })) {
      for (const sample of page) {
        if (!owns(sample.namespace)) continue;
        const labels = { namespace: sample.namespace, workload: sample.deployment };
        for (const [column, name] of columns) {
          const value = sample[column];
          if (typeof value !== "number") continue;
          observation.series.push(name, labels, sample.at, value);
          points++;
        }
      }
    }
    log.info({ points }, "shard.seeded");
  };

  /** The kinds of lines that the last holder had counted, by one line of each at its first and its last time: they are no news. */
  const seedKinds = async (owns: (namespace: string | undefined) => boolean) => {
    const known = (await knownTemplates(database, cluster)).filter(({ namespace }) => owns(namespace));
    const tell = (at: number, { namespace, pod, container, line }: TemplateCount) =>
      deps.engine().ingest({ type: "log", at: clock.now(), line: { at, namespace, pod, container, line } });
    for (const one of known.toSorted((a, b) => a.firstAt - b.firstAt)) tell(one.firstAt, one);
    for (const one of known.toReversed()) if (one.lastAt > one.firstAt) tell(one.lastAt, one);
    log.info({ kinds: known.length }, "shard.kinds-seeded");
  };

  return createShards(
    { database, cluster, count, tickMs: scrapeSeconds * 1_000, log },
    {
      async gained(owns) {
        const resolvedAfter = clock.now() - recurrenceMs;
        const known = await incidentsToGoOnWith(database, { cluster, resolvedAfter, limit: mostIncidents });
        // In a cluster of one shard whoever waits reads along, and knows it all.
        if (count > 1)
          await seed(owns).catch((error: unknown) => log.warn({ error: messageOf(error) }, "shard.not-seeded"));
        // A stream has one reader a partition, also in a cluster of one shard.
        if (config.logs.source === "nats")
          await seedKinds(owns).catch((error: unknown) => log.warn({ error: messageOf(error) }, "shard.not-seeded"));
        // Who declared an incident closes it; to detection it would be one without symptoms.
        const ours = known.filter(({ target }) => owns(namespaceOf(target)));
        deps.engine().restore(ours.filter((incident) => !isDeclared(incident)));
      },
      lost: () => deps.engine().release(),
    },
  );
}

/** Of a sample of the whole cluster what is ours to keep, so that no two watchers keep the same. */
export function ownSamples(batch: SampleBatch, { owns }: Pick<Shards, "owns">): SampleBatch {
  return {
    nodes: owns(undefined) ? batch.nodes : [],
    pods: batch.pods.filter(({ namespace }) => owns(namespace)),
    deployments: batch.deployments.filter(({ namespace }) => owns(namespace)),
  };
}
