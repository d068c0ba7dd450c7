/** Deterministic uniform numbers in 0..1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

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
