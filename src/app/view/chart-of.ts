import type { ChartData, ChartLine, ChartMark, ChartPanel } from "../../bot/charts/chart-data.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Series } from "../../cluster/series-store.ts";
import type { CauseCode } from "../../incident/cause.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { chartTitle, lineLabel } from "./chart-words.ts";

const panelsShown = 2;
const linesShown = 5;
const beforeMs = 6 * 60_000;
const afterMs = 60_000;
const changeBeforeMs = 5 * 60_000;

/** Which series of the culprit shows a cause best. */
const tellingSeries: Partial<Record<CauseCode, string>> = {
  "memory-limit-too-low": "container_memory_working_set_bytes",
  "memory-leak": "container_memory_working_set_bytes",
  "cpu-throttling": "container_cpu_throttled_ratio",
  "cpu-saturation": "container_cpu_cores",
  "slow-dependency": "latency_mean_seconds",
  "bad-release": "error_ratio",
  "pool-exhausted": "pool_waiting",
  "load-spike": "requests_per_second",
};

/** What people feel, the worst first. Errors are worth a picture wherever they show; a latency only where it is abnormal. */
const errorSeries = ["error_ratio", "client_error_ratio"];
const impactSeries = [...errorSeries, "latency_mean_seconds", "client_latency_mean_seconds"];

interface Group {
  readonly name: string;
  readonly series: readonly Series[];
}

/** Series of a workload, whichever way its pods are labelled; old and new pods together tell a rollout's story. */
export function seriesOf(observation: Observation, name: string, workload: ObjectRef): Series[] {
  const { objects } = observation;
  const all = observation.series.select(name, workload.namespace ? { namespace: workload.namespace } : {});
  const pods = [
    ...objects.list("Pod", workload.namespace),
    ...objects.deleted("Pod", workload.namespace).map(({ object }) => object),
  ];
  const own = new Set(pods.filter((pod) => sameRef(objects.topOwner(pod), workload)).map((pod) => pod.metadata.name));
  return all.filter(({ labels }) =>
    labels["pod"] === undefined ? (labels["peer"] ?? labels["workload"]) === workload.name : own.has(labels["pod"]),
  );
}

/** Lines that never leave zero show nothing. */
function saysSomething(observation: Observation, series: readonly Series[], from: number, to: number): boolean {
  return series.some((one) => observation.series.window(one, from, to).some((point) => point.value !== 0));
}

/** First the series that shows the cause, then those in which people feel it. */
function choose(view: IncidentView, observation: Observation, from: number, to: number, most: number): Group[] {
  const { incident, diagnosis } = view;
  const groups: Group[] = [];
  const add = (name: string, workload: ObjectRef) => {
    const series = seriesOf(observation, name, workload).slice(0, linesShown);
    const known = groups.some((group) => group.name === name);
    if (known || groups.length >= most || !saysSomething(observation, series, from, to)) return;
    groups.push({ name, series });
  };
  const cause = diagnosis?.hypotheses[0];
  const telling = cause && tellingSeries[cause.cause];
  if (cause && telling) add(telling, cause.culprit);
  const named = incident.anomalies.filter((anomaly) => anomaly.series);
  for (const anomaly of named)
    if (anomaly.series && sameRef(anomaly.target, incident.target) && !impactSeries.includes(anomaly.series.name))
      add(anomaly.series.name, anomaly.target);
  for (const name of impactSeries) {
    const worst = named
      .filter((anomaly) => anomaly.series?.name === name)
      .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
    if (worst) add(name, worst.target);
  }
  for (const ref of [incident.target, ...incident.affected]) for (const name of errorSeries) add(name, ref);
  return groups;
}

/** One line for the limit, which is part of the picture when the question is whether memory fits into it; of two pods the newer one's counts. */
function limitLine(observation: Observation, group: Group, from: number, to: number): ChartLine[] {
  if (group.name !== "container_memory_working_set_bytes") return [];
  const limits = new Map<number, number>();
  for (const series of [...group.series].sort((a, b) => a.timeAt(0) - b.timeAt(0))) {
    const limit = observation.series.get("container_memory_limit_bytes", series.labels);
    const points = limit ? observation.series.window(limit, from, to) : [];
    const begins = points[0]?.at ?? 0;
    for (const at of limits.keys()) if (points.length > 0 && at >= begins) limits.delete(at);
    for (const { at, value } of points) limits.set(at, value);
  }
  return [
    {
      label: "limit",
      bound: true,
      points: [...limits].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value })),
    },
  ];
}

function panelOf(
  group: Group,
  observation: Observation,
  from: number,
  to: number,
  units: (name: string) => string,
): ChartPanel[] {
  const [first] = group.series;
  const drawn = group.series.map((series) => ({
    label: lineLabel(series),
    points: observation.series.window(series, from, to),
  }));
  const lines = [...drawn, ...limitLine(observation, group, from, to)].filter((line) => line.points.length > 1);
  if (!first || lines.length === 0) return [];
  return [{ title: chartTitle(first), unit: units(group.name), lines }];
}

function marksOf(view: IncidentView, observation: Observation): ChartMark[] {
  const { incident, fixes } = view;
  const change = observation.objects
    .changes(incident.onset - changeBeforeMs, incident.onset + 5_000)
    .filter(({ ref, before }) => before && !["Pod", "ReplicaSet", "EndpointSlice", "Job"].includes(ref.kind))
    .at(-1);
  const applied = fixes.flatMap(
    ({ plan }) => plan?.executions.filter(({ kind, outcome }) => kind === "apply" && outcome === "applied") ?? [],
  );
  return [
    ...(change
      ? [{ at: change.version.at, label: `${change.ref.kind} ${change.ref.name} changed`, kind: "change" as const }]
      : []),
    { at: incident.onset, label: "onset", kind: "onset" },
    ...applied.map(({ finishedAt, startedAt }) => ({
      at: finishedAt ?? startedAt,
      label: "fix applied",
      kind: "fix" as const,
    })),
    ...(incident.resolvedAt === undefined
      ? []
      : [{ at: incident.resolvedAt, label: "resolved", kind: "recovery" as const }]),
  ];
}

/**
 * The picture of an incident: what shows the cause and what people felt, with the change before it, the onset and the fix
 * marked. Undefined when no series says anything about it (an image that does not exist leaves none).
 */
export function chartOf(
  view: IncidentView,
  observation: Observation,
  options: {
    readonly now: number;
    readonly units: (name: string) => string;
    readonly panels?: number;
    /** Where it begins and what is marked; else some minutes before the onset, and the story of the incident. */
    readonly from?: number;
    readonly marks?: readonly ChartMark[];
  },
): ChartData | undefined {
  const { incident } = view;
  const from = options.from ?? incident.onset - beforeMs;
  const to = Math.max(options.now, incident.onset + afterMs);
  const panels = choose(view, observation, from, to, options.panels ?? panelsShown).flatMap((group) =>
    panelOf(group, observation, from, to, options.units),
  );
  return panels.length === 0 ? undefined : { from, to, panels, marks: options.marks ?? marksOf(view, observation) };
}
