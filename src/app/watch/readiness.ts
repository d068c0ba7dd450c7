import type { Database } from "../../store/database.ts";

export interface Readiness {
  /** After each tick that was carried through, database included. */
  ticked(): void;
  /** Undefined when ready; else why not, in words. */
  notReady(): Promise<string | undefined>;
}

/** Three missed ticks and half a minute (ms): then watching has stopped. */
export const lateAfterMs = (tickMs: number): number => 3 * tickMs + 30_000;

/** Whether a watcher does what it is there for: detection ticks, and the database answers. */
export function createReadiness(deps: {
  readonly database: Pick<Database, "pool">;
  readonly tickMs: number;
}): Readiness {
  let tickedAt = performance.now();
  return {
    ticked() {
      tickedAt = performance.now();
    },
    async notReady() {
      if (performance.now() - tickedAt > lateAfterMs(deps.tickMs)) return "no tick of detection lately";
      return await deps.database.pool.query("select 1").then(
        () => undefined,
        () => "the database does not answer",
      );
    },
  };
}
