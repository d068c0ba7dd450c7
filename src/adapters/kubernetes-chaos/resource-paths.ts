import type { Target } from "../../chaos/change.ts";
import { own } from "../../lib/own.ts";
import { collectionPathOf, objectPathIn, type ServedKind } from "../kubernetes-api/resource-path.ts";

/** What experiments may address, by kind. A kind that is not here cannot be touched, whatever an experiment says. */
const resources: Readonly<Record<string, ServedKind>> = {
  Pod: { apiVersion: "v1", plural: "pods" },
  Service: { apiVersion: "v1", plural: "services" },
  ConfigMap: { apiVersion: "v1", plural: "configmaps" },
  ResourceQuota: { apiVersion: "v1", plural: "resourcequotas" },
  Namespace: { apiVersion: "v1", plural: "namespaces", clusterScoped: true },
  Node: { apiVersion: "v1", plural: "nodes", clusterScoped: true },
  Deployment: { apiVersion: "apps/v1", plural: "deployments" },
  StatefulSet: { apiVersion: "apps/v1", plural: "statefulsets" },
  DaemonSet: { apiVersion: "apps/v1", plural: "daemonsets" },
  ChaosEngine: { apiVersion: "litmuschaos.io/v1alpha1", plural: "chaosengines" },
  NetworkChaos: { apiVersion: "chaos-mesh.org/v1alpha1", plural: "networkchaos" },
  StressChaos: { apiVersion: "chaos-mesh.org/v1alpha1", plural: "stresschaos" },
  PodChaos: { apiVersion: "chaos-mesh.org/v1alpha1", plural: "podchaos" },
};

/** As in paths and roles: `networkchaos`. Undefined for a kind that experiments may not address. */
export function pluralOf(kind: string): string | undefined {
  return own(resources, kind)?.plural;
}

/** Undefined for unknown kinds, and for an empty namespace, which the API would read as "all namespaces". */
export function collectionPath(apiVersion: string, kind: string, namespace: string | undefined): string | undefined {
  const resource = own(resources, kind);
  if (resource?.apiVersion !== apiVersion) return undefined;
  return resource.clusterScoped || namespace ? collectionPathOf(resource, namespace) : undefined;
}

/** Undefined where `collectionPath` is, and for an empty name, which the API would read as the collection. */
export function objectPath({ apiVersion, kind, namespace, name }: Target): string | undefined {
  const collection = collectionPath(apiVersion, kind, namespace);
  return collection && name ? objectPathIn(collection, name) : undefined;
}
