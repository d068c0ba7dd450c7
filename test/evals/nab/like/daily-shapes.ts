import { type Drawn, drawnFrom } from "./drawn.ts";
import { type MadeSeries, timeOfDay, windowsAround } from "./made-series.ts";

const stepMs = 300_000;
const days = 14;
const rows = days * 288;
const startMs = Date.UTC(2014, 3, 1);

export type Calm = "day" | "day-with-noise" | "square-day" | "flat" | "noise";
export type Upset = "flat-middle" | "jump-down" | "jump-up" | "no-jump" | "denser-spikes" | "taller-spike";

/** Two weeks in which nothing happens: every claim about them is a false one. */
export function calmSeries(seed: number, kind: Calm): MadeSeries {
  const drawn = drawnFrom(seed);
  const phase = drawn.between(0, 24);
  const flat = Math.round(drawn.between(20, 60));
  const value: Record<Calm, (hour: number) => number> = {
    day: (hour) => daytime(hour, phase),
    "day-with-noise": (hour) => daytime(hour, phase) + drawn.between(-2, 2),
    "square-day": (hour) => (hour >= 9 && hour < 18 ? 80 : 20),
    flat: () => flat,
    noise: () => flat / 2 + drawn.between(-2, 2),
  };
  return build(`calm/${kind}`, value[kind], []);
}

/** Two weeks of the same day after day, but for one day between the second and the last. */
export function upsetSeries(seed: number, kind: Upset): MadeSeries {
  const drawn = drawnFrom(seed);
  const day = drawn.whole(8, 11);
  if (kind === "denser-spikes") return spikes(drawn, "denser", day);
  if (kind === "taller-spike") return spikes(drawn, "taller", day);
  const noise = () => drawn.between(0, 8);
  const hour = kind === "jump-down" ? 21 : 9;
  const at = day * 288 + hour * 12 + (kind === "jump-down" ? 0 : 24);
  const value = (hours: number, row: number) => {
    const isDay = hours >= 9 && hours < 18;
    const isTheDay = Math.floor(row / 288) === day;
    const usual = isDay ? 80 : 20;
    if (!isTheDay) return usual + noise();
    if (kind === "flat-middle") return (isDay ? 50 : 20) + noise();
    if (kind === "no-jump") return 20 + noise();
    if (kind === "jump-up") return (isDay ? 145 : 20) + noise();
    return hours >= 19 && hours < 23 ? noise() : usual + noise();
  };
  return build(`upset/${kind}`, value, [at]);
}

function daytime(hour: number, phase: number): number {
  return 50 + 30 * Math.sin((2 * Math.PI * (hour + phase)) / 24);
}

/** Lone spikes over silence: on one day they come much closer together, or one is far taller. */
function spikes(drawn: Drawn, kind: "denser" | "taller", day: number): MadeSeries {
  const at = day * 288 + 120;
  const height = () => (kind === "denser" ? 20 : drawn.between(0.8, 1.6));
  const value = (_: number, row: number) => {
    if (kind === "taller" && row === at) return drawn.between(3, 4);
    const share = kind === "denser" && row >= at && row < at + 140 ? 0.16 : 0.02;
    return drawn.chance(share) ? height() : kind === "denser" ? 0 : drawn.between(0, 0.1);
  };
  return build(`upset/${kind}-spikes`, value, [kind === "denser" ? at + 30 : at]);
}

function build(name: string, value: (hour: number, row: number) => number, anomalies: readonly number[]): MadeSeries {
  const atMs = Array.from({ length: rows }, (_, row) => startMs + row * stepMs);
  const values = atMs.map((now, row) => value(timeOfDay(now).hour, row));
  return { name, atMs, values, windows: windowsAround(rows, anomalies) };
}
