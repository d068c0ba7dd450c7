import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import { labelKey, type Series, type SeriesStore } from "../../cluster/series-store.ts";

/** The mean of one series over one half-hour, as captured samples tell it. */
export interface SeasonPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Any time within the half-hour (ms). */
  readonly at: number;
  readonly value: number;
}

/** What is usual at one time of the day: order statistics over the days remembered. */
export interface Usual {
  readonly median: number;
  /** 1.4826 MAD over the days. */
  readonly spread: number;
  /** Days behind it, three at least. */
  readonly days: number;
  /** `same-weekday` when three of them are remembered, else weekdays or weekends alone, else all days. */
  readonly of: "same-weekday" | "same-part-of-week" | "all-days";
}

export interface Seasons {
  /** Takes what is new of all seasonal series. Once a tick. */
  learn(store: SeriesStore): void;
  /** From captured samples, so that a restart does not forget. In any order; what was learned live stays. */
  seed(points: Iterable<SeasonPoint>): void;
  usualAt(name: string, labels: Readonly<Record<string, string>>, at: number): Usual | undefined;
  /** Such a value belongs to this time of the day. False while fewer than three days are known. */
  isUsual(name: string, labels: Readonly<Record<string, string>>, at: number, value: number): boolean;
  readonly stats: { readonly series: number; readonly refused: number };
}

/**
 * What people's days shape and what outlives a pod. Errors are not among them: a failure that comes every night is still
 * a failure, and the share of errors that an application always has is part of its own baseline.
 */
const seasonalSeries = [
  "requests_per_second",
  "latency_mean_seconds",
  "latency_p50_seconds",
  "latency_p95_seconds",
  "route_requests_per_second",
  "route_latency_mean_seconds",
  "client_requests_per_second",
  "client_latency_mean_seconds",
  "client_latency_p95_seconds",
  "node_cpu_ratio",
  "node_memory_ratio",
] as const satisfies readonly DerivedSeriesName[];
const seasonal: ReadonlySet<string> = new Set(seasonalSeries);

const binMs = 30 * 60_000;
const binsPerDay = 48;
const dayMs = binsPerDay * binMs;
/** Four weeks: three earlier days of the same weekday, and 5 KiB a series. */
const days = 28;
const enoughDays = 3;
/** A rhythm is no metronome: half of the usual more or less is the same hour of another day. */
const tolerance = 0.5;
const spreads = 3;
/** 25 MiB; the rest is judged by its recent past alone. */
const defaultMaxSeries = 5_000;

interface Season {
  /** Means by day (modulo `days`) and half-hour; NaN where nothing was seen. */
  readonly means: Float32Array;
  /** Newest day that has a column. */
  day: number;
  /** The half-hour that is going on. */
  bin: number;
  sum: number;
  count: number;
  lastAt: number;
}

/** 1970-01-01 was a Thursday; 0 is Monday. */
const weekday = (day: number) => (day + 3) % 7;
const isWeekend = (day: number) => weekday(day) >= 5;

function quantileOf(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const [low = Number.NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

function summary(values: number[], of: Usual["of"]): Usual {
  const median = quantileOf(
    values.sort((a, b) => a - b),
    0.5,
  );
  const deviations = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  return { median, spread: 1.4826 * quantileOf(deviations, 0.5), days: values.length, of };
}

/** Opens columns up to `day`; those that come round again are emptied first. */
function advanceTo(season: Season, day: number): void {
  if (day <= season.day) return;
  const fresh = Math.min(days, day - season.day);
  for (let i = 0; i < fresh; i++) {
    const column = (day - i) % days;
    season.means.fill(Number.NaN, column * binsPerDay, (column + 1) * binsPerDay);
  }
  season.day = day;
}

const slotOf = (bin: number) => (Math.floor(bin / binsPerDay) % days) * binsPerDay + (bin % binsPerDay);

/** The half-hour `bin` on earlier days, newest first. */
function earlierDays(
  { means, day: newest }: Season,
  bin: number,
): readonly { readonly day: number; readonly value: number }[] {
  const today = Math.floor(bin / binsPerDay);
  const seen: { readonly day: number; readonly value: number }[] = [];
  for (let day = today - 1; day > Math.max(newest, today) - days && day >= 0; day--) {
    if (day > newest) continue;
    const value = means[slotOf(day * binsPerDay + (bin % binsPerDay))] ?? Number.NaN;
    if (!Number.isNaN(value)) seen.push({ day, value });
  }
  return seen;
}

/** Of earlier days those most like its own day where there are enough of them. */
function usualOf(season: Season, bin: number): Usual | undefined {
  const today = Math.floor(bin / binsPerDay);
  const seen = earlierDays(season, bin);
  const among = (like: (day: number) => boolean) => seen.filter(({ day }) => like(day)).map(({ value }) => value);
  const same = among((day) => weekday(day) === weekday(today));
  if (same.length >= enoughDays) return summary(same, "same-weekday");
  const part = among((day) => isWeekend(day) === isWeekend(today));
  if (part.length >= enoughDays) return summary(part, "same-part-of-week");
  return seen.length >= enoughDays
    ? summary(
        among(() => true),
        "all-days",
      )
    : undefined;
}

/** The last days of the same part of the week alone: people whose clocks were set come an hour earlier or later from then on. */
function latelyOf(season: Season, bin: number): Usual | undefined {
  const today = Math.floor(bin / binsPerDay);
  const last = earlierDays(season, bin)
    .filter(({ day }) => isWeekend(day) === isWeekend(today))
    .slice(0, enoughDays)
    .map(({ value }) => value);
  return last.length === enoughDays ? summary(last, "same-part-of-week") : undefined;
}

/**
 * What is usual at this time of the day, and of the week once there is history: the seasonal component of a robust
 * decomposition (the sub-series of STL, Cleveland et al. 1990, with medians and MADs over days instead of loess, so that an
 * incident of one day in three moves nothing). Half-hours of UTC; the ones before and after count too, because people do
 * not come by the minute, and what the last three days alike have shown as well: where clocks are set twice a year, the hour by which
 * days are off then is known from the third on. Memory: 5 KiB a series, bounded in number.
 */
export function createSeasons(options: { readonly maxSeries?: number } = {}): Seasons {
  const maxSeries = options.maxSeries ?? defaultMaxSeries;
  const seasons = new Map<string, Season>();
  const keys = new WeakMap<Series, string>();
  let refused = 0;

  function seasonOf(key: string, day: number): Season | undefined {
    const known = seasons.get(key);
    if (known) return known;
    if (seasons.size >= maxSeries) {
      refused++;
      return undefined;
    }
    const means = new Float32Array(days * binsPerDay).fill(Number.NaN);
    const made: Season = { means, day, bin: -1, sum: 0, count: 0, lastAt: Number.NEGATIVE_INFINITY };
    seasons.set(key, made);
    return made;
  }

  function close(season: Season): void {
    if (season.count === 0) return;
    advanceTo(season, Math.floor(season.bin / binsPerDay));
    season.means[slotOf(season.bin)] = season.sum / season.count;
    season.sum = 0;
    season.count = 0;
  }

  function take(season: Season, at: number, value: number): void {
    // A clock that was set back must not write into days that are over.
    if (at <= season.lastAt || !Number.isFinite(value)) return;
    season.lastAt = at;
    const bin = Math.floor(at / binMs);
    if (bin !== season.bin) {
      close(season);
      season.bin = bin;
    }
    season.sum += value;
    season.count++;
  }

  const keyOf = (name: string, labels: Readonly<Record<string, string>>) => `${name}\u0000${labelKey(labels)}`;
  const seasonFor = (name: string, labels: Readonly<Record<string, string>>) =>
    seasonal.has(name) ? seasons.get(keyOf(name, labels)) : undefined;

  return {
    learn(store) {
      for (const name of seasonalSeries) {
        for (const series of store.select(name)) {
          let key = keys.get(series);
          if (key === undefined) {
            key = keyOf(name, series.labels);
            keys.set(series, key);
          }
          const season = seasonOf(key, Math.floor(series.lastAt / dayMs));
          if (season) take(season, series.lastAt, series.last);
        }
      }
      // A name that nothing carries any more would hold its place for ever.
      if (seasons.size < maxSeries) return;
      const newest = Math.max(...[...seasons.values()].map(({ day }) => day));
      for (const [key, { day }] of seasons) if (day < newest - 7) seasons.delete(key);
    },
    seed(points) {
      for (const { name, labels, at, value } of points) {
        const day = Math.floor(at / dayMs);
        if (!seasonal.has(name) || !Number.isFinite(value) || !(at >= 0)) continue;
        const season = seasonOf(keyOf(name, labels), day);
        if (!season || day <= season.day - days) continue;
        advanceTo(season, day);
        const slot = slotOf(Math.floor(at / binMs));
        if (Number.isNaN(season.means[slot])) season.means[slot] = value;
      }
    },
    usualAt(name, labels, at) {
      const season = seasonFor(name, labels);
      return season && usualOf(season, Math.floor(at / binMs));
    },
    isUsual(name, labels, at, value) {
      const season = seasonFor(name, labels);
      if (!season) return false;
      const belongs = (usual: Usual | undefined) =>
        usual !== undefined &&
        Math.abs(value - usual.median) <= spreads * usual.spread + tolerance * Math.abs(usual.median);
      return [0, -1, 1].some((shift) => {
        const bin = Math.floor(at / binMs) + shift;
        return belongs(usualOf(season, bin)) || belongs(latelyOf(season, bin));
      });
    },
    get stats() {
      return { series: seasons.size, refused };
    },
  };
}
