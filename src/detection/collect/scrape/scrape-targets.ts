import type { Pod } from "../../../cluster/kubernetes-types.ts";

/** Something to scrape, with the labels that its samples get. */
export type ScrapeTarget =
  | {
      readonly kind: "node";
      readonly key: string;
      readonly node: string;
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "volumes" | "summary";
      readonly key: string;
      readonly node: string;
      readonly labels: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "pod";
      readonly key: string;
      readonly namespace: string;
      readonly pod: string;
      readonly port: number;
      readonly path: string;
      readonly scheme: "http" | "https";
      readonly labels: Readonly<Record<string, string>>;
    };

/** The CPU and memory of the containers of a node, as its kubelet's cAdvisor page tells them. Every node has one. */
export function nodeTarget(node: string): ScrapeTarget {
  return { kind: "node", key: `node/${node}`, node, labels: { job: "cadvisor", node } };
}

/**
 * Nodes on which a pod mounts a claim: only those kubelets are asked how full volumes are, because the page that says it
 * tells a hundred times as much.
 */
export function volumeTargets(pods: readonly Pod[], nodes: readonly string[]): ScrapeTarget[] {
  const mounting = new Set(
    pods
      .filter(({ spec }) =>
        spec.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral),
      )
      .map(({ spec }) => spec.nodeName),
  );
  return nodes
    .filter((node) => mounting.has(node))
    .map((node) => ({ kind: "volumes", key: `volumes/${node}`, node, labels: { job: "kubelet", node } }));
}

/** The kubelet evicts it when it uses more of its node's disk than this. */
const limitsLocalStorage = ({ spec }: Pod) =>
  [...spec.containers, ...(spec.initContainers ?? [])].some(
    ({ resources }) => resources?.limits?.["ephemeral-storage"] !== undefined,
  ) || spec.volumes?.some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined);

/** Nodes with a pod whose local storage is limited: their kubelets alone are asked how much of it is used. */
export function summaryTargets(pods: readonly Pod[], nodes: readonly string[]): ScrapeTarget[] {
  const limited = new Set(pods.filter(limitsLocalStorage).map(({ spec }) => spec.nodeName));
  return nodes
    .filter((node) => limited.has(node))
    .map((node) => ({ kind: "summary", key: `summary/${node}`, node, labels: { job: "kubelet-summary", node } }));
}

/**
 * Whether a process can answer at this port: the container that declares it runs or, when none does, any container. Not
 * whether the pod is ready: what is alive and unwell tells most.
 */
export function runsAt({ spec, status }: Pod, port: number): boolean {
  if (!status?.containerStatuses) return true;
  const declaring = [...spec.containers, ...(spec.initContainers ?? [])].find(({ ports }) =>
    ports?.some(({ containerPort }) => containerPort === port),
  );
  return [...status.containerStatuses, ...(status.initContainerStatuses ?? [])].some(
    ({ name, state }) => state?.running !== undefined && (!declaring || declaring.name === name),
  );
}

/**
 * A pod that asks to be scraped by the usual annotations: `prometheus.io/scrape: "true"`, and `port`, `path`, `scheme`
 * if they are not the first container port, /metrics and http. Undefined when it does not, has ended, or is ending.
 */
export function podTarget(pod: Pod): ScrapeTarget | undefined {
  const { name, namespace = "", annotations = {}, labels = {}, deletionTimestamp } = pod.metadata;
  const { podIP, phase } = pod.status ?? {};
  if (annotations["prometheus.io/scrape"] !== "true" || deletionTimestamp !== undefined) return undefined;
  if (!podIP || phase === "Succeeded" || phase === "Failed") return undefined;
  const first = pod.spec.containers.flatMap((container) => container.ports ?? [])[0];
  const port = Number(annotations["prometheus.io/port"] ?? first?.containerPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const app = labels["app"] ?? labels["app.kubernetes.io/name"];
  return {
    kind: "pod",
    key: `pod/${namespace}/${name}/${pod.metadata.uid}`,
    namespace,
    pod: name,
    port,
    path: annotations["prometheus.io/path"] ?? "/metrics",
    scheme: annotations["prometheus.io/scheme"] === "https" ? "https" : "http",
    labels: { ...(app === undefined ? {} : { app }), instance: `${podIP}:${port}`, job: "pods", namespace, pod: name },
  };
}
