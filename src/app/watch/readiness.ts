import type { Database } from "../../store/database.ts";
import type { WatchBook } from "../sources/watch-book.ts";
import type { Keeping } from "./keeping.ts";

/** One thing that was looked at. */
export interface ReadinessCheck {
  readonly name: "detection" | "database" | "kubernetes";
  readonly ok: boolean;
  /** When it fails, this process is not ready. What does not count is told all the same. */
  readonly counts: boolean;
  readonly detail: string;
}

export interface Readiness {
  /** After each tick that was carried through, database included. */
  ticked(): void;
  /** Undefined when ready; else why not, in words. */
  notReady(): Promise<string | undefined>;
  checks(): Promise<readonly ReadinessCheck[]>;
}

/** Three missed ticks and half a minute (ms): then watching has stopped. */
export const lateAfterMs = (tickMs: number): number => 3 * tickMs + 30_000;

const namedWatches = 5;

/** How the watches stand, in words. */
function kubernetesCheck({ states }: Pick<WatchBook, "states">): ReadinessCheck {
  const base = { name: "kubernetes", counts: false } as const;
  const down = states.filter(({ ok, essential }) => !ok && essential);
  if (states.length === 0) return { ...base, ok: false, detail: "nothing has been listed yet" };
  if (down.length === 0) return { ...base, ok: true, detail: `${states.length} watches` };
  const of = down
    .slice(0, namedWatches)
    .map(({ resource, status }) => `${resource} ${status === 0 ? "without an answer" : `refused with ${status}`}`);
  const more = down.length > namedWatches ? ` and ${down.length - namedWatches} more` : "";
  return { ...base, ok: false, detail: `the API server is not seen: ${of.join(", ")}${more}` };
}

/**
 * Whether a watcher does what it is there for: detection ticks, the database answers, and it takes what is found. An API server that refuses it or is
 * away makes it blind, not useless: people ask, approve and read meanwhile through the very port that would be taken out of
 * service, and another pod would be refused as well. That is told by a metric, an alert and an incident.
 */
export function createReadiness(deps: {
  readonly database: Pick<Database, "pool">;
  readonly tickMs: number;
  readonly watches: Pick<WatchBook, "states">;
  readonly keeping?: Pick<Keeping, "trouble">;
}): Readiness {
  let tickedAt = performance.now();
  const checks = async (): Promise<readonly ReadinessCheck[]> => {
    const ticks = performance.now() - tickedAt <= lateAfterMs(deps.tickMs);
    const trouble = await deps.database.pool.query("select 1").then(
      () => deps.keeping?.trouble && `what is found cannot be written down: ${deps.keeping.trouble}`,
      () => "the database does not answer",
    );
    return [
      { name: "detection", counts: true, ok: ticks, detail: ticks ? "ticks" : "no tick of detection lately" },
      { name: "database", counts: true, ok: trouble === undefined, detail: trouble ?? "answers" },
      kubernetesCheck(deps.watches),
    ];
  };
  return {
    ticked() {
      tickedAt = performance.now();
    },
    checks,
    notReady: async () => (await checks()).find(({ ok, counts }) => counts && !ok)?.detail,
  };
}
