import type { DetectionEngine } from "../../detection/engine/engine.ts";
import { matcherText } from "../../incident/silence.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { standingSilences } from "../../store/people/silences.ts";

export interface SyncSilencesDeps {
  readonly database: Database;
  readonly engine: Pick<DetectionEngine, "suppress">;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Real time until another process's silence is known here (ms). */
const lookEveryMs = 2_000;

/**
 * Keeps detection's silences equal to the rows. Each carries its own end, so that one does not outlive its time while the
 * database is away; those known last go on holding meanwhile.
 */
export function syncSilences(deps: SyncSilencesDeps): {
  readonly now: () => Promise<void>;
  readonly run: (signal: AbortSignal) => Promise<void>;
} {
  const { database, engine, cluster, clock, log } = deps;
  const now = async () => {
    const rows = await standingSilences(database, cluster, clock.now());
    engine.suppress(
      rows.map(({ matcher, from, until, by, id }) => ({
        ...matcher,
        from,
        to: until,
        reason: `silence ${id} by ${by.name}: ${matcherText(matcher)}`,
      })),
    );
  };
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await now().catch((error: unknown) => log.warn({ error: messageOf(error) }, "silences.not-read"));
      await rest(systemClock, lookEveryMs, signal);
    }
  };
  return { now, run };
}
