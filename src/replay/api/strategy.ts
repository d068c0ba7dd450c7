import { typeOf } from "./dry-run.ts";
import {
  type ApiObject,
  copy,
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
  valueAt,
} from "./json.ts";
import type { Resource } from "./registry.ts";
import { storedAs } from "./registry.ts";
import { fillDefaults } from "./schema/defaults.ts";
import { qosClass } from "./validate/pod.ts";

/** status of a new object, by kind. Kinds with a status that are not named start with {}. */
const firstStatus: Readonly<Record<string, JsonObject>> = {
  Service: { loadBalancer: {} },
  Namespace: { phase: "Active" },
  PersistentVolumeClaim: { phase: "Pending" },
  PersistentVolume: { phase: "Pending" },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  ReplicaSet: { replicas: 0 },
  ReplicationController: { replicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  PodDisruptionBudget: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  HorizontalPodAutoscaler: { desiredReplicas: 0, currentMetrics: null },
};

/** Gives a decoded object what a new one has: defaults, first generation and status. In place. */
export function prepareCreate(resource: Resource, object: ApiObject): void {
  if (resource.subresources.includes("status")) {
    delete object["status"];
    object["status"] = structuredClone(firstStatus[resource.kind] ?? {});
  }
  fillDefaults(typeOf(storedAs(resource)), object);
  if (resource.generationFrom.length > 0) object.metadata.generation = 1;
  else delete object.metadata.generation;
  if (resource.kind === "Pod") object["status"] = { phase: "Pending", qosClass: qosClass(objectAt(object, "spec")) };
  if (resource.kind === "Namespace") {
    object.metadata.labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name };
    object["spec"] = { finalizers: ["kubernetes"] };
  }
  if (resource.kind === "Job") ownJob(object);
  if (resource.kind === "DaemonSet") countTemplates(object, undefined);
}

const templateGeneration = "deprecated.daemonset.template.generation";

/**
 * The server counts the templates of a DaemonSet in an annotation, whatever the client says, and before admission: a
 * restart changes more than was sent.
 */
function countTemplates(next: ApiObject, before: ApiObject | undefined): void {
  const known = Number(before?.metadata.annotations?.[templateGeneration] ?? (before ? 0 : 1));
  const same = before === undefined || sameJson(valueAt(before, "spec", "template"), valueAt(next, "spec", "template"));
  next.metadata.annotations = { ...next.metadata.annotations, [templateGeneration]: String(same ? known : known + 1) };
}

/** A Job gets a selector by its uid, and its pods the labels that the selector wants. */
function ownJob(job: ApiObject): void {
  const spec = objectAt(job, "spec");
  if (spec["manualSelector"] === true || spec["selector"] !== undefined) return;
  spec["selector"] = { matchLabels: { "batch.kubernetes.io/controller-uid": job.metadata.uid } };
  const template = objectAt(spec, "template");
  const metadata = objectAt(template, "metadata");
  const labels: JsonObject = { ...objectAt(metadata, "labels") };
  for (const prefix of ["", "batch.kubernetes.io/"]) {
    labels[`${prefix}controller-uid`] = job.metadata.uid;
    labels[`${prefix}job-name`] = job.metadata.name;
  }
  spec["template"] = { ...template, metadata: { ...metadata, labels } };
}

/**
 * An object as the server would read it. What was put into the table by hand may lack defaults, and a patch that
 * changes nothing must not seem to fill them in.
 */
export function withDefaults(resource: Resource, object: ApiObject): ApiObject {
  const filled = copy(object);
  fillDefaults(typeOf(storedAs(resource)), filled);
  if (resource.kind === "DaemonSet") countTemplates(filled, filled);
  // Stored as protobuf, which knows no empty list; `rules` is always shown.
  if (isRole(resource) && listAt(filled, "rules").length === 0) filled["rules"] = null;
  return filled;
}

const isRole = ({ kind }: Resource): boolean => kind === "Role" || kind === "ClusterRole";

/** Picks addresses as the service controller's allocator does: stable for a name. */
export function allocateAddress(service: ApiObject): void {
  const spec = objectAt(service, "spec");
  if (spec["type"] === "ExternalName") return;
  let hash = 0;
  for (const character of `${service.metadata.namespace}/${service.metadata.name}`)
    hash = (hash * 31 + character.charCodeAt(0)) % 62_500;
  const address = stringAt(spec, "clusterIP") ?? `10.96.${Math.floor(hash / 250)}.${(hash % 250) + 2}`;
  spec["clusterIP"] = address;
  spec["clusterIPs"] ??= [address];
  if (address !== "None" || spec["selector"] !== undefined) {
    spec["ipFamilies"] ??= ["IPv4"];
    spec["ipFamilyPolicy"] ??= "SingleStack";
  }
  allocateNodePorts(spec, hash);
}

function allocateNodePorts(spec: JsonObject, hash: number): void {
  if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") return;
  spec["externalTrafficPolicy"] ??= "Cluster";
  for (const [i, port] of objectsAt(spec, "ports").entries()) port["nodePort"] ??= 30_000 + ((hash + i) % 2768);
}

/**
 * The object that a change of a (sub-)resource leads to: what the client may not set comes from the live object, and
 * the generation is raised when the desired state changed.
 */
export function prepareUpdate(
  resource: Resource,
  subresource: string,
  before: ApiObject,
  candidate: JsonObject,
): ApiObject {
  const next = restricted(resource, subresource, before, candidate);
  fillDefaults(typeOf(storedAs(resource)), next);
  if (resource.kind === "Service") {
    keepAddress(before, next);
    allocateAddress(next);
  }
  if (resource.kind === "DaemonSet") countTemplates(next, before);
  if (isRole(resource)) next["rules"] ??= null;
  const raised = resource.generationFrom.some(
    (part) => !sameJson(valueAt(before, ...part.split(".")), valueAt(next, ...part.split("."))),
  );
  if (before.metadata.generation !== undefined && raised && subresource !== "status") {
    next.metadata.generation = before.metadata.generation + 1;
  }
  return next;
}

function restricted(resource: Resource, subresource: string, before: ApiObject, candidate: JsonObject): ApiObject {
  const wanted = objectAt(candidate, "metadata");
  const server: JsonObject = {};
  for (const field of [
    "name",
    "namespace",
    "generateName",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ]) {
    if (before.metadata[field] !== undefined) server[field] = before.metadata[field];
  }
  const { generation: _generation, deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, ...own } = wanted;
  const metadata = { ...own, ...server, uid: stringAt(wanted, "uid") ?? before.metadata.uid } as ApiObject["metadata"];
  if (subresource === "status") {
    // Annotations may change with a status (controllers write the revision there); labels and spec may not.
    const annotations = wanted["annotations"];
    const kept: ApiObject["metadata"] = { ...copy(before.metadata), uid: metadata.uid };
    delete kept.annotations;
    if (isObject(annotations)) kept.annotations = annotations as { [key: string]: string };
    return {
      ...copy(before),
      ...(candidate["status"] === undefined ? {} : { status: copy(candidate["status"]) }),
      metadata: kept,
    };
  }
  if (subresource === "resize" || subresource === "ephemeralcontainers")
    return { ...copy(before), spec: podPart(subresource, before, candidate) };
  const next = { ...copy(candidate), apiVersion: before.apiVersion, kind: before.kind, metadata } as ApiObject;
  if (resource.subresources.includes("status")) {
    delete next["status"];
    if (before["status"] !== undefined) next["status"] = copy(before["status"]);
  }
  return next;
}

function podPart(subresource: string, before: ApiObject, candidate: JsonObject): JsonObject {
  const spec = copy(objectAt(before, "spec"));
  if (subresource === "ephemeralcontainers") {
    const added = listAt(candidate, "spec", "ephemeralContainers");
    return added.length === 0 ? spec : { ...spec, ephemeralContainers: copy(added) };
  }
  const wanted = objectsAt(candidate, "spec", "containers");
  for (const c of objectsAt(spec, "containers")) {
    const change = wanted.find((w) => w["name"] === c["name"]);
    if (change?.["resources"] !== undefined) c["resources"] = copy(change["resources"]);
  }
  return spec;
}

/** An update that leaves the address out keeps it. */
function keepAddress(before: ApiObject, next: ApiObject): void {
  const [old, spec] = [objectAt(before, "spec"), objectAt(next, "spec")];
  if (spec["type"] === "ExternalName") return;
  const given = spec["clusterIP"];
  if (given === undefined || given === "") {
    for (const field of ["clusterIP", "clusterIPs"]) if (old[field] !== undefined) spec[field] = copy(old[field]);
  } else if (given !== old["clusterIP"]) spec["clusterIPs"] = [given];
}
