import type { RecordedSeries } from "../../../src/replay/recording/load-recording.ts";

const boundsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

type Labels = Readonly<Record<string, string>>;
const keyOf = (name: string, labels: Labels) => `${name}${JSON.stringify(labels)}`;

/** The counters of one process; they start at zero with it. */
export interface Meter {
  add(name: string, labels: Labels, by?: number): void;
  observe(name: string, labels: Labels, seconds: number): void;
  set(name: string, labels: Labels, value: number): void;
  each(take: (name: string, labels: Labels, value: number) => void): void;
}

export function createMeter(): Meter {
  const values = new Map<string, { name: string; labels: Labels; value: number }>();
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
      for (const bound of boundsS)
        cell(`${name}_bucket`, { ...labels, le: String(bound) }).value += seconds <= bound ? 1 : 0;
      cell(`${name}_bucket`, { ...labels, le: "+Inf" }).value++;
      cell(`${name}_count`, labels).value++;
      cell(`${name}_sum`, labels).value += seconds;
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
