import { mediaType, readObject } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { admitted, live, write } from "./commit.ts";
import { dryRunErrors } from "./dry-run.ts";
import { type ApiObject, copy, type JsonObject, listAt, numberAt, objectAt, stringAt } from "./json.ts";
import { listOf, selectionOf } from "./list.ts";
import type { Write } from "./object-table.ts";
import { DecodeError, decode } from "./schema/decode.ts";
import { secondsText } from "./schema/time-text.ts";
import { badRequest, type FieldError, invalid, preconditionFailed, success } from "./status-errors.ts";
import { unsupportedValue } from "./validate/field-errors.ts";
import { finalizersOf } from "./validate/metadata.ts";
import { toView } from "./views.ts";

/**
 * What is undefined was not sent: the object's own grace period then holds, and no uid or version is asked for.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
 */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** Kinds whose last state is the answer of a delete; the others answer with a Status. */
const answersWithObject = new Set(
  "Pod Service ServiceAccount ResourceQuota PersistentVolumeClaim PersistentVolume StorageClass Namespace".split(" "),
);
const policies = ["Foreground", "Background", "Orphan"];
const defaultGraceSeconds = 30;

/** DELETE of one object. */
export function remove(api: Api, call: Call): Reply {
  const options = deleteOptions(call);
  const before = live(api, call);
  const { object, gone } = deleteObject(api, call, before, options, "delete");
  if (!gone || answersWithObject.has(call.resource.kind)) return objectReply(toView(call.resource, object));
  const { group, name: kind } = call.resource;
  return objectReply(
    success({ name: before.metadata.name, ...(group === "" ? {} : { group }), kind, uid: before.metadata.uid }),
  );
}

/** DELETE of a collection answers with the list of what it deleted. */
export function removeCollection(api: Api, call: Call): Reply {
  const options = deleteOptions(call);
  const { matches } = selectionOf(call);
  const chosen = api.table.list(call.resource, call.route.namespace).filter(matches);
  const revision = api.table.revision();
  const objects = chosen.map((object) => {
    const one = {
      ...call,
      route: { ...call.route, name: object.metadata.name, namespace: object.metadata.namespace ?? "" },
    };
    return deleteObject(api, one, object, options, "delete").object;
  });
  return objectReply(listOf(call.resource, objects, { resourceVersion: String(revision) }));
}

/**
 * Options come from the body when there is one, and then the query does not count at all: `?dryRun=All` with a body
 * of `{}` really deletes.
 */
function deleteOptions(call: Call): DeleteOptions {
  const sent = call.body.length > 0 ? bodyOptions(call) : queryOptions(call.query);
  const dryRun = listAt(sent, "dryRun").map(String);
  const policy = stringAt(sent, "propagationPolicy");
  const errors: FieldError[] = [...dryRunErrors(dryRun)];
  if (policy !== undefined && !policies.includes(policy))
    errors.push(unsupportedValue("propagationPolicy", policy, [...policies, "nil"]));
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  const orphans = sent["orphanDependents"];
  return {
    dryRun: dryRun.length > 0,
    gracePeriodSeconds: numberAt(sent, "gracePeriodSeconds"),
    propagationPolicy: policy ?? (orphans === true ? "Orphan" : undefined),
    uid: stringAt(sent, "preconditions", "uid"),
    resourceVersion: stringAt(sent, "preconditions", "resourceVersion"),
  };
}

function bodyOptions(call: Call): JsonObject {
  try {
    return decode("v1/DeleteOptions", readObject(call.body, mediaType(call.headers), "DeleteOptions")).object;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

function queryOptions(query: URLSearchParams): JsonObject {
  const grace = query.get("gracePeriodSeconds");
  if (grace !== null && !/^-?\d+$/.test(grace))
    throw badRequest(`strconv.ParseInt: parsing "${grace}": invalid syntax`);
  const policy = query.get("propagationPolicy");
  return {
    dryRun: query.getAll("dryRun").filter((v) => v !== ""),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
  };
}

/**
 * Takes an object out, or marks it when something holds it: a finalizer, a propagation policy that waits for
 * dependents, or a pod's grace period (the kubelet, here the player, removes the pod later).
 */
export function deleteObject(
  api: Api,
  call: Call,
  before: ApiObject,
  options: DeleteOptions,
  verb: Write["verb"],
): { object: ApiObject; gone: boolean } {
  const { resource } = call;
  const { name, namespace = "", uid, resourceVersion } = before.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw preconditionFailed(resource, name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw preconditionFailed(resource, name, why);
  }
  const marked = markedForDeletion(api, call, before, options);
  admitted(api, call, "delete", before, undefined, options.dryRun);
  if (marked !== undefined) {
    if (options.dryRun || marked === before) return { object: marked, gone: false };
    const stored = api.table.put(resource, marked);
    api.table.wrote(write(call, verb, before, stored));
    return { object: stored, gone: false };
  }
  if (options.dryRun) return { object: resource.kind === "Pod" ? stamped(api, before, 0) : before, gone: true };
  const shown = resource.kind === "Pod" ? stamped(api, before, 0) : before;
  const last = api.table.remove(resource, namespace, name) ?? before;
  api.table.wrote(write(call, verb, before, undefined));
  return {
    object: { ...shown, metadata: { ...shown.metadata, resourceVersion: last.metadata.resourceVersion } },
    gone: true,
  };
}

/** The object as it stays for a while, the live object itself when nothing changes, or undefined when it goes now. */
function markedForDeletion(api: Api, call: Call, before: ApiObject, options: DeleteOptions): ApiObject | undefined {
  const { resource } = call;
  const grace = resource.kind === "Pod" ? podGrace(before, options) : 0;
  const finalizers = [...finalizersOf(before.metadata), ...dependentFinalizer(call, options)];
  const held = finalizers.length > 0 || resource.kind === "Namespace";
  if (before.metadata["deletionTimestamp"] !== undefined) {
    const left = numberAt(before.metadata, "deletionGracePeriodSeconds") ?? 0;
    if (grace >= left && (held || left > 0)) return before;
  }
  if (!held && grace === 0) return undefined;
  const next = stamped(api, before, grace);
  if (finalizers.length > 0) next.metadata["finalizers"] = [...new Set(finalizers)];
  if (resource.kind === "Namespace") delete next.metadata["deletionGracePeriodSeconds"];
  if (resource.kind === "Namespace") next["status"] = { ...objectAt(before, "status"), phase: "Terminating" };
  return next;
}

function stamped(api: Api, before: ApiObject, grace: number): ApiObject {
  const next = copy(before);
  const at = secondsText(api.table.now() + grace * 1000);
  Object.assign(next.metadata, { deletionTimestamp: at, deletionGracePeriodSeconds: grace });
  if (next.metadata.generation !== undefined && before.metadata["deletionTimestamp"] === undefined)
    next.metadata.generation++;
  return next;
}

/** Pods that never ran, or have ended, need no time to stop. */
function podGrace(pod: ApiObject, options: DeleteOptions): number {
  const phase = stringAt(pod, "status", "phase");
  const idle = stringAt(pod, "spec", "nodeName") === undefined || phase === "Succeeded" || phase === "Failed";
  if (idle) return 0;
  const own = numberAt(pod, "spec", "terminationGracePeriodSeconds") ?? defaultGraceSeconds;
  return Math.max(options.gracePeriodSeconds ?? own, 0);
}

function dependentFinalizer(call: Call, options: DeleteOptions): string[] {
  if (options.propagationPolicy === "Foreground") return ["foregroundDeletion"];
  if (options.propagationPolicy === "Orphan") return ["orphan"];
  if (call.resource.kind !== "Job" || options.propagationPolicy !== undefined) return [];
  call.warnings.push(
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
  );
  return ["orphan"];
}
