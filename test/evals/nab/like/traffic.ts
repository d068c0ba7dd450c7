import { type Drawn, drawnFrom } from "./drawn.ts";
import { bell, type MadeSeries, moments, timeOfDay, windowsAround } from "./made-series.ts";

const startMs = Date.UTC(2015, 8, 1, 11, 25);

export type RoadSensor = "occupancy" | "speed" | "travel-time";

/**
 * A sensor at a road over two to eight weeks, about every five minutes with hours left out: rush hours on working days, noise that
 * grows with the traffic, short jams that nobody would report, and one to four that people would.
 */
export function roadSensor(seed: number, sensor: RoadSensor): MadeSeries {
  const drawn = drawnFrom(seed);
  const rows = drawn.whole(1_120, 2_500);
  const events = moments(rows, drawn.whole(1, 4), 150, drawn.between);
  const jam = new Float64Array(rows);
  for (const at of events) addJam(jam, at, drawn.between(0.7, 1.2), drawn.between(4, 25));
  for (let i = 0; i < rows / 120; i++)
    addJam(jam, drawn.whole(0, rows - 1), drawn.between(0.05, 0.35), drawn.between(1, 6));
  const noise = drawn.between(0.5, 1.5);
  const rush = drawn.between(0.5, 1);
  let now = startMs;
  const atMs: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    now += 60_000 * pauseMinutes(drawn);
    const { hour, isWeekend } = timeOfDay(now);
    const working = isWeekend ? 0.35 : 1;
    const load = 0.1 + working * rush * (0.8 * bell(hour, 8, 2) + bell(hour, 17.5, 2.5)) + 0.4 * bell(hour, 13, 5);
    atMs.push(now);
    values.push(reading(sensor, Math.min(1.6, load), jam[row] as number, noise, drawn));
  }
  return { name: `traffic/${sensor}`, atMs, values, windows: windowsAround(rows, events) };
}

function pauseMinutes(drawn: Drawn): number {
  if (drawn.chance(0.006)) return drawn.whole(60, 900);
  return drawn.chance(0.2) ? drawn.whole(6, 25) : 5;
}

/** Units: per cent of the time that a car stands over the sensor; miles an hour; seconds. */
function reading(sensor: RoadSensor, load: number, jam: number, noise: number, drawn: Drawn): number {
  if (sensor === "occupancy") {
    const mean = 1 + 8 * load + 30 * jam;
    return Math.round(100 * Math.max(0, mean * (1 + 0.2 * noise * drawn.normal()))) / 100;
  }
  if (sensor === "speed") {
    const mean = 72 - 8 * load ** 2 - 50 * Math.min(1, jam);
    return Math.round(Math.max(3, mean + 3 * noise * drawn.normal()));
  }
  const lone = drawn.chance(0.01) ? drawn.pareto(1.5) : 1;
  return Math.round(180 * (1 + 0.3 * load + 6 * jam) * Math.exp(0.15 * noise * drawn.normal()) * Math.min(6, lone));
}

function addJam(jam: Float64Array, at: number, size: number, lasts: number): void {
  for (let i = 0; i < 2 * lasts && at + i < jam.length; i++) {
    const share = i < lasts ? Math.min(1, (i + 1) / 3) : 1 - (i - lasts) / lasts;
    jam[at + i] = Math.max(jam[at + i] as number, size * share);
  }
}
