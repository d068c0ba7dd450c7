import type { RawSeries, Sample } from "../../cluster/signal.ts";

/** Samples by series, because a recording has one series a line. 16 bytes a sample. */
export interface SampleTable {
  add(sample: Sample): void;
  readonly samples: number;
  /** One after the other; the lines of metrics.ndjson.gz. */
  rows(): Generator<MetricRow>;
}

/**
 * One series. `metric` has the name as `__name__` beside the labels; values as Prometheus writes them, timestamps in
 * unix ms, both of one length.
 */
export interface MetricRow {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly string[];
  readonly timestamps: readonly number[];
}

interface Track {
  readonly series: RawSeries;
  size: number;
  times: Float64Array;
  values: Float64Array;
}

const firstSize = 64;

function grown(from: Float64Array): Float64Array {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}

/** As Prometheus writes it. */
function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

/** @param cleanLabels what is kept of the labels of a series; called once for each */
export function createSampleTable(
  cleanLabels: (labels: RawSeries["labels"]) => RawSeries["labels"] = (labels) => labels,
): SampleTable {
  // A target that comes again has new objects for the same series.
  const byObject = new WeakMap<RawSeries, Track>();
  const tracks = new Map<string, Track>();
  let samples = 0;

  const trackOf = (series: RawSeries): Track => {
    const known = byObject.get(series);
    if (known) return known;
    const key = JSON.stringify([series.name, Object.entries(series.labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const track = tracks.get(key) ?? {
      series: { name: series.name, labels: cleanLabels(series.labels) },
      size: 0,
      times: new Float64Array(firstSize),
      values: new Float64Array(firstSize),
    };
    tracks.set(key, track);
    byObject.set(series, track);
    return track;
  };

  return {
    add({ series, at, value }) {
      const track = trackOf(series);
      if (track.size === track.times.length) {
        track.times = grown(track.times);
        track.values = grown(track.values);
      }
      track.times[track.size] = Math.round(at);
      track.values[track.size] = value;
      track.size++;
      samples++;
    },
    get samples() {
      return samples;
    },
    *rows() {
      for (const { series, size, times, values } of tracks.values())
        yield {
          metric: { __name__: series.name, ...series.labels },
          values: Array.from(values.subarray(0, size), valueText),
          timestamps: Array.from(times.subarray(0, size)),
        };
    },
  };
}
