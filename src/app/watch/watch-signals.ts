import type { Signal } from "../../cluster/signal.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { duration } from "../../lib/duration.ts";
import type { Logger } from "../../lib/logger.ts";

export type TickResult = ReturnType<DetectionEngine["tick"]>;

export interface WatchOptions {
  readonly engine: DetectionEngine;
  readonly signals: AsyncIterable<Signal>;
  readonly clock: Clock;
  readonly tickMs: number;
  /** Called after each tick; the next tick waits for it. */
  readonly onTick: (result: TickResult, now: number) => Promise<void>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Reading goes on for so long before Slack, the web page and the next tick have their turn (ms). */
const turnMs = 20;
/** Signals between two looks at the time. */
const lookEvery = 64;

/** Less is waited out (ms): clocks are put right by so much now and then. */
const mostBackMs = 60_000;
export const clockSetBack = "clock-set-back";

/** What was measured lies in the future now: nothing that comes would count until the clock has caught up, and nobody would notice. */
function setBack(byMs: number): AppError {
  return new AppError(clockSetBack, `The clock of this machine was set back by ${duration(byMs)}.`, {
    remedy: "kubemend begins anew with the time as it is. Keep the clock in step (NTP).",
    retryable: true,
  });
}

/**
 * Feeds the engine and ticks it until aborted. A failing `onTick` is logged and the next tick comes all the same.
 * @throws AppError `clock-set-back`
 */
export async function watchSignals(options: WatchOptions): Promise<void> {
  const { engine, clock, log, signal } = options;
  const feed = async () => {
    let turnEnds = performance.now() + turnMs;
    let read = 0;
    for await (const arrived of options.signals) {
      if (signal.aborted) return;
      engine.ingest(arrived);
      if (++read % lookEvery !== 0 || performance.now() < turnEnds) continue;
      // A queue that never runs dry is read in microtasks, and those let nothing else through.
      await new Promise((go) => setImmediate(go));
      turnEnds = performance.now() + turnMs;
    }
  };
  const tick = async () => {
    let tickedAt = clock.now();
    while (!signal.aborted) {
      await clock.sleep(options.tickMs, signal);
      const now = clock.now();
      if (now < tickedAt - mostBackMs) throw setBack(tickedAt - now);
      tickedAt = now;
      try {
        await options.onTick(engine.tick(now), now);
      } catch (error) {
        log.error({ error: messageOf(error) }, "watch.tick-failed");
      }
    }
  };
  await Promise.all([feed(), tick()]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
