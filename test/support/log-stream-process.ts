import { openNatsLogStream } from "../../src/adapters/nats/nats-log-stream.ts";
import { createShards } from "../../src/app/shards/shards.ts";
import { streamedLogs } from "../../src/app/sources/nats-logs.ts";
import { configSchema } from "../../src/config/config.ts";
import { createKnownPods } from "../../src/detection/collect/known-pods.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { openDatabase } from "../../src/store/database.ts";

// A watcher's part of logs alone: holds what shards it gets, and reads their partitions.
const [databaseUrl = "", natsUrl = "", cluster = "", partitions = "1", tickMs = "2000"] = process.argv.slice(2);
const database = openDatabase(databaseUrl);
const config = configSchema.parse({
  cluster,
  detection: { shards: Number(partitions) },
  logs: { source: "nats" },
  nats: { url: natsUrl },
});
const shards = createShards(
  { database, cluster, count: Number(partitions), tickMs: Number(tickMs), log: silentLogger },
  { gained: async () => undefined, lost: () => undefined },
);
const stream = await openNatsLogStream({
  url: natsUrl,
  cluster,
  partitions: Number(partitions),
  maxBytes: 512 * 1024 * 1024,
  maxAgeMs: 3_600_000,
});
const logs = streamedLogs({
  config,
  database,
  stream,
  shards,
  clock: systemClock,
  redact: createRedactor({ salt: "test" }).redact,
});
const { signal } = new AbortController();
let lines = 0;
const told = setInterval(() => console.log(`lines ${lines} held ${shards.stats.held.join(",")}`), 100);
await shards.round();
const source = logs.source({
  clock: systemClock,
  known: createKnownPods(),
  emit: (one) => {
    if (one.type === "log") lines++;
  },
  signal,
  namespaces: [],
  room: () => Number.POSITIVE_INFINITY,
});
await Promise.all([source, shards.run(signal)]);
clearInterval(told);
