import type { Observation } from "../../cluster/observation.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { SampleBatch, SampleLabel } from "../../incident/cluster-sample.ts";
import type { Incident } from "../../incident/incident.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import { backoffMs } from "../../lib/backoff.ts";
import { createBoundedQueue } from "../../lib/bounded-queue.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { sampleBatch } from "./capture-samples.ts";

/** Where samples are kept. All calls may fail and are then tried again. */
export interface SampleSink {
  insert(batch: SampleBatch): Promise<void>;
  relabel(change: { objects: readonly ObjectRef[]; from: number; to: number; label: SampleLabel }): Promise<void>;
  /** Deletes and thins out what is old enough at `now` (ms), for a moment; to be called again while it is not done. */
  tidy(now: number): Promise<{ readonly pruned: number; readonly done: boolean }>;
}

export interface CaptureOptions {
  readonly sink: SampleSink;
  readonly observation: Observation;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time between samples; default 30 s. */
  readonly everyMs?: number;
  /** Writes that wait for the database; the oldest give way. */
  readonly maxQueued?: number;
  /** Pods in one sample; more are left out. */
  readonly maxPods?: number;
  /** What waits when stopped is written for at most this long (real ms); default 3 s. */
  readonly flushMs?: number;
}

export interface Capture {
  /** To be called after each tick; takes a sample when it is time. Does no I/O and never throws. */
  record(tick: { active: readonly Anomaly[]; incidents: readonly Incident[]; at: number }): void;
  /** Writes until aborted, and then what still waits, within a bound. Never rejects because of the database. */
  run(signal: AbortSignal): Promise<void>;
  readonly stats: CaptureStats;
}

export interface CaptureStats {
  readonly samples: number;
  readonly written: number;
  readonly queued: number;
  /** Writes that gave way because the database was away for too long. */
  readonly droppedWrites: number;
  /** Writes that the database has refused for what they hold. */
  readonly refused: number;
  /** Pods left out of samples. */
  readonly droppedPods: number;
  readonly failures: number;
}

type Write =
  | { readonly type: "samples"; readonly batch: SampleBatch }
  | { readonly type: "relabel"; readonly objects: readonly ObjectRef[]; readonly from: number; readonly to: number };

const idleMs = 1_000;
const tidyEveryMs = 60 * 60_000;
/** Trouble is not dated back further than this. */
const maxOnsetMs = 60 * 60_000;
const maxRemembered = 10_000;

/** SQLSTATE classes 22 and 23: the values are wrong, and will be the next time, too. */
function isRefusal(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && /^2[23]...$/.test(code);
}

/**
 * Keeps regular samples of nodes, pods and deployments for training. Detection only ever hands over; whether the database
 * is there is the business of `run`, and a database that stays away costs samples, oldest first, never detection.
 */
export function createCapture(options: CaptureOptions): Capture {
  const { sink, observation, clock, log, everyMs = 30_000, maxPods = 20_000 } = options;
  const queue = createBoundedQueue<Write>(options.maxQueued ?? 240);
  /** Incidents whose earlier samples were given their label, and how many objects they had then. */
  const dated = new Map<string, number>();
  const counts = { samples: 0, written: 0, refused: 0, droppedPods: 0, failures: 0 };
  let lastAt = Number.NEGATIVE_INFINITY;
  let tidiedAt = Number.NEGATIVE_INFINITY;

  const dateBack = (incidents: readonly Incident[], at: number): void => {
    for (const { id, status, onset, target, affected } of incidents) {
      if (status === "resolved") {
        dated.delete(id);
        continue;
      }
      if (dated.get(id) === affected.length) continue;
      if (dated.size >= maxRemembered) dated.clear();
      dated.set(id, affected.length);
      queue.push({ type: "relabel", objects: [target, ...affected], from: Math.max(onset, at - maxOnsetMs), to: at });
    }
  };

  const apply = async (write: Write): Promise<void> => {
    if (write.type === "samples") await sink.insert(write.batch);
    else await sink.relabel({ objects: write.objects, from: write.from, to: write.to, label: "bad" });
  };

  const tidyWhenDue = async (): Promise<void> => {
    const at = clock.now();
    if (at - tidiedAt < tidyEveryMs) return;
    const { pruned, done } = await sink.tidy(at);
    if (done) tidiedAt = at;
    if (pruned > 0) log.info({ samples: pruned }, "capture.pruned");
  };

  /** The last minutes before a stop are often the ones that matter; a database that is away must not hold it up. */
  const flush = async (open: Write | undefined): Promise<void> => {
    const { flushMs = 3_000 } = options;
    const deadline = performance.now() + flushMs;
    const timer = new AbortController();
    const late = systemClock.sleep(flushMs, timer.signal).catch(() => undefined);
    const writeAll = async () => {
      for (let next = open ?? queue.shift(); next && performance.now() < deadline; next = queue.shift()) {
        await apply(next);
        counts.written++;
      }
    };
    await Promise.race([writeAll(), late]).catch((error: unknown) => {
      counts.failures++;
      log.warn({ error: messageOf(error), left: queue.size }, "capture.not-flushed");
    });
    timer.abort();
  };

  return {
    record({ active, incidents, at }) {
      if (at - lastAt < everyMs) return;
      lastAt = at;
      const batch = sampleBatch({ observation, active, incidents, at, freshMs: Math.max(60_000, 2 * everyMs) });
      const { pods } = batch;
      counts.samples++;
      counts.droppedPods += Math.max(0, pods.length - maxPods);
      queue.push({
        type: "samples",
        batch: pods.length > maxPods ? { ...batch, pods: pods.slice(0, maxPods) } : batch,
      });
      dateBack(incidents, at);
    },
    async run(signal) {
      let attempt = 0;
      let open: Write | undefined;
      while (!signal.aborted) {
        open ??= queue.shift();
        let waitMs = open || queue.size > 0 ? 0 : idleMs;
        try {
          if (open) {
            await apply(open);
            counts.written++;
            open = undefined;
          }
          await tidyWhenDue();
          if (attempt > 0) log.info({ queued: queue.size }, "capture.back");
          attempt = 0;
        } catch (error) {
          if (open && isRefusal(error)) {
            counts.refused++;
            open = undefined;
            log.warn({ error: messageOf(error) }, "capture.refused");
            continue;
          }
          if (attempt === 0) log.warn({ error: messageOf(error) }, "capture.database-away");
          attempt++;
          counts.failures++;
          waitMs = 500 + backoffMs(attempt, { baseMs: 500, capMs: 30_000 });
        }
        if (waitMs > 0) await rest(clock, waitMs, signal);
      }
      await flush(open);
    },
    get stats() {
      return { ...counts, queued: queue.size, droppedWrites: queue.dropped };
    },
  };
}
