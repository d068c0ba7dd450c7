import { healMemoryMinutes } from "../../detection/health/health-features.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { appliedFixes } from "../../store/plans/applied-fixes.ts";
import type { createPlanStore } from "../../store/plans/plan-store.ts";
import type { Shards } from "../shards/shards.ts";
import type { createHealNotes } from "./note-heal.ts";

export interface RecallHealsDeps {
  readonly database: Database;
  readonly plans: Pick<ReturnType<typeof createPlanStore>, "standing">;
  readonly cluster: string;
  readonly clock: Clock;
  /** Which namespaces this process reads, and how often that has changed; without it all, for ever. */
  readonly shards?: Pick<Shards, "reads" | "stats"> | undefined;
  readonly log: Logger;
}

interface Heal {
  readonly planId: string;
  readonly target: ObjectRef;
  /** Unix ms, of the clock that detection lives by. */
  readonly at: number;
}

const memoryMs = healMemoryMinutes * 60_000;

/** Soft heals that an earlier process applied and that still matter, judged or not. */
async function recentHeals({ database, plans, cluster, clock }: RecallHealsDeps): Promise<readonly Heal[]> {
  const { now: databaseNow } = await plans.standing();
  const applied = await appliedFixes(database, cluster, databaseNow - memoryMs);
  const now = clock.now();
  return applied
    .filter(({ action }) => action === "soft-heal")
    .map(({ planId, target, at }) => ({ planId, target, at: now - Math.max(0, databaseNow - at) }));
}

/**
 * Reads which applications were asked to heal themselves before this process began or took their shard over, and tells
 * detection as soon as it knows their pods. Never rejects: without it an illness that outlived a heal may be answered with
 * another one.
 *
 * @returns to be called with every tick; it waits for nothing, and says when what it has begun to read is there
 */
export async function recallHeals(
  deps: RecallHealsDeps,
  note: ReturnType<typeof createHealNotes>,
): Promise<(now: number) => Promise<void>> {
  const { shards, log } = deps;
  let untold: readonly Heal[] = [];
  let readAt: number | undefined;
  let reading: Promise<void> | undefined;
  const read = async (handOvers: number) => {
    try {
      untold = await recentHeals(deps);
      readAt = handOvers;
      if (untold.length > 0) log.info({ heals: untold.length }, "heals.recalled");
    } catch (error) {
      // The next tick tries again.
      log.warn({ error: messageOf(error) }, "heals.not-recalled");
    }
    reading = undefined;
  };
  const readWhenDue = (): Promise<void> => {
    const handOvers = shards?.stats.handOvers ?? 0;
    if (handOvers !== readAt) reading ??= read(handOvers);
    return reading ?? Promise.resolve();
  };
  await readWhenDue();
  return (now) => {
    // What is said of a namespace that another watcher reads, detection would not keep.
    const isOurs = ({ target }: Heal) => shards?.reads(target.namespace ?? "") ?? true;
    untold = untold.filter(
      (heal) => now - heal.at < memoryMs && !(isOurs(heal) && note(heal.planId, heal.target, heal.at)),
    );
    return readWhenDue();
  };
}
