import type { ObjectRef } from "../../incident/object-ref.ts";
import { own } from "../../lib/own.ts";
import { collectionPathOf, groupOf, objectPathIn, type ServedKind } from "../kubernetes-api/resource-path.ts";

/** The kinds the actor may touch or has to look at. A kind that is not here cannot be changed, whatever a plan says. */
const resources: Readonly<Record<string, ServedKind>> = {
  Pod: { apiVersion: "v1", plural: "pods" },
  Service: { apiVersion: "v1", plural: "services" },
  ConfigMap: { apiVersion: "v1", plural: "configmaps" },
  ResourceQuota: { apiVersion: "v1", plural: "resourcequotas" },
  PersistentVolumeClaim: { apiVersion: "v1", plural: "persistentvolumeclaims" },
  Node: { apiVersion: "v1", plural: "nodes", clusterScoped: true },
  Deployment: { apiVersion: "apps/v1", plural: "deployments" },
  StatefulSet: { apiVersion: "apps/v1", plural: "statefulsets" },
  DaemonSet: { apiVersion: "apps/v1", plural: "daemonsets" },
  ReplicaSet: { apiVersion: "apps/v1", plural: "replicasets" },
  ControllerRevision: { apiVersion: "apps/v1", plural: "controllerrevisions" },
  Job: { apiVersion: "batch/v1", plural: "jobs" },
  CronJob: { apiVersion: "batch/v1", plural: "cronjobs" },
  HorizontalPodAutoscaler: { apiVersion: "autoscaling/v2", plural: "horizontalpodautoscalers" },
  VerticalPodAutoscaler: { apiVersion: "autoscaling.k8s.io/v1", plural: "verticalpodautoscalers" },
  PodDisruptionBudget: { apiVersion: "policy/v1", plural: "poddisruptionbudgets" },
  Role: { apiVersion: "rbac.authorization.k8s.io/v1", plural: "roles" },
  ClusterRole: { apiVersion: "rbac.authorization.k8s.io/v1", plural: "clusterroles", clusterScoped: true },
  StorageClass: { apiVersion: "storage.k8s.io/v1", plural: "storageclasses", clusterScoped: true },
};

/** How roles name the resource that serves a kind: API group ("" for the core) and plural. */
export function resourceNameOf(kind: string): { readonly group: string; readonly resource: string } | undefined {
  const found = own(resources, kind);
  if (!found) return undefined;
  return { group: groupOf(found.apiVersion), resource: found.plural };
}

/** `apps/v1`, `v1`. Undefined for a kind that the actor may neither touch nor look at. */
export function apiVersionOf(kind: string): string | undefined {
  return own(resources, kind)?.apiVersion;
}

/**
 * The path of a collection, or of all namespaces when `namespace` is undefined. Undefined for an unknown kind and for an
 * empty namespace, which the API would read as "all namespaces".
 */
export function collectionPath(kind: string, namespace: string | undefined): string | undefined {
  const resource = own(resources, kind);
  return resource && namespace !== "" ? collectionPathOf(resource, namespace) : undefined;
}

/** The path of one object; undefined for an unknown kind, or a namespaced kind without a namespace. */
export function objectPath(ref: ObjectRef): string | undefined {
  if (!own(resources, ref.kind)?.clusterScoped && !ref.namespace) return undefined;
  const collection = collectionPath(ref.kind, ref.namespace);
  return collection && objectPathIn(collection, ref.name);
}
