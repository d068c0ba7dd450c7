import { healMemoryMinutes } from "../../detection/health/health-features.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { appliedFixes } from "../../store/plans/applied-fixes.ts";
import type { createPlanStore } from "../../store/plans/plan-store.ts";
import type { createHealNotes } from "./note-heal.ts";

export interface RecallHealsDeps {
  readonly database: Database;
  readonly plans: Pick<ReturnType<typeof createPlanStore>, "standing">;
  readonly cluster: string;
  readonly clock: Clock;
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
  const { now: databaseNow } = await plans.standing(undefined);
  const applied = await appliedFixes(database, cluster, databaseNow - memoryMs);
  const now = clock.now();
  return applied
    .filter(({ action }) => action === "soft-heal")
    .map(({ planId, target, at }) => ({ planId, target, at: now - Math.max(0, databaseNow - at) }));
}

/**
 * Reads which applications were asked to heal themselves before this process began, and tells detection as soon as it knows
 * their pods. Never rejects: without it an illness that outlived a heal may be answered with another one.
 *
 * @returns to be called with every tick
 */
export async function recallHeals(
  deps: RecallHealsDeps,
  note: ReturnType<typeof createHealNotes>,
): Promise<(now: number) => void> {
  let untold: readonly Heal[] = [];
  try {
    untold = await recentHeals(deps);
    if (untold.length > 0) deps.log.info({ heals: untold.length }, "heals.recalled");
  } catch (error) {
    deps.log.warn({ error: messageOf(error) }, "heals.not-recalled");
  }
  return (now) => {
    untold = untold.filter(({ planId, target, at }) => now - at < memoryMs && !note(planId, target, at));
  };
}
