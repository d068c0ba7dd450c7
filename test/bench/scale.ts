import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { openNatsLogStream } from "../../src/adapters/nats/nats-log-stream.ts";
import type { LogLine } from "../../src/cluster/signal.ts";
import { createKnownPods } from "../../src/detection/collect/known-pods.ts";
import { createLogStreamSource } from "../../src/detection/collect/logs/log-stream-source.ts";
import { publishLines } from "../../src/detection/collect/push/stream-intake.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { advanceLogs } from "../../src/store/cluster/log-templates.ts";
import { findNatsServer, startNatsServer } from "../support/nats-server.ts";
import { benchDatabase } from "./database.ts";
import type { BenchRow } from "./row.ts";

const measured = z.object({ tickMs: z.number(), cpuMs: z.number(), mebibytes: z.number(), series: z.number() });
const stage = fileURLToPath(new URL("scale-stage.ts", import.meta.url));

function pods(count: number, part: "own" | "known") {
  const text = execFileSync(process.execPath, ["--expose-gc", stage, String(count), part], { encoding: "utf8" });
  return measured.parse(JSON.parse(text));
}

const lineCount = 300_000;
const perPush = 5_000;

const linesOf = (from: number): LogLine[] =>
  Array.from({ length: perPush }, (_, i) => ({
    at: Date.now(),
    namespace: `team-${(from + i) % 20}`,
    pod: `app-${(from + i) % 50}`,
    container: "app",
    line: `level=info ts=2026-11-21T05:00:00Z msg="order placed" user=u${(from + i) % 977} id=${from + i} took=${i % 90}ms`,
  }));

/** Lines a second into JetStream and out of it, counted in PostgreSQL, all on this machine. */
async function throughStream(): Promise<readonly BenchRow[]> {
  const { path } = await findNatsServer(false);
  if (path === undefined) return [];
  await using server = await startNatsServer(path);
  await using held = await benchDatabase();
  const { database } = held;
  await using stream = await openNatsLogStream({
    url: server.url,
    cluster: "bench",
    partitions: 1,
    maxBytes: 1024 ** 3,
    maxAgeMs: 3_600_000,
  });
  const putIn = performance.now();
  for (let from = 0; from < lineCount; from += perPush)
    await publishLines({ stream, partitionOf: () => 0 }, linesOf(from));
  const putSeconds = (performance.now() - putIn) / 1_000;
  const stopping = new AbortController();
  const reading = createLogStreamSource({
    stream,
    partitions: 1,
    owns: () => !stopping.signal.aborted,
    position: async () => 0,
    commit: async ({ partition, ...progress }) => {
      await advanceLogs(database, { cluster: "bench", ...progress, partition: String(partition) });
    },
  });
  const readFrom = performance.now();
  const cpu = process.cpuUsage();
  const done = reading.source({
    clock: systemClock,
    known: createKnownPods(),
    emit: () => undefined,
    signal: stopping.signal,
    namespaces: [],
    room: () => Number.POSITIVE_INFINITY,
  });
  while (reading.stats.lines < lineCount) await new Promise((wake) => setTimeout(wake, 10));
  const readSeconds = (performance.now() - readFrom) / 1_000;
  const used = process.cpuUsage(cpu);
  stopping.abort();
  await done;
  return [
    { name: "scale: lines into JetStream", value: lineCount / putSeconds, unit: "lines/s" },
    { name: "scale: lines out of JetStream, mined and counted", value: lineCount / readSeconds, unit: "lines/s" },
    {
      name: "scale: CPU of a watcher for 10,000 lines/s out of JetStream",
      value: ((used.user + used.system) / 1e3 / lineCount) * 10_000,
      unit: "ms a second",
    },
  ];
}

/** What a watcher costs by pods and by log lines: the figures of docs/scale.md. */
export async function benchScale(): Promise<readonly BenchRow[]> {
  const [few, many] = [pods(1_000, "own"), pods(5_000, "own")];
  const [known, knownMany] = [pods(1_000, "known"), pods(10_000, "known")];
  const perThousand = (a: number, b: number, thousands: number) => (b - a) / thousands;
  return [
    { name: "scale: tick over 1,000 pods", value: few.tickMs, unit: "ms" },
    { name: "scale: tick over 5,000 pods", value: many.tickMs, unit: "ms" },
    {
      name: "scale: CPU for each further 1,000 pods, samples and tick",
      value: perThousand(few.cpuMs, many.cpuMs, 4),
      unit: "ms a tick",
    },
    {
      name: "scale: memory for each further 1,000 pods",
      value: perThousand(few.mebibytes, many.mebibytes, 4),
      unit: "MiB",
    },
    { name: "scale: series of 1,000 pods", value: few.series, unit: "series" },
    {
      name: "scale: memory for each further 1,000 pods of other shards",
      value: perThousand(known.mebibytes, knownMany.mebibytes, 9),
      unit: "MiB",
    },
    { name: "scale: tick with 10,000 pods of other shards", value: knownMany.tickMs, unit: "ms" },
    ...(await throughStream()),
  ];
}
