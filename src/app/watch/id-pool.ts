import type { Database } from "../../store/database.ts";
import { reserveIncidentIds, returnIncidentIds, takeReturnedIncidentIds } from "../../store/incidents/incident-ids.ts";

/** Incident numbers at hand without waiting, for the engine, which must not wait: not even for a database that is away. */
export interface IdPool extends AsyncDisposable {
  next(): string;
  /** The same for whoever may wait, when there is none at hand. */
  take(): Promise<string>;
  /** Fills up; called between ticks. */
  refill(): Promise<void>;
}

/** More incidents than half of this do not open in one tick: what belongs together is grouped before. */
const kept = 50;

/**
 * People read incident numbers as an order, so they shall follow each other: what is not used is put back at the end, for the
 * next process to go on from. A process that is killed, and each further watcher, leaves a gap of what it had in hand.
 */
export async function createIdPool(database: Database): Promise<IdPool> {
  const ids = await takeReturnedIncidentIds(database);
  const refill = async () => {
    if (ids.length < kept / 2) ids.push(...(await reserveIncidentIds(database, kept)));
  };
  await refill();
  return {
    next() {
      const id = ids.shift();
      if (id === undefined) throw new Error("more incidents opened in one tick than numbers were reserved");
      return id;
    },
    async take() {
      return ids.shift() ?? (await reserveIncidentIds(database, 1))[0] ?? "";
    },
    refill,
    async [Symbol.asyncDispose]() {
      // A database that is away at the end costs a gap in the numbers, nothing else.
      await returnIncidentIds(database, ids.splice(0)).catch(() => undefined);
    },
  };
}
