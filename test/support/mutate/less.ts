import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import type { Mutation } from "./mutated.ts";

/** One scrape out of `every`, and an interval that says so. */
export const thinned =
  (seconds: number): Mutation =>
  (recording) => {
    const every = Math.round(seconds / recording.header.scrapeIntervalSeconds);
    const slotMs = recording.header.scrapeIntervalSeconds * 1_000;
    return {
      recording: {
        ...recording,
        header: { ...recording.header, scrapeIntervalSeconds: seconds },
        series: recording.series.map((one) => {
          const kept = [...one.times.keys()].filter(
            (i) => Math.floor(((one.times[i] ?? 0) - recording.start) / slotMs) % every === 0,
          );
          return {
            ...one,
            times: Float64Array.from(kept, (i) => one.times[i] ?? 0),
            values: Float64Array.from(kept, (i) => one.values[i] ?? Number.NaN),
          };
        }),
      },
    };
  };

const without =
  (change: (recording: Recording) => Partial<Recording>): Mutation =>
  (recording) => ({ recording: { ...recording, ...change(recording) } });

/** What the kubelet measures is all there is: the workloads expose nothing. */
export const withoutApplicationMetrics = without(({ series }) => ({
  series: series.filter(({ name, labels }) => /^(container|machine)_/.test(name) || labels["job"] === "cadvisor"),
}));
export const withoutMetrics = without(() => ({ series: [] }));
export const withoutEvents = without(() => ({ events: [] }));
export const withoutLogs = without(() => ({ logs: [] }));

/** Who answers counts, who calls does not. */
export const withoutClientMetrics = without(({ series }) => ({
  series: series.filter(({ name }) => !name.startsWith("http_client_")),
}));

/** Every second line is lost on its way, whatever it says. */
export const halfOfLines = without(({ logs }) => ({
  logs: logs.filter((_line, i) => (Math.imul(i + 1, 2_654_435_761) >>> 0) % 2 === 0),
}));
