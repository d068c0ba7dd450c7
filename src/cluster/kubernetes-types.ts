import type { ConfigMap, KubeEvent, KubeNode, Namespace, Secret } from "./kinds/cluster.ts";
import type { EndpointSlice, Ingress, NetworkPolicy, Service } from "./kinds/network.ts";
import type { KubeObject } from "./kinds/object.ts";
import type { Pod } from "./kinds/pod.ts";
import type { PodDisruptionBudget, ResourceQuota, Role, RoleBinding, WebhookConfiguration } from "./kinds/policy.ts";
import type { PersistentVolumeClaim, StorageClass } from "./kinds/storage.ts";
import type { CronJob, HorizontalPodAutoscaler, Job, Workload } from "./kinds/workload.ts";

/**
 * The parts of Kubernetes objects that kubemend reads, as JSON delivers them (times are RFC 3339 strings). Every field
 * that the API may leave out is optional; see the API reference, https://kubernetes.io/docs/reference/kubernetes-api/.
 */
export type { ConfigMap, KubeEvent, KubeNode } from "./kinds/cluster.ts";
export type { EndpointSlice, Ingress, NetworkPeer, NetworkPolicy, Service } from "./kinds/network.ts";
export type { KubeObject, LabelSelector } from "./kinds/object.ts";
export type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  PodSpec,
  PodTemplate,
  Probe,
  ResourceRequirements,
  Toleration,
} from "./kinds/pod.ts";
export type { PodDisruptionBudget, ResourceQuota } from "./kinds/policy.ts";
export type { CronJob, HorizontalPodAutoscaler, HpaMetric, Job, Workload } from "./kinds/workload.ts";

export interface KindMap {
  Pod: Pod;
  Deployment: Workload;
  StatefulSet: Workload;
  DaemonSet: Workload;
  ReplicaSet: Workload;
  Service: Service;
  EndpointSlice: EndpointSlice;
  Ingress: Ingress;
  NetworkPolicy: NetworkPolicy;
  Node: KubeNode;
  Namespace: Namespace;
  Job: Job;
  CronJob: CronJob;
  ConfigMap: ConfigMap;
  Secret: Secret;
  PersistentVolumeClaim: PersistentVolumeClaim;
  StorageClass: StorageClass;
  ResourceQuota: ResourceQuota;
  PodDisruptionBudget: PodDisruptionBudget;
  HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  Role: Role;
  RoleBinding: RoleBinding;
  ClusterRole: Role;
  ClusterRoleBinding: RoleBinding;
  ValidatingWebhookConfiguration: WebhookConfiguration;
  MutatingWebhookConfiguration: WebhookConfiguration;
  Event: KubeEvent;
}

/** Narrows by `kind`. That such an object has the parts its kind must have was checked where it came in (`wholeObject`). */
export function isKind<K extends keyof KindMap>(object: KubeObject | undefined, kind: K): object is KindMap[K] {
  return object?.kind === kind;
}

/** The object as one of these kinds; undefined when it is of another one, or not there. */
export function asKind<K extends keyof KindMap>(
  object: KubeObject | undefined,
  ...kinds: readonly K[]
): KindMap[K] | undefined {
  for (const kind of kinds) if (isKind(object, kind)) return object;
  return undefined;
}

/** The object as what keeps pods running; undefined for Jobs, CronJobs and everything else. */
export function asWorkload(object: KubeObject | undefined): Workload | undefined {
  return asKind(object, "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet");
}
