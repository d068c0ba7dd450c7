import { seededRandom } from "../../../src/lib/seeded-random.ts";
import { metricRole } from "../../../src/rca/neutral/metric-role.ts";
import type { LogTable, MetricTable, NeutralCase, Series, SpanTable } from "../../../src/rca/neutral/neutral-case.ts";
import { perturbed } from "./perturb.ts";

/** A way in which the same incident could have been recorded worse, or elsewhere. */
export interface View {
  readonly name: string;
  readonly of: (input: NeutralCase) => NeutralCase;
}

const mapSeries = (table: MetricTable, change: (series: Series, entity: string, metric: string) => Series) =>
  new Map(
    [...table].map(([entity, metrics]) => [
      entity,
      new Map([...metrics].map(([metric, series]) => [metric, change(series, entity, metric)])),
    ]),
  );

const seedOf = (input: NeutralCase, more: number) => Math.round(input.window.from) + more;

const noLogs = (logs: LogTable): LogTable => ({
  ...logs,
  length: 0,
  time: new Float64Array(0),
  entity: new Int32Array(0),
  trace: new Int32Array(0),
  shape: new Int32Array(0),
  span: new Int32Array(0),
});

const noSpans = (spans: SpanTable): SpanTable => ({
  ...spans,
  length: 0,
  trace: new Int32Array(0),
  parent: new Int32Array(0),
  entity: new Int32Array(0),
  op: new Int32Array(0),
  startSeconds: new Float64Array(0),
  durationSeconds: new Float64Array(0),
});

function withoutLogs(input: NeutralCase): NeutralCase {
  const { telemetry, baselineTelemetry: past } = input;
  return {
    ...input,
    telemetry: { ...telemetry, logs: noLogs(telemetry.logs) },
    baselineTelemetry: past && { ...past, logs: noLogs(past.logs) },
  };
}

function withoutSpans(input: NeutralCase): NeutralCase {
  const { logs, spans } = input.telemetry;
  return {
    ...input,
    telemetry: { spans: noSpans(spans), logs: { ...logs, span: logs.span.map(() => -1) } },
    baselineTelemetry: undefined,
  };
}

function shortPast(input: NeutralCase): NeutralCase {
  const from = input.window.from - 5 * input.resolutionSeconds;
  return {
    ...input,
    metrics: mapSeries(input.metrics, ({ times, values }) => ({
      times: times.filter((time) => time >= from),
      values: values.filter((_, i) => (times[i] ?? 0) >= from),
    })),
  };
}

/** The incident is taken to have begun another interval of sampling earlier or later. */
const shifted = (intervals: number) => (input: NeutralCase) => {
  const by = intervals * input.resolutionSeconds;
  return {
    ...input,
    window: { from: input.window.from + by, to: input.window.to + by },
    alert: { ...input.alert, time: input.alert.time + by },
  };
};

/** Every level of the case is off by its own factor of 0.6 to 1.6, and all spans by one; history does not know. */
function anotherDay(input: NeutralCase): NeutralCase {
  const random = seededRandom(seedOf(input, 31));
  const factors = new Map<string, number>();
  const factor = (key: string) => {
    const known = factors.get(key) ?? Math.exp(random() - 0.5);
    factors.set(key, known);
    return known;
  };
  const levels = (table: MetricTable) =>
    mapSeries(table, ({ times, values }, entity, metric) => ({
      times,
      values: metricRole(metric) === "availability" ? values : values.map((one) => one * factor(`${entity} ${metric}`)),
    }));
  const spans = (table: SpanTable): SpanTable => ({
    ...table,
    durationSeconds: table.durationSeconds.map((one) => one * factor("spans")),
  });
  const past = input.baselineTelemetry;
  return {
    ...input,
    metrics: levels(input.metrics),
    baselineMetrics: levels(input.baselineMetrics),
    telemetry: { ...input.telemetry, spans: spans(input.telemetry.spans) },
    baselineTelemetry: past && { ...past, spans: spans(past.spans) },
  };
}

/** Everything that the robustness of a ranking is measured with; the first is the case as it is. */
export const views: readonly View[] = [
  { name: "as recorded", of: (input) => input },
  {
    name: "20 % of series and traces lost, 5 % noise",
    of: (input) => perturbed(input, 0.2, seededRandom(seedOf(input, 1))),
  },
  {
    name: "60 % of series and traces lost, 5 % noise",
    of: (input) => perturbed(input, 0.6, seededRandom(seedOf(input, 2))),
  },
  { name: "begun one interval earlier", of: shifted(-1) },
  { name: "begun one interval later", of: shifted(1) },
  { name: "five intervals of past metrics", of: shortPast },
  {
    name: "no baseline",
    of: (input) => ({ ...input, baselineMetrics: new Map(), baselineTelemetry: undefined }),
  },
  { name: "another day's levels", of: anotherDay },
  { name: "no metrics", of: (input) => ({ ...input, metrics: new Map(), baselineMetrics: new Map() }) },
  { name: "no logs", of: withoutLogs },
  { name: "no traces", of: withoutSpans },
  { name: "no call graph", of: (input) => ({ ...input, edges: [], sampledEdges: [] }) },
];
