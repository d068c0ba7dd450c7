import type { LogLine } from "../../../cluster/signal.ts";

type Labels = Readonly<Record<string, string>>;

/** Finds out which container a line of a log pipeline is from. */
export interface LogPlacer {
  /** Undefined when the line is from no container, or from a namespace that is not watched; both are counted. */
  place(labels: Labels, at: number, line: string): LogLine | undefined;
  readonly dropped: { readonly withoutPlace: number; readonly otherNamespace: number };
  /** Lines that were longer than kept. */
  readonly cut: number;
}

/** Longer lines are cut, as those that are read from the cluster: a line is evidence, not a document. */
const maxLineChars = 16_384;

// Promtail, Alloy, Fluent Bit, Vector and the OpenTelemetry collector by their own habits; Loki turns dots into underscores.
const namespaceLabels = [
  "namespace",
  "kubernetes_namespace_name",
  "kubernetes_namespace",
  "kubernetes_pod_namespace",
  "k8s_namespace_name",
  "namespace_name",
  "pod_namespace",
];
const podLabels = ["pod", "pod_name", "kubernetes_pod_name", "k8s_pod_name"];
const containerLabels = ["container", "container_name", "kubernetes_container_name", "k8s_container_name"];

const first = (labels: Labels, names: readonly string[]): string | undefined => {
  for (const name of names) if (labels[name]) return labels[name];
  return undefined;
};

/** The kubelet's file names, https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md */
const podsFile = /\/pods\/([^_/]+)_([^_/]+)_[^/]+\/([^/]+)\//;
const containersFile = /containers[./]([a-z0-9.-]+)_([a-z0-9-]+)_([a-z0-9-]+)-[0-9a-f]{64}/;
/** What the container runtime writes before each line, when the agent has not taken it off. */
const runtimePrefix = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] /;

type Place = Pick<LogLine, "namespace" | "pod" | "container">;

function placeByLabels(labels: Labels): Place | undefined {
  const namespace = first(labels, namespaceLabels);
  const pod = first(labels, podLabels);
  const container = first(labels, containerLabels) ?? "";
  if (namespace && pod) return { namespace, pod, container };
  const file = labels["filename"] ?? labels["log_file_path"] ?? labels["tag"] ?? "";
  const inPods = podsFile.exec(file);
  if (inPods) return { namespace: inPods[1] ?? "", pod: inPods[2] ?? "", container: inPods[3] ?? "" };
  const inContainers = containersFile.exec(file);
  return inContainers
    ? { namespace: inContainers[2] ?? "", pod: inContainers[1] ?? "", container: inContainers[3] ?? "" }
    : undefined;
}

function textOf(record: object, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value: unknown = Reflect.get(record, name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** A record of an agent that was not told to send the line alone: `{"log": "...", "kubernetes": {"pod_name": ...}}`. */
function unwrap(line: string): { readonly place: Place | undefined; readonly line: string } | undefined {
  if (line[0] !== "{" || !line.includes('"kubernetes"') || line.length > 4 * maxLineChars) return undefined;
  try {
    const record: unknown = JSON.parse(line);
    const about: unknown =
      typeof record === "object" && record !== null ? Reflect.get(record, "kubernetes") : undefined;
    if (typeof record !== "object" || record === null || typeof about !== "object" || about === null) return undefined;
    const inner = textOf(record, ["log", "message", "msg"]);
    if (inner === undefined) return undefined;
    const namespace = textOf(about, ["namespace_name", "pod_namespace", "namespace"]);
    const pod = textOf(about, ["pod_name"]);
    const container = textOf(about, ["container_name"]) ?? "";
    return { place: namespace && pod ? { namespace, pod, container } : undefined, line: inner };
  } catch {
    // A line that only looks like JSON is a line.
    return undefined;
  }
}

/** By hand: an expression for it takes the square of a run of line ends that something else follows, which agents may send. */
function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)) end--;
  return end === text.length ? text : text.slice(0, end);
}

/**
 * Without `namespaces`, or with none, lines of every namespace are taken. Lines are cut at 16,384 characters and
 * counted.
 */
export function createLogPlacer(options: { readonly namespaces?: readonly string[] } = {}): LogPlacer {
  const namespaces = new Set(options.namespaces ?? []);
  const dropped = { withoutPlace: 0, otherNamespace: 0 };
  let cut = 0;
  return {
    place(labels, at, raw) {
      const wrapped = unwrap(raw);
      const place = placeByLabels(labels) ?? wrapped?.place;
      if (!place) {
        dropped.withoutPlace++;
        return undefined;
      }
      if (namespaces.size > 0 && !namespaces.has(place.namespace)) {
        dropped.otherNamespace++;
        return undefined;
      }
      let line = withoutLineEnd(wrapped?.line ?? raw);
      if (runtimePrefix.test(line.slice(0, 64))) line = line.replace(runtimePrefix, "");
      if (line.length > maxLineChars) {
        cut++;
        line = line.slice(0, maxLineChars);
      }
      return { ...place, at, line };
    },
    dropped,
    get cut() {
      return cut;
    },
  };
}
