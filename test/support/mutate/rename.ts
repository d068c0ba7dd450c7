import type { Recording } from "../../../src/replay/recording/load-recording.ts";
import { type Mutated, mapTexts } from "./mutated.ts";
import { shareOf } from "./share.ts";

/** Words without a meaning for anybody who knows shops. */
const neutral = [
  "quorl",
  "brimtas",
  "veldok",
  "ostrava",
  "pikmel",
  "zunder",
  "harnix",
  "lomepa",
  "trivok",
  "gansel",
  "fubrik",
  "wexol",
  "jantor",
  "cydel",
  "murvane",
  "skolpi",
  "debrun",
  "yartle",
  "ipsolo",
  "rendak",
  "tuvali",
  "norbek",
  "alquin",
  "sefrod",
] as const;

/** Names that Kubernetes itself gives. */
const given = new Set(["default", "kube-root-ca.crt", "openshift-service-ca.crt", "kube-system"]);

const named = new Set([
  "Namespace",
  "Node",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "Service",
  "ConfigMap",
  "Secret",
  "Role",
  "RoleBinding",
  "ServiceAccount",
  "HorizontalPodAutoscaler",
  "PersistentVolumeClaim",
  "ResourceQuota",
  "Ingress",
  "PodDisruptionBudget",
]);

function namesOf(recording: Recording): string[] {
  const names = new Set<string>();
  const objects = [...recording.objects, ...recording.changes.map(({ object }) => object)];
  for (const { kind, metadata } of objects) {
    if (named.has(kind) && !given.has(metadata.name)) names.add(metadata.name);
    // A Job that no CronJob made.
    if (kind === "Job" && !/-\d{6,}$/.test(metadata.name)) names.add(metadata.name);
  }
  for (const { container } of recording.logs) names.add(container);
  names.add("shop");
  // Longest first: a name that contains another is replaced as a whole.
  return [...names].sort((a, b) => b.length - a.length || a.localeCompare(b));
}

const upper = (name: string) => name.toUpperCase().replaceAll("-", "_");

/**
 * All names of a recording replaced by invented ones, everywhere: objects, owners, labels, images, addresses, environment,
 * events, log lines, labels of series.
 */
export function renamed(recording: Recording): Mutated {
  const words = new Map<string, string>();
  for (const [i, name] of namesOf(recording).entries()) {
    const word = `${neutral[i % neutral.length]}${i < neutral.length ? "" : Math.floor(i / neutral.length)}`;
    words.set(name, word);
    words.set(upper(name), upper(word));
  }
  const pattern = new RegExp(
    `(?<![A-Za-z0-9])(?:${[...words.keys()].map((name) => name.replaceAll(".", "\\.")).join("|")})(?![A-Za-z0-9])`,
    "g",
  );
  const rename = (text: string) => text.replace(pattern, (name) => words.get(name) ?? name);
  // `kind: Node`, `resource: services` and the like are words of Kubernetes and contain no name.
  return {
    rename,
    recording: {
      ...recording,
      header: { ...recording.header, namespaces: recording.header.namespaces.map(rename) },
      objects: mapTexts(recording.objects, rename),
      changes: mapTexts(recording.changes, rename),
      events: mapTexts(recording.events, rename),
      logs: recording.logs.map((row) => mapTexts(row, rename)),
      series: recording.series.map((one) => ({ ...one, labels: mapValues(one.labels, rename) })),
    },
  };
}

const mapValues = (labels: Readonly<Record<string, string>>, change: (text: string) => string) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, change(value)]));

/** Workloads are found by the labels that Kubernetes recommends instead of `app`. */
export function otherLabels(recording: Recording): Mutated {
  const change = (text: string) => (text === "app" ? "app.kubernetes.io/name" : text);
  return {
    recording: {
      ...recording,
      objects: mapTexts(recording.objects, change),
      changes: mapTexts(recording.changes, change),
      series: recording.series.map(({ labels, ...rest }) => {
        const { app, ...others } = labels;
        return { ...rest, labels: app === undefined ? labels : { ...others, app_kubernetes_io_name: app } };
      }),
    },
  };
}

/** Pods are called by names that say nothing of their workload: `5f3a91c07e-2b44d1`. */
export function hashedPods(recording: Recording): Mutated {
  const names = new Set<string>();
  for (const { kind, metadata } of [...recording.objects, ...recording.changes.map(({ object }) => object)])
    if (kind === "Pod") names.add(metadata.name);
  const hex = (text: string) =>
    Math.floor(shareOf(text) * 0xffffff)
      .toString(16)
      .padStart(6, "0");
  const words = new Map(
    [...names].map((name) => [name, `${hex(name)}${hex(`${name}!`).slice(0, 4)}-${hex(`${name}?`)}`]),
  );
  const byLength = [...words.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![A-Za-z0-9-])(?:${byLength.join("|")})(?![A-Za-z0-9-])`, "g");
  const change = (text: string) => text.replace(pattern, (name) => words.get(name) ?? name);
  return {
    recording: {
      ...recording,
      objects: mapTexts(recording.objects, change),
      changes: mapTexts(recording.changes, change),
      events: mapTexts(recording.events, change),
      logs: recording.logs.map((row) => ({ ...row, pod: change(row.pod), line: change(row.line) })),
      series: recording.series.map((one) => ({ ...one, labels: mapValues(one.labels, change) })),
    },
  };
}

/** HTTP is measured by the names and labels of OpenTelemetry's conventions. */
export function otelNames(recording: Recording): Mutated {
  const labels: Readonly<Record<string, string>> = {
    code: "http_response_status_code",
    method: "http_request_method",
    route: "http_route",
    peer: "server_address",
  };
  return {
    recording: {
      ...recording,
      series: recording.series.map((one) => ({
        ...one,
        name: one.name
          .replace(/^http_request_duration_seconds/, "http_server_request_duration_seconds")
          .replace(/^http_requests_total/, "http_server_requests_total"),
        labels: one.name.startsWith("http_")
          ? Object.fromEntries(Object.entries(one.labels).map(([key, value]) => [labels[key] ?? key, value]))
          : one.labels,
      })),
    },
  };
}

/** Two Prometheus servers scrape the same, and both hand on what they have. */
export function scrapedTwice(recording: Recording): Mutated {
  const by = (replica: string) =>
    recording.series.map((one) => ({ ...one, labels: { ...one.labels, prometheus_replica: replica } }));
  return { recording: { ...recording, series: [...by("a"), ...by("b")] } };
}
