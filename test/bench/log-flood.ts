import { execFileSync } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { watchSignals } from "../../src/app/watch/watch-signals.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import { type LiveReader, liveSignals } from "../../src/detection/collect/live-signals.ts";
import type { SourceContext } from "../../src/detection/collect/source-context.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLogger } from "../../src/lib/logger.ts";
import { floodLine, floodSignal, putFlooders } from "../support/log-flood.ts";
import { type BenchRow, median, rounded } from "./row.ts";

const linesPerSecond = 100_000;
const batchMs = 10;
const liveSeconds = 10;
const rounds = 7;
const lines = Array.from({ length: linesPerSecond }, (_, i) => floodLine(i));

function engineNow() {
  const observation = createObservation({ cluster: "bench" });
  let ids = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++ids), tickMs: 5_000 });
  putFlooders(engine, Date.now());
  return engine;
}

/** As fast as one core can: median over rounds of 100,000 lines and one tick. */
function throughput(): number {
  const engine = engineNow();
  let now = Date.now();
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    for (let i = 0; i < lines.length; i++) engine.ingest(floodSignal(i, now, lines[i] ?? ""));
    now += 5_000;
    engine.tick(now);
    if (round > 0) rates.push((lines.length / (performance.now() - began)) * 1_000);
  }
  return median(rates);
}

interface Live {
  readonly lagP99Ms: number;
  readonly share: number;
  readonly rss: number;
}

const idle = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

const reader: LiveReader = {
  watch: ({ signal }) => idle(signal),
  nodeMetrics: async () => Promise.reject(new Error("not scraped")),
  podMetrics: async () => Promise.reject(new Error("not scraped")),
  readLog: async () => Promise.reject(new Error("not read")),
  followLog: async () => Promise.reject(new Error("not followed")),
};

/** 100,000 lines a second in real time from a source in the same process, over the queue into an engine that ticks. */
async function live(): Promise<Live> {
  const stopping = new AbortController();
  const engine = engineNow();
  let context: SourceContext | undefined;
  const source = async (given: SourceContext) => {
    context = given;
    await idle(given.signal);
  };
  const signals = liveSignals({
    reader,
    clock: systemClock,
    signal: stopping.signal,
    scrape: false,
    logs: false,
    sources: [source],
  });
  const watching = watchSignals({
    engine,
    signals,
    clock: systemClock,
    tickMs: 1_000,
    onTick: async () => undefined,
    log: createLogger({ level: "silent" }),
    signal: stopping.signal,
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const began = performance.now();
  let sent = 0;
  let rss = 0;
  for (let elapsed = 0; elapsed < liveSeconds * 1_000; elapsed = performance.now() - began) {
    // What the loop came too late for is sent all the same: a flood does not wait.
    for (const due = (elapsed * linesPerSecond) / 1_000; sent < due; sent++)
      context?.emit(floodSignal(sent, Date.now(), lines[sent % lines.length] ?? ""));
    rss = Math.max(rss, process.memoryUsage.rss());
    await sleep(batchMs);
  }
  delay.disable();
  const share = 1 - signals.droppedLogLines / sent;
  stopping.abort();
  await watching;
  return { lagP99Ms: delay.percentile(99) / 1e6, share, rss };
}

/** Log flood of promise B1; memory and loop lag in a process of its own. */
export function benchLogFlood(): BenchRow[] {
  const answer = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--live"], { encoding: "utf8" });
  const { lagP99Ms, share, rss }: Live = JSON.parse(answer);
  return [
    { name: "log flood: lines through ingest and tick", value: rounded(throughput()), unit: "lines/s" },
    { name: "log flood: share read at 100,000 lines/s", value: rounded(share * 100), unit: "%" },
    { name: "log flood: loop lag p99 at 100,000 lines/s", value: rounded(lagP99Ms), unit: "ms" },
    { name: "log flood: RSS at 100,000 lines/s", value: Math.round(rss / 1_048_576), unit: "MiB" },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--live")) process.stdout.write(JSON.stringify(await live()));
  else console.table(benchLogFlood());
}
