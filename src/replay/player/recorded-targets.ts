import type { RecordedSeries } from "../recording/load-recording.ts";
import { type ExpositionLine, expositionText } from "./exposition-text.ts";
import type { ExposedSample, SeriesOnTape } from "./series-on-tape.ts";

/** What a target answers to a scrape. */
export type ScrapeAnswer =
  | { readonly kind: "text"; readonly text: string }
  /** It does not listen there, or did not answer when it was recorded. */
  | { readonly kind: "refused" }
  /** It is none of the recorded targets, or it was not recorded at that time. */
  | { readonly kind: "unknown" };

export interface RecordedTargets {
  /** A pod's own metrics. The port is that of the recorded scrapes. */
  pod(namespace: string, pod: string, port: number, at: number): ScrapeAnswer;
  /** The kubelet's `/metrics/cadvisor`, with its empty labels. */
  cadvisor(node: string, at: number, isThere: PodFilter): ScrapeAnswer;
  /** The kubelet's `/metrics/resource`: CPU, memory and start time of containers. */
  resource(node: string, at: number, isThere: PodFilter): ScrapeAnswer;
}

/** Whether a pod, by its recorded name, exists. */
export type PodFilter = (namespace: string, pod: string) => boolean;

interface PodTarget {
  readonly port: number;
  up?: RecordedSeries;
  readonly series: RecordedSeries[];
}

/** What Prometheus added while scraping: the target itself does not know it. */
const addedForPods = new Set(["app", "instance", "job", "namespace", "pod"]);
const addedForNodes = new Set(["instance", "job", "node"]);
/** cadvisor prints these for everything, empty where they do not apply. */
const cadvisorLabels = ["container", "id", "image", "name", "namespace", "pod"];
const resourceNames = new Set([
  "container_cpu_usage_seconds_total",
  "container_memory_working_set_bytes",
  "container_start_time_seconds",
]);

/**
 * The recorded samples as the targets would expose them. Every line has the time of its measurement, so that a scraper
 * gets the recorded values at the recorded moments whatever its interval and the speed of the clock.
 * @param scrapeIntervalMs of the recording; a target not scraped for three intervals is gone
 */
export function createRecordedTargets(
  all: readonly RecordedSeries[],
  tape: SeriesOnTape,
  scrapeIntervalMs: number,
): RecordedTargets {
  const pods = new Map<string, PodTarget[]>();
  const nodes = new Map<string, RecordedSeries[]>();
  for (const series of all) {
    const { node, namespace, pod, instance = "" } = series.labels;
    if (node !== undefined) {
      const list = nodes.get(node) ?? [];
      nodes.set(node, list);
      list.push(series);
    } else if (pod !== undefined) {
      const key = `${namespace}/${pod}`;
      const port = Number(instance.slice(instance.lastIndexOf(":") + 1));
      const targets = pods.get(key) ?? [];
      pods.set(key, targets);
      const target = targets.find((t) => t.port === port) ?? { port, series: [] };
      if (!targets.includes(target)) targets.push(target);
      if (series.name === "up") target.up = series;
      else target.series.push(series);
    }
  }
  const maxAgeMs = 3 * scrapeIntervalMs;
  // cadvisor measures every 10 to 15 s and repeats its last value meanwhile.
  const maxCadvisorAgeMs = 4 * scrapeIntervalMs;

  const nodeLines = (node: string, at: number, isThere: PodFilter): ExposedSample[] | "refused" | "unknown" => {
    const list = nodes.get(node);
    if (list === undefined) return "unknown";
    const up = list.find((series) => series.name === "up");
    if (up !== undefined && tape.newest(up, at, maxAgeMs)?.value === 0) return "refused";
    return list.flatMap((series) => {
      const { namespace = "", pod } = series.labels;
      if (series.name === "up" || (pod !== undefined && !isThere(namespace, pod))) return [];
      return tape.newest(series, at, maxCadvisorAgeMs) ?? [];
    });
  };

  return {
    pod(namespace, pod, port, at) {
      const targets = pods.get(`${namespace}/${pod}`);
      if (targets === undefined) return { kind: "unknown" };
      const target = targets.find((t) => t.port === port);
      const scrape = target?.up && tape.newest(target.up, at, maxAgeMs);
      if (target === undefined || scrape === undefined || scrape.value === 0) return { kind: "refused" };
      // All samples of one scrape have its time; what the target no longer exposed is older.
      const fresh = target.series
        .flatMap((series) => tape.newest(series, at, maxAgeMs) ?? [])
        .filter((sample) => sample.at === scrape.at);
      return { kind: "text", text: expositionText(fresh.map((sample) => line(sample, addedForPods))) };
    },
    cadvisor(node, at, isThere) {
      const found = nodeLines(node, at, isThere);
      if (typeof found === "string") return { kind: found };
      return { kind: "text", text: expositionText(found.map(cadvisorLine)) };
    },
    resource(node, at, isThere) {
      const found = nodeLines(node, at, isThere);
      if (typeof found === "string") return { kind: found };
      const containers = found.filter(
        ({ series }) => resourceNames.has(series.name) && series.labels["container"] !== undefined,
      );
      return { kind: "text", text: expositionText(containers.map(resourceLine)) };
    },
  };
}

function line({ series, value, at }: ExposedSample, added: ReadonlySet<string>): ExpositionLine {
  const labels = Object.fromEntries(Object.entries(series.labels).filter(([key]) => !added.has(key)));
  return { name: series.name, labels, value, at };
}

function cadvisorLine(sample: ExposedSample): ExpositionLine {
  const plain = line(sample, addedForNodes);
  if (!plain.name.startsWith("container_")) return plain;
  const empty = Object.fromEntries(cadvisorLabels.map((key) => [key, ""]));
  return { ...plain, labels: { ...empty, ...plain.labels } };
}

function resourceLine({ series, value, at }: ExposedSample): ExpositionLine {
  const { container = "", namespace = "", pod = "" } = series.labels;
  return { name: series.name, labels: { container, namespace, pod }, value, at };
}
