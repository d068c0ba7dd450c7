import { drawnFrom } from "./drawn.ts";
import { bell, type MadeSeries, moments, timeOfDay, windowsAround } from "./made-series.ts";

const stepMs = 300_000;
const rows = 15_840;
const startMs = Date.UTC(2015, 1, 26, 21, 40);

/**
 * How often a name is mentioned in five minutes, over eight weeks: counts (most of them 0 for a small name) with a day and a
 * week, more spread than chance, short bursts all the time, and two to five occasions that people talk about for hours.
 *
 * @param mean mentions in five minutes on an ordinary afternoon, 0.5 to 100
 */
export function mentionVolume(seed: number, mean: number): MadeSeries {
  const drawn = drawnFrom(seed);
  const dayShare = drawn.between(0.3, 0.75);
  const weekend = drawn.between(0.5, 1);
  const shape = drawn.between(3, 12);
  const burstsPerDay = drawn.between(0.3, 1.5);
  const burstTail = drawn.between(1.3, 2.2);
  const occasions = moments(rows, drawn.whole(2, 5), 900, drawn.between);
  const boost = new Float64Array(rows).fill(1);
  const bursts = Math.round((burstsPerDay * rows) / 288);
  for (let i = 0; i < bursts; i++) {
    const size = Math.min(25, 1.5 * drawn.pareto(burstTail));
    addBurst(boost, drawn.whole(0, rows - 1), size, drawn.between(1, 5), 1);
  }
  for (const at of occasions) {
    const size = drawn.between(6, 14) * drawn.pareto(1.3);
    addBurst(boost, at, Math.min(150, size), drawn.between(8, 60), drawn.chance(0.5) ? 1 : drawn.whole(2, 8));
  }
  const atMs: number[] = [];
  const values: number[] = [];
  let mood = 0;
  for (let row = 0; row < rows; row++) {
    const now = startMs + row * stepMs;
    const { hour, isWeekend } = timeOfDay(now);
    mood = 0.995 * mood + 0.025 * drawn.normal();
    const daily = 1 - dayShare + dayShare * (0.6 * bell(hour, 15, 4) + 0.4 * bell(hour, 20, 4)) * 1.6;
    const rate = mean * daily * (isWeekend ? weekend : 1) * Math.exp(mood) * (boost[row] as number);
    atMs.push(now);
    values.push(drawn.count(rate, shape));
  }
  return { name: `mentions/mean-${mean}`, atMs, values, windows: windowsAround(rows, occasions) };
}

/** Rises within `rise` rows to `size` times the ordinary and fades to 1/e of it within `fade` rows. */
function addBurst(boost: Float64Array, at: number, size: number, fade: number, rise: number): void {
  for (let i = -rise + 1; i < 6 * fade && at + i < boost.length; i++) {
    if (at + i < 0) continue;
    const share = i < 0 ? (rise + i) / rise : Math.exp(-i / fade);
    boost[at + i] = (boost[at + i] as number) + size * share;
  }
}
