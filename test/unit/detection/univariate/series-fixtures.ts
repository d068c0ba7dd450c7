import { seededRandom } from "../../../../src/lib/seeded-random.ts";

export const stepMs = 300_000;
/** A Monday, 00:00 UTC. */
export const mondayMs = Date.UTC(2026, 10, 2);
export const rowsPerDay = 288;

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Five-minute samples from a Monday midnight; `valueAt` gets the row, its hour of day and noise in -0.5..0.5. */
export function series(rows: number, valueAt: (row: number, hour: number, noise: number) => number): readonly Sample[] {
  const random = seededRandom(rows);
  return Array.from({ length: rows }, (_, row) => {
    const hour = (row % rowsPerDay) / 12;
    return { atMs: mondayMs + row * stepMs, value: valueAt(row, hour, random() - 0.5) };
  });
}

/** 80 from nine to five, 20 otherwise. */
export function officeHours(hour: number): number {
  return hour >= 9 && hour < 17 ? 80 : 20;
}
