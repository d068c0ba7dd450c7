import type { Config } from "../../config/config.ts";
import type { LogStreamPort } from "../../detection/collect/logs/log-stream.ts";
import { createLogStreamSource, type LogStreamStats } from "../../detection/collect/logs/log-stream-source.ts";
import type { LogIntake } from "../../detection/collect/push/log-intake.ts";
import { createStreamIntake } from "../../detection/collect/push/stream-intake.ts";
import type { SourceContext } from "../../detection/collect/source-context.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import { advanceLogs, logPosition, pruneTemplates } from "../../store/cluster/log-templates.ts";
import type { Database } from "../../store/database.ts";
import { shardOf } from "../shards/shard-of.ts";
import type { Shards } from "../shards/shards.ts";

export interface NatsLogsDeps {
  readonly config: Config;
  readonly database: Database;
  readonly stream: LogStreamPort;
  readonly shards: Pick<Shards, "leaseOfShard">;
  readonly clock: Clock;
  readonly redact: Redact;
}

/** Logs that travel through a stream: what is pushed goes in, what is ours comes out. */
export interface StreamedLogs {
  readonly push: LogIntake["push"];
  readonly intake: LogIntake["stats"];
  readonly source: (context: SourceContext) => Promise<void>;
  readonly stats: LogStreamStats;
}

const pruneEveryMs = 10 * 60_000;

/** How the stream of log lines is to be opened; undefined when logs come another way. */
export function streamOptions({ cluster, logs, nats, detection }: Config) {
  if (logs.source !== "nats" || nats.url === undefined) return undefined;
  return {
    url: nats.url,
    token: nats.token,
    cluster,
    partitions: detection.shards,
    maxBytes: nats.maxMegabytes * 1024 * 1024,
    maxAgeMs: nats.maxAgeMinutes * 60_000,
  };
}

/** One partition a shard: whoever holds the shard reads its partition, and nobody else may say how far. */
export function streamedLogs({ config, database, stream, shards, clock, redact }: NatsLogsDeps): StreamedLogs {
  const { cluster } = config;
  const { shards: partitions } = config.detection;
  // A stream that was lost and made anew counts from 1 again: a position of the one before says nothing about it.
  const named = (partition: number, epoch: string) => `${partition}of${partitions}@${epoch}`;
  const intake = createStreamIntake({
    stream,
    partitionOf: (namespace) => shardOf(namespace, partitions),
    namespaces: config.kubernetes.namespaces,
    clock,
  });
  let prunedAt = performance.now();
  const reading = createLogStreamSource({
    stream,
    partitions,
    owns: (partition) => shards.leaseOfShard(partition)?.held() ?? false,
    position: (partition, epoch) => logPosition(database, cluster, named(partition, epoch)),
    async commit({ partition, epoch, templates, ...progress }) {
      const lease = shards.leaseOfShard(partition);
      // Of a lease that was lost nothing is known; the next holder counts these lines.
      await advanceLogs(
        database,
        {
          cluster,
          ...progress,
          partition: named(partition, epoch),
          templates: templates.map((one) => ({ ...one, text: redact(one.text), line: redact(one.line) })),
        },
        lease ?? { name: `shard:${cluster}:${partition}`, token: "0" },
      );
      if (performance.now() - prunedAt < pruneEveryMs) return;
      prunedAt = performance.now();
      await pruneTemplates(database, cluster);
    },
  });
  return {
    push: (request) => intake.push(request),
    get intake() {
      return intake.stats;
    },
    source: (context) => reading.source(context),
    get stats() {
      return reading.stats;
    },
  };
}
