import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { watchSignals } from "../../src/app/watch/watch-signals.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import { type LiveReader, type LiveSignals, liveSignals } from "../../src/detection/collect/live-signals.ts";
import type { LogReader } from "../../src/detection/collect/logs/container-log.ts";
import { createLogIntake, type LogIntake } from "../../src/detection/collect/push/log-intake.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLogger } from "../../src/lib/logger.ts";
import { createLineSplitter } from "../../src/log-lines/line-splitter.ts";
import { floodLine, floodWorkloads } from "./log-flood.ts";
import { deployment, pod } from "./small-shop.ts";

/**
 * A log flood over the whole way that lines take in `kubemend start`, in a process of its own: half of the lines are
 * followed, half are pushed as JSON. They are written in another thread and arrive as bytes, as from a socket.
 * `node test/support/flood-run.ts <seconds> <lines a second>` prints a FloodResult.
 */
export interface FloodResult {
  /** Lines that were promised to come, and lines that did. */
  readonly due: number;
  readonly sent: number;
  readonly read: number;
  /** Lines the queue had no room for, and lines of deliveries that were sent back, which an agent would bring again. */
  readonly dropped: number;
  readonly sentBack: number;
  /** What an incident would say. */
  readonly shareShown: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  readonly rssMaxMiB: number;
  /** RSS when a quarter of the time has passed, and at the end: a leak would show. */
  readonly rssEarlyMiB: number;
  readonly rssLateMiB: number;
  readonly ticks: number;
  readonly detectorFailures: number;
}

const batchMs = 10;
const linesPerBatch = 500;
/** Batches on their way: what a socket would hold. More are held back by the writer, as by the flow control of TCP. */
const maxOutstanding = 40;
const MiB = 2 ** 20;

interface Batch {
  readonly way: "follow" | "push";
  readonly pod: string;
  readonly count: number;
  readonly bytes: Uint8Array;
}

type OnLine = Parameters<LogReader["followLog"]>[1]["onLine"];

const idle = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

/** A cluster of the flooding workloads, whose logs are followed by being handed out. */
function floodedCluster(at: number): { readonly reader: LiveReader; readonly followers: Map<string, OnLine> } {
  const followers = new Map<string, OnLine>();
  const reader: LiveReader = {
    async watch({ onObject, onSight, signal }) {
      for (let w = 0; w < floodWorkloads; w++)
        for (const object of [...deployment({ app: `app-${w}` }), pod({ app: `app-${w}`, at: at - 600_000 })])
          onObject("ADDED", object as KubeObject);
      onSight({ ok: true, detail: "listed" });
      await idle(signal);
    },
    nodeMetrics: async () => Promise.reject(new Error("not scraped")),
    podMetrics: async () => Promise.reject(new Error("not scraped")),
    readLog: async () => ({ lines: [], position: undefined }),
    async followLog(name, { onLine, signal }) {
      followers.set(name.pod, onLine);
      await idle(signal);
    },
  };
  return { reader, followers };
}

const podOf = (serial: number): string => `app-${serial % floodWorkloads}-a1-x1`;

const pushOf = (podName: string, lines: readonly string[], at: number): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      streams: [
        {
          stream: { namespace: "shop", pod: podName, container: "app" },
          values: lines.map((line) => [`${at}000000`, line]),
        },
      ],
    }),
  );

/** The writing thread: whole batches as they fall due, each of one pod, every other one as a delivery. */
async function write(linesPerSecond: number): Promise<void> {
  const pool = Array.from({ length: 10_000 }, (_, i) => floodLine(i));
  let outstanding = 0;
  let written = 0;
  parentPort?.on("message", () => outstanding--);
  const began = performance.now();
  for (;;) {
    const due = ((performance.now() - began) * linesPerSecond) / 1_000;
    while (written + linesPerBatch <= due) {
      if (outstanding >= maxOutstanding) break;
      const serial = written / linesPerBatch;
      const podName = podOf(serial);
      const from = written % pool.length;
      const lines = pool.slice(from, from + linesPerBatch);
      const way = serial % 2 === 0 ? "follow" : "push";
      const bytes = way === "follow" ? Buffer.from(`${lines.join("\n")}\n`) : pushOf(podName, lines, Date.now());
      written += linesPerBatch;
      outstanding++;
      parentPort?.postMessage({ way, pod: podName, count: linesPerBatch, bytes } satisfies Batch);
    }
    await sleep(batchMs);
  }
}

async function flood(seconds: number, linesPerSecond: number): Promise<FloodResult> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const observation = createObservation({ cluster: "flood" });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), tickMs: 5_000 });
  const intake = createLogIntake();
  const { reader, followers } = floodedCluster(Date.now());
  const sources = [(context: Parameters<LogIntake["source"]>[0]) => intake.source(context)];
  const signals: LiveSignals = liveSignals({ reader, clock: systemClock, signal, scrape: false, sources });
  const log = createLogger({ level: "silent" });
  const watching = watchSignals({
    engine,
    signals,
    clock: systemClock,
    tickMs: 5_000,
    onTick: async () => undefined,
    log,
    signal,
  });
  while (followers.size < floodWorkloads) await sleep(10);

  const counts = { sent: 0, sentBack: 0, rssMax: 0, rssEarly: 0 };
  const splitters = new Map([...followers.keys()].map((name) => [name, createLineSplitter()]));
  const position = { time: "", seen: [] };
  async function arrive({ way, pod: name, count, bytes }: Batch): Promise<void> {
    counts.sent += count;
    if (way === "follow") {
      const at = Date.now();
      const onLine = followers.get(name);
      for (const line of splitters.get(name)?.push(bytes) ?? []) onLine?.({ at, line }, position);
      return;
    }
    const answer = await intake.push({ contentType: "application/json", contentEncoding: "", body: bytes });
    if (answer.outcome !== "accepted") counts.sentBack += count;
  }
  const startedAt = Date.now();
  const writer = new Worker(new URL(import.meta.url), {
    workerData: linesPerSecond,
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
  });
  writer.on("message", (batch: Batch) => void arrive(batch).then(() => writer.postMessage("taken")));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const began = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - began) {
    const rss = process.memoryUsage.rss();
    counts.rssMax = Math.max(counts.rssMax, rss);
    if (elapsed < seconds * 250) counts.rssEarly = Math.max(counts.rssEarly, rss);
    await sleep(100);
  }
  delay.disable();
  await writer.terminate();
  const rssLate = process.memoryUsage.rss();
  const drained = async () => {
    while (signals.queued > 0) await sleep(10);
  };
  await drained();
  // What was lost last is told with the next signal, a second later.
  await sleep(1_100);
  counts.sent++;
  followers.get(podOf(0))?.({ at: Date.now(), line: floodLine(0) }, position);
  await drained();
  const result: FloodResult = {
    due: seconds * linesPerSecond,
    sent: counts.sent,
    read: engine.stats.logLines,
    dropped: signals.droppedLogLines,
    sentBack: counts.sentBack,
    shareShown: observation.logs.shareRead(startedAt),
    lagP99Ms: delay.percentile(99) / 1e6,
    lagMaxMs: delay.max / 1e6,
    rssMaxMiB: Math.round(counts.rssMax / MiB),
    rssEarlyMiB: Math.round(counts.rssEarly / MiB),
    rssLateMiB: Math.round(rssLate / MiB),
    ticks: engine.stats.ticks,
    detectorFailures: engine.stats.detectorFailures,
  };
  stopping.abort();
  await watching;
  return result;
}

if (isMainThread) {
  const [seconds = "5", linesPerSecond = "100000"] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await flood(Number(seconds), Number(linesPerSecond))));
} else await write(Number(workerData));
