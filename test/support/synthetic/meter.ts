import type { RecordedSeries } from "../../../src/replay/recording/load-recording.ts";

const boundsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

type Labels = Readonly<Record<string, string>>;

/** Asked for some hundred thousand times a scenario: JSON.stringify would take a quarter of it. */
function keyOf(name: string, labels: Labels): string {
  let key = name;
  for (const label in labels) key += `\n${label}\t${labels[label]}`;
  return key;
}

interface Cell {
  readonly name: string;
  readonly labels: Labels;
  value: number;
}
interface Histogram {
  readonly buckets: readonly Cell[];
  readonly infinite: Cell;
  readonly count: Cell;
  readonly sum: Cell;
}

/** The counters of one process; they start at zero with it. */
export interface Meter {
  add(name: string, labels: Labels, by?: number): void;
  observe(name: string, labels: Labels, seconds: number): void;
  set(name: string, labels: Labels, value: number): void;
  each(take: (name: string, labels: Labels, value: number) => void): void;
}

export function createMeter(): Meter {
  const values = new Map<string, Cell>();
  const histograms = new Map<string, Histogram>();
  const cell = (name: string, labels: Labels) => {
    const key = keyOf(name, labels);
    let found = values.get(key);
    if (!found) {
      found = { name, labels, value: 0 };
      values.set(key, found);
    }
    return found;
  };
  return {
    add: (name, labels, by = 1) => {
      cell(name, labels).value += by;
    },
    observe(name, labels, seconds) {
      const key = keyOf(name, labels);
      let histogram = histograms.get(key);
      if (!histogram) {
        const bucket = (le: string) => cell(`${name}_bucket`, { ...labels, le });
        histogram = {
          buckets: boundsS.map((bound) => bucket(String(bound))),
          infinite: bucket("+Inf"),
          count: cell(`${name}_count`, labels),
          sum: cell(`${name}_sum`, labels),
        };
        histograms.set(key, histogram);
      }
      for (const [i, bucket] of histogram.buckets.entries()) bucket.value += seconds <= (boundsS[i] ?? 0) ? 1 : 0;
      histogram.infinite.value++;
      histogram.count.value++;
      histogram.sum.value += seconds;
    },
    set: (name, labels, value) => {
      cell(name, labels).value = value;
    },
    each(take) {
      for (const { name, labels, value } of values.values()) take(name, labels, value);
    },
  };
}

/** Collects scraped samples into series. */
export interface Tape {
  write(name: string, labels: Labels, at: number, value: number): void;
  series(): RecordedSeries[];
}

export function createTape(): Tape {
  const kept = new Map<string, { name: string; labels: Labels; times: number[]; values: number[] }>();
  return {
    write(name, labels, at, value) {
      const key = keyOf(name, labels);
      let one = kept.get(key);
      if (!one) {
        one = { name, labels, times: [], values: [] };
        kept.set(key, one);
      }
      one.times.push(at);
      one.values.push(value);
    },
    series: () =>
      [...kept.values()].map(({ name, labels, times, values }) => ({
        name,
        labels,
        times: Float64Array.from(times),
        values: Float64Array.from(values),
      })),
  };
}
