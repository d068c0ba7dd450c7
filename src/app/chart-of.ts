import type { ChartData, ChartLine, ChartMark, ChartPanel } from "../bot/charts/chart-data.ts";
import type { Observation } from "../cluster/observation.ts";
import type { Series } from "../cluster/series-store.ts";
import type { Anomaly } from "../incident/anomaly.ts";
import type { Incident } from "../incident/incident.ts";
import { type ObjectRef, sameRef } from "../incident/object-ref.ts";

const panelsShown = 2;
const linesShown = 5;
const beforeMs = 6 * 60_000;
const afterMs = 60_000;

const titles: Readonly<Record<string, string>> = {
  container_memory_working_set_bytes: "memory in use",
  container_memory_limit_ratio: "memory in use, share of the limit",
  container_cpu_cores: "CPU in use",
  container_cpu_throttled_ratio: "share of time slices throttled",
  error_ratio: "failed requests",
  client_error_ratio: "failed calls to others",
  latency_p95_seconds: "slowest 5 % of requests",
  latency_mean_seconds: "time per request",
  client_latency_mean_seconds: "time per call to others",
  requests_per_second: "requests",
};

function titleOf(name: string): string {
  return titles[name] ?? name.replaceAll("_", " ").replace(/ (bytes|seconds|ratio|cores)$/, "");
}

function lineLabel(series: Series): string {
  const { pod, container, workload, peer, route, node } = series.labels;
  const subject = pod ?? workload ?? node ?? "";
  return [subject, container && container !== subject.split("-")[0] ? container : undefined, peer && `→ ${peer}`, route]
    .filter(Boolean)
    .join(" ");
}

/** The limit is part of the picture when the question is whether memory fits into it. */
function limitLine(observation: Observation, series: Series, from: number, to: number) {
  if (series.name !== "container_memory_working_set_bytes") return [];
  const limit = observation.series.get("container_memory_limit_bytes", series.labels);
  return limit ? [{ label: `limit of ${lineLabel(series)}`, points: observation.series.window(limit, from, to) }] : [];
}

/** Names of the pods, present and gone, that belong to a workload. */
function podsOf(observation: Observation, workload: ObjectRef): ReadonlySet<string> {
  const { objects } = observation;
  const pods = [...objects.list("Pod", workload.namespace), ...objects.deleted("Pod", workload.namespace).map(({ object }) => object)];
  return new Set(pods.filter((pod) => sameRef(objects.topOwner(pod), workload)).map((pod) => pod.metadata.name));
}

function seriesOfPods(observation: Observation, name: string, workload: ObjectRef): Series[] {
  const pods = podsOf(observation, workload);
  return observation.series.select(name, workload.namespace ? { namespace: workload.namespace } : {}).filter((one) => pods.has(one.labels["pod"] ?? ""));
}

/** A line that never leaves zero shows nothing. */
function saysSomething(lines: readonly ChartLine[]): boolean {
  return lines.some((line) => line.points.some((point) => point.value !== 0));
}

/** Which series to draw: those that detectors named, the culprit's first, then what people feel (errors, latency). */
function choose(incident: Incident, observation: Observation): Series[][] {
  const named = incident.anomalies
    .filter((anomaly) => anomaly.series)
    .sort(
      (a, b) =>
        Number(sameRef(b.target, incident.target)) - Number(sameRef(a.target, incident.target)) ||
        b.score - a.score ||
        a.startsAt - b.startsAt,
    );
  const groups = new Map<string, Series[]>();
  const add = (name: string, subject: string, series: readonly Series[]) => {
    if (series.length === 0) return;
    const key = `${name} ${subject}`;
    const group = groups.get(key) ?? [];
    for (const one of series) if (!group.includes(one) && group.length < linesShown) group.push(one);
    groups.set(key, group);
  };
  for (const anomaly of named) {
    const { series } = anomaly;
    if (!series) continue;
    const found = observation.series.get(series.name, series.labels);
    // Siblings of the same workload belong into the same panel: old and new pods tell a rollout's story.
    const siblings = found?.labels["pod"] ? seriesOfPods(observation, series.name, anomaly.target) : [];
    add(series.name, anomaly.target.name, found ? [found, ...siblings] : siblings);
  }
  if (groups.size < panelsShown && incident.anomalies.some((anomaly) => anomaly.reason === "OOMKilled")) {
    const memory = "container_memory_working_set_bytes";
    add(memory, incident.target.name, seriesOfPods(observation, memory, incident.target));
  }
  for (const ref of [incident.target, ...incident.affected]) {
    if (groups.size >= panelsShown) break;
    add(
      "error_ratio",
      ref.name,
      observation.series.select("error_ratio", { namespace: ref.namespace ?? "", workload: ref.name }),
    );
  }
  return [...groups.values()].slice(0, panelsShown);
}

/**
 * The picture of an incident: what was abnormal, with the onset and the change before it marked. Undefined when no
 * series says anything about it (an image that does not exist leaves none).
 */
export function chartOf(
  incident: Incident,
  observation: Observation,
  options: { now: number; units: (name: string) => string; fixes?: readonly ChartMark[] },
): ChartData | undefined {
  const from = incident.onset - beforeMs;
  const to = Math.max(options.now, incident.onset + afterMs);
  const panels = choose(incident, observation).flatMap((group): ChartPanel[] => {
    const lines = group
      .flatMap((series) => [
        { label: lineLabel(series), points: observation.series.window(series, from, to) },
        ...limitLine(observation, series, from, to),
      ])
      .filter((line) => line.points.length > 1);
    const first = group[0];
    if (!first || !saysSomething(lines)) return [];
    const subject =
      first.labels["workload"] ?? first.labels["pod"]?.split("-").slice(0, -2).join("-") ?? first.labels["node"] ?? "";
    return [{ title: `${subject}: ${titleOf(first.name)}`, unit: options.units(first.name), lines }];
  });
  if (panels.length === 0) return undefined;
  const change = observation.objects
    .changes(incident.onset - 5 * 60_000, incident.onset + 5_000)
    .filter(
      ({ ref, before }) => before && !["Pod", "ReplicaSet", "EndpointSlice", "Job", "Endpoints"].includes(ref.kind),
    )
    .at(-1);
  const marks: ChartMark[] = [
    ...(change
      ? [{ at: change.version.at, label: `${change.ref.kind} ${change.ref.name} changed`, kind: "change" as const }]
      : []),
    { at: incident.onset, label: "onset", kind: "onset" },
    ...(options.fixes ?? []),
  ];
  return { from, to, panels, marks };
}
