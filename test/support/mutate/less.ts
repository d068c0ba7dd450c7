import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import type { Mutation } from "./mutated.ts";
import { share, shareOf } from "./share.ts";

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

/** Of half of the pods no line arrives. */
export const halfOfPodsMute = without(({ logs }) => ({ logs: logs.filter(({ pod }) => shareOf(pod) < 0.5) }));

type Keep = (at: number, name: string, target: string) => boolean;

const withSamples = (recording: Recording, keep: Keep): Partial<Recording> => ({
  series: recording.series.map((one) => {
    const target = one.labels["instance"] ?? "";
    const kept = [...one.times.keys()].filter((i) => keep(one.times[i] ?? 0, one.name, target));
    return {
      ...one,
      times: Float64Array.from(kept, (i) => one.times[i] ?? 0),
      values: Float64Array.from(kept, (i) => one.values[i] ?? Number.NaN),
    };
  }),
});

/** A third of all scrapes fail, each target by itself. */
export const lostScrapes = without((recording) => {
  const slotMs = recording.header.scrapeIntervalSeconds * 1_000;
  return withSamples(
    recording,
    (at, _name, target) => share(Math.floor(at / slotMs) + Math.round(1e6 * shareOf(target))) >= 1 / 3,
  );
});

/** Nothing is sampled for this long in the middle of the recording, as while a Prometheus starts anew. */
export const samplesPause = (ms: number): Mutation =>
  without((recording) => {
    const from = (recording.start + recording.end) / 2;
    return withSamples(recording, (at) => at < from || at >= from + ms);
  });

/** The kubelets may not be asked. */
export const withoutContainerMetrics = without(({ series }) => ({
  series: series.filter(({ name, labels }) => !/^(container|machine)_/.test(name) && labels["job"] !== "cadvisor"),
}));

/** Rights in namespaces alone: no node is seen. */
export const withoutNodes = without(({ objects, changes, events }) => ({
  objects: objects.filter(({ kind }) => kind !== "Node"),
  changes: changes.filter(({ object }) => object.kind !== "Node"),
  events: events.filter(({ event }) => event.involvedObject.kind !== "Node"),
}));

/** Long lines are cut by the collector. */
export const cutLines = (chars: number): Mutation =>
  without(({ logs }) => ({ logs: logs.map((row) => ({ ...row, line: row.line.slice(0, chars) })) }));
