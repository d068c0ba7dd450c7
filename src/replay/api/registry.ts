/** How one resource of the API is served. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** The plural name used in paths. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
  /** Field selectors beyond metadata.name and metadata.namespace (the API refuses all others). */
  readonly selectableFields: readonly string[];
  /** Which parts raise metadata.generation when they change; empty when the kind has no generation. */
  readonly generationFrom: readonly string[];
  /** Objects of another resource that this one shows under other field names. */
  readonly viewOf?: string;
}

interface Extra {
  readonly cluster?: true;
  readonly short?: readonly string[];
  readonly sub?: readonly string[];
  readonly fields?: readonly string[];
  readonly generation?: readonly string[];
  readonly viewOf?: string;
}

function resource(groupVersion: string, name: string, kind: string, extra: Extra = {}): Resource {
  const slash = groupVersion.indexOf("/");
  return {
    group: slash < 0 ? "" : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    name,
    kind,
    namespaced: extra.cluster !== true,
    shortNames: extra.short ?? [],
    subresources: extra.sub ?? [],
    selectableFields: extra.fields ?? [],
    generationFrom: extra.generation ?? [],
    ...(extra.viewOf === undefined ? {} : { viewOf: extra.viewOf }),
  };
}

const spec = ["spec"];
const webhook = { cluster: true, generation: ["webhooks"] } as const;
const podFields = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.nominatedNodeName",
];
const podSubresources = [
  "status",
  "log",
  "eviction",
  "proxy",
  "resize",
  "ephemeralcontainers",
  "exec",
  "attach",
  "portforward",
];
const eventFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
const coreEventFields = [
  ...eventFields.map((f) => `involvedObject.${f}`),
  "reason",
  "reportingComponent",
  "source",
  "type",
];
const newEventFields = [...eventFields.map((f) => `regarding.${f}`), "reason", "reportingController", "type"];

/** Every resource this API serves. */
export const resources: readonly Resource[] = [
  resource("v1", "pods", "Pod", { short: ["po"], sub: podSubresources, fields: podFields, generation: spec }),
  resource("v1", "services", "Service", {
    short: ["svc"],
    sub: ["status", "proxy"],
    fields: ["spec.clusterIP", "spec.type"],
  }),
  resource("v1", "endpoints", "Endpoints", { short: ["ep"] }),
  resource("v1", "configmaps", "ConfigMap", { short: ["cm"] }),
  resource("v1", "secrets", "Secret", { fields: ["type"] }),
  resource("v1", "nodes", "Node", {
    cluster: true,
    short: ["no"],
    sub: ["status", "proxy"],
    fields: ["spec.unschedulable"],
  }),
  resource("v1", "namespaces", "Namespace", {
    cluster: true,
    short: ["ns"],
    sub: ["status", "finalize"],
    fields: ["status.phase"],
  }),
  resource("v1", "events", "Event", { short: ["ev"], fields: coreEventFields }),
  resource("v1", "serviceaccounts", "ServiceAccount", { short: ["sa"], sub: ["token"] }),
  resource("v1", "persistentvolumeclaims", "PersistentVolumeClaim", { short: ["pvc"], sub: ["status"] }),
  resource("v1", "persistentvolumes", "PersistentVolume", { cluster: true, short: ["pv"], sub: ["status"] }),
  resource("v1", "resourcequotas", "ResourceQuota", { short: ["quota"], sub: ["status"] }),
  resource("v1", "limitranges", "LimitRange", { short: ["limits"] }),
  resource("v1", "replicationcontrollers", "ReplicationController", {
    short: ["rc"],
    sub: ["status", "scale"],
    fields: ["status.replicas"],
    generation: spec,
  }),
  resource("apps/v1", "deployments", "Deployment", {
    short: ["deploy"],
    sub: ["status", "scale"],
    generation: ["spec", "metadata.annotations"],
  }),
  resource("apps/v1", "replicasets", "ReplicaSet", {
    short: ["rs"],
    sub: ["status", "scale"],
    fields: ["status.replicas"],
    generation: spec,
  }),
  resource("apps/v1", "statefulsets", "StatefulSet", { short: ["sts"], sub: ["status", "scale"], generation: spec }),
  resource("apps/v1", "daemonsets", "DaemonSet", { short: ["ds"], sub: ["status"], generation: spec }),
  resource("apps/v1", "controllerrevisions", "ControllerRevision"),
  resource("batch/v1", "jobs", "Job", { sub: ["status"], fields: ["status.successful"], generation: spec }),
  resource("batch/v1", "cronjobs", "CronJob", { short: ["cj"], sub: ["status"], generation: spec }),
  resource("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", {
    short: ["hpa"],
    sub: ["status"],
  }),
  resource("networking.k8s.io/v1", "ingresses", "Ingress", { short: ["ing"], sub: ["status"], generation: spec }),
  resource("networking.k8s.io/v1", "ingressclasses", "IngressClass", { cluster: true, generation: spec }),
  resource("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", { short: ["netpol"], generation: spec }),
  resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", {
    short: ["pdb"],
    sub: ["status"],
    generation: spec,
  }),
  resource("discovery.k8s.io/v1", "endpointslices", "EndpointSlice", {
    generation: ["metadata.labels", "endpoints", "ports"],
  }),
  resource("rbac.authorization.k8s.io/v1", "roles", "Role"),
  resource("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding"),
  resource("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", { cluster: true }),
  resource("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", { cluster: true }),
  resource("storage.k8s.io/v1", "storageclasses", "StorageClass", { cluster: true, short: ["sc"] }),
  resource("events.k8s.io/v1", "events", "Event", { short: ["ev"], fields: newEventFields, viewOf: "events" }),
  resource("coordination.k8s.io/v1", "leases", "Lease"),
  resource(
    "admissionregistration.k8s.io/v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    webhook,
  ),
  resource("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", webhook),
  resource("admissionregistration.k8s.io/v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", {
    cluster: true,
    sub: ["status"],
    generation: spec,
  }),
  resource("admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", {
    cluster: true,
    generation: spec,
  }),
];

/** `deployments.apps`, or `pods` in the core group: how errors and authorisation name a resource. */
export function qualifiedName(resource: Pick<Resource, "group" | "name">): string {
  return resource.group === "" ? resource.name : `${resource.name}.${resource.group}`;
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** By the plural of the path and the exact version; `group` is "" for the core. */
export function findResource(group: string, version: string, name: string): Resource | undefined {
  return resources.find((r) => r.group === group && r.version === version && r.name === name);
}

/** The resource that serves objects of this kind. */
export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return resources.find((r) => r.kind === kind && apiVersionOf(r) === apiVersion);
}

/** Where objects are kept: a view (events.k8s.io) shares the objects of the resource it shows. */
export function storedAs(resource: Resource): Resource {
  if (resource.viewOf === undefined) return resource;
  return resources.find((r) => r.group === "" && r.name === resource.viewOf) ?? resource;
}
