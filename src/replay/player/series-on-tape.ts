import type { RecordedSeries } from "../recording/load-recording.ts";
import { type Segment, shiftOf, type Tape } from "./tape.ts";

/** One value as a target exposes it in the world. */
export interface ExposedSample {
  readonly series: RecordedSeries;
  readonly value: number;
  /** World time of the measurement, Unix ms. */
  readonly at: number;
}

export interface SeriesOnTape {
  /** The newest sample of a series at a world time, unless it is older than `maxAgeMs` by then. */
  newest(series: RecordedSeries, at: number, maxAgeMs: number): ExposedSample | undefined;
  /** Must be called for each splice, just after it: counters go on from the value they had before. */
  spliced(segment: Segment): void;
}

const counter = /_(total|count|sum|bucket)$/;
const unixTime = /_(time_seconds|last_seen)$/;

/** The target a series was scraped from, or the container it is about: where counters start again together. */
function originOf({ labels }: RecordedSeries): string {
  const about = labels["id"] ?? labels["pod"] ?? labels["node"];
  return `${labels["job"]}/${labels["instance"]}/${labels["namespace"]}/${about}`;
}

/**
 * Recorded samples in the time of the world. Where the tape was spliced, a counter keeps the value it had before and
 * grows by what was recorded after, until its process starts again; gauges jump; Unix times in values move along.
 */
export function createSeriesOnTape(all: readonly RecordedSeries[], tape: Tape): SeriesOnTape {
  const restarts = findRestarts(all);
  /** For each segment that follows a splice: what is added to each counter. */
  const offsets = new Map<number, ReadonlyMap<RecordedSeries, number>>();

  const offsetOf = (series: RecordedSeries, segment: Segment, until: number): number => {
    const offset = offsets.get(segment.index)?.get(series) ?? 0;
    if (offset === 0) return 0;
    const restarted = restarts.get(originOf(series))?.some((time) => time > segment.from && time <= until);
    return restarted ? 0 : offset;
  };

  const newestIn = (
    segment: Segment,
    series: RecordedSeries,
    at: number,
    maxAgeMs: number,
  ): ExposedSample | undefined => {
    const recorded = Math.min(at - shiftOf(segment), segment.to);
    const time = series.times[indexUpTo(series.times, recorded)];
    if (time === undefined || time < segment.from) {
      // Nothing measured since the splice yet: what was measured before it still stands.
      const earlier = tape.segments.findLast((s) => s.index < segment.index);
      return earlier === undefined
        ? undefined
        : newestIn(earlier, series, Math.min(at, segment.at), maxAgeMs - (at - Math.min(at, segment.at)));
    }
    const measuredAt = time + shiftOf(segment);
    if (at - measuredAt > maxAgeMs) return undefined;
    const raw = series.values[indexUpTo(series.times, recorded)] ?? Number.NaN;
    if (unixTime.test(series.name))
      return { series, at: measuredAt, value: tape.worldTime(raw * 1000, segment) / 1000 };
    return { series, at: measuredAt, value: raw + offsetOf(series, segment, time) };
  };

  return {
    newest: (series, at, maxAgeMs) => newestIn(tape.segmentAt(at), series, at, maxAgeMs),
    spliced(segment) {
      const before = tape.segments.findLast((s) => s.index < segment.index);
      if (before === undefined) return;
      const added = new Map<RecordedSeries, number>();
      const leftAt = segment.at - shiftOf(before);
      for (const series of all) {
        if (!counter.test(series.name)) continue;
        const skippedRestart = restarts.get(originOf(series))?.some((time) => time > leftAt && time <= segment.from);
        const value = newestIn(before, series, segment.at, goneAfterMs)?.value;
        const first = series.values[Math.max(0, indexUpTo(series.times, segment.from))];
        if (value === undefined || first === undefined || skippedRestart) continue;
        added.set(series, value - first);
      }
      offsets.set(segment.index, added);
      // Only the segments that the tape still knows can be asked for.
      for (const index of offsets.keys()) if (index < segment.index - maxKept) offsets.delete(index);
    },
  };
}

/** A counter not measured for so long does not go on: its process has ended. */
const goneAfterMs = 30_000;
const maxKept = 20;

/** When any counter of an origin fell: its process started again then. */
function findRestarts(all: readonly RecordedSeries[]): Map<string, number[]> {
  const found = new Map<string, Set<number>>();
  for (const series of all) {
    if (!counter.test(series.name)) continue;
    for (let i = 1; i < series.times.length; i++) {
      if ((series.values[i] ?? 0) >= (series.values[i - 1] ?? 0)) continue;
      const origin = originOf(series);
      const times = found.get(origin) ?? new Set();
      found.set(origin, times.add(series.times[i] ?? 0));
    }
  }
  return new Map([...found].map(([origin, times]) => [origin, [...times].sort((a, b) => a - b)]));
}

/** Index of the last time that is not after `limit`; -1 when there is none. */
function indexUpTo(times: Float64Array, limit: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
