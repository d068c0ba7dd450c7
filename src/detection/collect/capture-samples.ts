import { isKind, type Pod, type Workload } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type {
  DeploymentSample,
  NodeSample,
  PodSample,
  SampleBatch,
  SampleLabel,
} from "../../incident/cluster-sample.ts";
import type { Incident } from "../../incident/incident.ts";
import { makeRef, type ObjectRef, refKey } from "../../incident/object-ref.ts";

type Labels = Readonly<Record<string, string>>;

export interface CaptureInput {
  readonly observation: Observation;
  /** Anomalies that are there now, and incidents that are open. */
  readonly active: readonly Anomaly[];
  readonly incidents: readonly Incident[];
  /** Unix ms. */
  readonly at: number;
  /** A value older than this is not one of this time. */
  readonly freshMs: number;
}

/** Objects named by trouble. */
interface Trouble {
  readonly bad: ReadonlySet<string>;
  readonly alert: ReadonlySet<string>;
}

function troubleOf({ active, incidents }: CaptureInput): Trouble {
  const concerned = ({ target, seenOn }: Anomaly): ObjectRef[] => [target, ...(seenOn ? [seenOn] : [])];
  const open = incidents.filter(({ status }) => status !== "resolved");
  const refs = open.flatMap(({ target, affected, anomalies }) => [
    target,
    ...affected,
    ...anomalies.filter(({ endsAt }) => endsAt === undefined).flatMap(concerned),
  ]);
  return { bad: new Set(refs.map(refKey)), alert: new Set(active.flatMap(concerned).map(refKey)) };
}

function labelOf({ bad, alert }: Trouble, ...refs: readonly ObjectRef[]): SampleLabel {
  const keys = refs.map(refKey);
  return keys.some((key) => bad.has(key)) ? "bad" : keys.some((key) => alert.has(key)) ? "alert" : "good";
}

function conditionOf(
  conditions: readonly { type: string; status: string }[] | undefined,
  type: string,
): boolean | null {
  const found = conditions?.find((condition) => condition.type === type);
  return found ? found.status === "True" : null;
}

/** The newest value of each series by its labels; series of one name are many, so they are gone through once. */
function newestValues(
  { observation, at, freshMs }: CaptureInput,
  name: string,
  keyOf: (labels: Labels) => string,
): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const { labels, last, lastAt } of observation.series.select(name)) {
    if (at - lastAt > freshMs) continue;
    const key = keyOf(labels);
    const known = values.get(key);
    if (known) known.push(last);
    else values.set(key, [last]);
  }
  return values;
}

/** What the objects and the derived series say of this moment, with a label for each; nothing is invented for what is missing. */
export function sampleBatch(input: CaptureInput): SampleBatch {
  const { observation, at } = input;
  const { objects } = observation;
  const trouble = troubleOf(input);
  const byKey = (keyOf: (labels: Labels) => string) => {
    const read = new Map<string, Map<string, number[]>>();
    return (name: string, key: string): readonly number[] => {
      let values = read.get(name);
      if (!values) {
        values = newestValues(input, name, keyOf);
        read.set(name, values);
      }
      return values.get(key) ?? [];
    };
  };
  const ofPod = byKey(({ namespace, pod }) => `${namespace}/${pod}`);
  const ofNode = byKey(({ node }) => node ?? "");
  const ofWorkload = byKey(({ namespace, workload }) => `${namespace}/${workload}`);
  const sum = (values: readonly number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0));
  const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));
  const pods = objects.list("Pod");
  const podsOnNode = Map.groupBy(pods, ({ spec }) => spec.nodeName ?? "");

  const podSample = (pod: Pod): PodSample => {
    const { name, namespace = "" } = pod.metadata;
    const key = `${namespace}/${name}`;
    const owner = objects.topOwner(pod);
    return {
      at,
      label: labelOf(trouble, makeRef("Pod", namespace, name), owner),
      namespace,
      pod: name,
      workload: owner.name,
      ready: conditionOf(pod.status?.conditions, "Ready") ?? false,
      restarts: (pod.status?.containerStatuses ?? []).reduce((total, { restartCount }) => total + restartCount, 0),
      cpuCores: sum(ofPod("container_cpu_cores", key)),
      cpuThrottledRatio: most(ofPod("container_cpu_throttled_ratio", key)),
      memoryBytes: sum(ofPod("container_memory_working_set_bytes", key)),
      memoryLimitRatio: most(ofPod("container_memory_limit_ratio", key)),
      networkReceiveBytesPerSecond: sum(ofPod("pod_network_receive_bytes_per_second", key)),
      networkTransmitBytesPerSecond: sum(ofPod("pod_network_transmit_bytes_per_second", key)),
      requestsPerSecond: sum(ofPod("pod_requests_per_second", key)),
      errorRatio: most(ofPod("pod_error_ratio", key)),
      latencyMeanSeconds: most(ofPod("pod_latency_mean_seconds", key)),
      healthCpuRatio: most(ofPod("health_cpu_ratio", key)),
      healthMemoryRatio: most(ofPod("health_memory_ratio", key)),
      healthErrorCount: most(ofPod("health_error_count", key)),
      healthUptimeSeconds: most(ofPod("health_uptime_seconds", key)),
    };
  };
  const deploymentSample = ({ metadata, spec, status = {} }: Workload): DeploymentSample => {
    const { name, namespace = "" } = metadata;
    const key = `${namespace}/${name}`;
    return {
      at,
      label: labelOf(trouble, makeRef("Deployment", namespace, name)),
      namespace,
      deployment: name,
      desired: spec.replicas ?? 1,
      available: status.availableReplicas ?? 0,
      updated: status.updatedReplicas ?? 0,
      requestsPerSecond: sum(ofWorkload("requests_per_second", key)),
      errorsPerSecond: sum(ofWorkload("errors_per_second", key)),
      errorRatio: most(ofWorkload("error_ratio", key)),
      latencyP50Seconds: most(ofWorkload("latency_p50_seconds", key)),
      latencyP95Seconds: most(ofWorkload("latency_p95_seconds", key)),
      latencyMeanSeconds: most(ofWorkload("latency_mean_seconds", key)),
    };
  };
  const nodeSample = (name: string): NodeSample => {
    const node = objects.get("Node", undefined, name);
    return {
      at,
      label: labelOf(trouble, makeRef("Node", undefined, name)),
      node: name,
      ready: isKind(node, "Node") ? conditionOf(node.status?.conditions, "Ready") : null,
      pods: podsOnNode.get(name)?.length ?? 0,
      cpuRatio: most(ofNode("node_cpu_ratio", name)),
      memoryRatio: most(ofNode("node_memory_ratio", name)),
      filesystemRatio: most(ofNode("node_filesystem_ratio", name)),
    };
  };
  return {
    nodes: objects.list("Node").map(({ metadata }) => nodeSample(metadata.name)),
    pods: pods.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed").map(podSample),
    deployments: objects.list("Deployment").map(deploymentSample),
  };
}
