import { collectionPathOf, objectPathIn, type ServedKind } from "../kubernetes-api/resource-path.ts";

/** One kind of object that is read. */
export interface WatchedKind extends ServedKind {
  readonly kind: string;
}

function kind(apiVersion: string, name: string, plural: string, namespaced = true): WatchedKind {
  return { kind: name, apiVersion, plural, clusterScoped: !namespaced };
}

/**
 * What is watched. Secrets are not: kubemend never reads them, and asks for no right to. This list is what the reader's
 * ClusterRole must allow to list and watch.
 */
export const watchedKinds: readonly WatchedKind[] = [
  kind("v1", "Node", "nodes", false),
  kind("v1", "Namespace", "namespaces", false),
  kind("v1", "Pod", "pods"),
  kind("v1", "Service", "services"),
  kind("v1", "ConfigMap", "configmaps"),
  kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  kind("v1", "ResourceQuota", "resourcequotas"),
  kind("v1", "LimitRange", "limitranges"),
  kind("v1", "ServiceAccount", "serviceaccounts"),
  kind("apps/v1", "Deployment", "deployments"),
  kind("apps/v1", "ReplicaSet", "replicasets"),
  kind("apps/v1", "StatefulSet", "statefulsets"),
  kind("apps/v1", "DaemonSet", "daemonsets"),
  kind("batch/v1", "Job", "jobs"),
  kind("batch/v1", "CronJob", "cronjobs"),
  kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  kind("networking.k8s.io/v1", "Ingress", "ingresses"),
  kind("networking.k8s.io/v1", "IngressClass", "ingressclasses", false),
  kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  kind("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
  kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  kind("rbac.authorization.k8s.io/v1", "Role", "roles"),
  kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
  kind("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
  kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
  kind("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false),
];

export const eventKind: WatchedKind = kind("v1", "Event", "events");

/** Read on demand, not watched. */
const otherKinds: readonly WatchedKind[] = [kind("apps/v1", "ControllerRevision", "controllerrevisions")];

/** Without these kubemend cannot see an incident at all: not being allowed to watch them is blindness. */
export const essentialKinds: ReadonlySet<string> = new Set(["Pod", "Event", "Deployment", "ReplicaSet"]);

/**
 * Among all kinds that may be read: watched ones, events and those read on demand. Undefined for others, Secrets among
 * them.
 */
export function findKind(name: string): WatchedKind | undefined {
  return [...watchedKinds, eventKind, ...otherKinds].find((known) => known.kind === name);
}

/** The path of a collection, or of one object. Without a namespace: all of them. */
export function pathOf(of: WatchedKind, namespace?: string, name?: string): string {
  const collection = collectionPathOf(of, namespace);
  return name === undefined ? collection : objectPathIn(collection, name);
}
