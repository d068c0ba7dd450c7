import type { Database } from "../../store/database.ts";
import { reserveIncidentIds } from "../../store/incidents/incidents.ts";

/** Incident numbers at hand without waiting, for the engine, which must not wait. */
export interface IdPool {
  next(): string;
  /** Fills up; called between ticks. */
  refill(): Promise<void>;
}

const kept = 50;

export async function createIdPool(database: Database): Promise<IdPool> {
  const ids = await reserveIncidentIds(database, kept);
  return {
    next() {
      const id = ids.shift();
      if (id === undefined) throw new Error("more incidents opened in one tick than numbers were reserved");
      return id;
    },
    async refill() {
      if (ids.length < kept / 2) ids.push(...(await reserveIncidentIds(database, kept)));
    },
  };
}
