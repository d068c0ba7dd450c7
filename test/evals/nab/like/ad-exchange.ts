import { drawnFrom } from "./drawn.ts";
import { bell, type MadeSeries, moments, timeOfDay, windowsAround } from "./made-series.ts";

const startMs = Date.UTC(2011, 6, 1, 0, 15, 1);

/**
 * What an advertisement costs, by the hour: a click (skewed noise, lone spikes that mean nothing) or a thousand views (a
 * day's rhythm). One to four times something happens: a spike far out, a plateau of half a day, or prices that collapse.
 */
export function adPrice(seed: number, per: "click" | "views"): MadeSeries {
  const drawn = drawnFrom(seed);
  const rows = drawn.whole(1_530, 1_645);
  const base = per === "click" ? drawn.between(0.07, 0.13) : drawn.between(0.35, 0.8);
  const noise = per === "click" ? drawn.between(0.12, 0.3) : drawn.between(0.08, 0.2);
  const rhythm = per === "click" ? drawn.between(0, 0.2) : drawn.between(0.2, 0.6);
  const spikes = drawn.between(0.002, 0.012);
  const events = moments(rows, drawn.whole(1, 4), 120, drawn.between);
  const factor = new Float64Array(rows).fill(1);
  for (const at of events) {
    const kind = drawn.whole(0, 2);
    const lasts = kind === 0 ? drawn.whole(1, 3) : drawn.whole(6, 24);
    const size = kind === 0 ? drawn.between(3, 8) : kind === 1 ? drawn.between(1.8, 3) : drawn.between(0.1, 0.4);
    for (let i = 0; i < lasts; i++) factor[at + i] = size;
  }
  let level = 0;
  let now = startMs;
  const atMs: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    now += drawn.chance(0.005) ? drawn.whole(2, 5) * 3_600_000 : 3_600_000;
    level = 0.98 * level + 0.02 * drawn.normal();
    const { hour } = timeOfDay(now);
    const daily = 1 + rhythm * (bell(hour, 16, 6) - 0.5);
    const lone = drawn.chance(spikes) ? drawn.between(1.5, 2.5) : 1;
    atMs.push(now);
    values.push(base * daily * Math.exp(level + noise * drawn.normal()) * lone * (factor[row] as number));
  }
  return { name: `ad-exchange/per-${per}`, atMs, values, windows: windowsAround(rows, events) };
}
