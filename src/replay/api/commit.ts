import type { AdmissionRequest, Api, Call } from "./call.ts";
import { beyondNode } from "./capacity.ts";
import { type ApiObject, type JsonObject, objectAt, sameJson, stringAt } from "./json.ts";
import type { Write } from "./object-table.ts";
import { badRequest, conflict, failure, forbidden, internal, invalid, notFound, withCauses } from "./status-errors.ts";
import { prepareUpdate, withDefaults } from "./strategy.ts";
import { forbiddenField, invalidValue } from "./validate/field-errors.ts";
import { finalizersOf } from "./validate/metadata.ts";
import { podSpecWarnings, qosClass } from "./validate/pod.ts";
import { validate } from "./validate/validate.ts";

/** The object a request names. @throws 404 */
export function live(api: Api, call: Call): ApiObject {
  const found = api.table.get(call.resource, call.route.namespace, call.route.name);
  if (found === undefined) throw notFound(call.resource, call.route.name);
  return found;
}

/** @throws 422 or 403 when an admission hook refuses. */
export function admitted(
  api: Api,
  call: Call,
  verb: AdmissionRequest["verb"],
  before: ApiObject | undefined,
  after: ApiObject | undefined,
  dryRun: boolean,
): void {
  const { resource, route, identity } = call;
  const refusal = api.admit({
    verb,
    resource,
    subresource: route.subresource,
    name: route.verb === "deletecollection" ? "" : route.name,
    identity,
    before,
    after,
    dryRun,
  });
  if (refusal === undefined) return;
  const name = after?.metadata.name ?? before?.metadata.name ?? route.name;
  if (refusal.reason === "Forbidden") throw forbidden(resource, name, refusal.message);
  const { message } = forbidden(resource, name, refusal.message);
  const details = { name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.name };
  throw withCauses(failure(422, "Invalid", message, details), [{ message: refusal.message }]);
}

/** resourceVersion in a body is a precondition; absent, "" and "0" are none. @throws 409, 500 when it is no number */
export function checkVersion(call: Call, before: ApiObject, candidate: JsonObject): void {
  const version = stringAt(candidate, "metadata", "resourceVersion") ?? "";
  if (version === "" || version === "0") return;
  if (!/^\d+$/.test(version)) throw internal(`strconv.ParseUint: parsing "${version}": invalid syntax`);
  if (version !== before.metadata.resourceVersion) throw conflict(call.resource, call.route.name);
}

/** Absent and empty ones are taken from the path. @throws 400 */
export function checkName(call: Call, candidate: JsonObject): void {
  const name = stringAt(candidate, "metadata", "name");
  if (name !== undefined && name !== "" && name !== call.route.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.route.name})`);
  }
  const namespace = stringAt(candidate, "metadata", "namespace");
  if (namespace !== undefined && namespace !== "" && namespace !== call.route.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/**
 * Validates and stores what an update or a patch leads to. A change of nothing keeps the resourceVersion and tells no
 * watcher. A dry run answers with the object as it would be, with the old resourceVersion.
 */
export function commitUpdate(
  api: Api,
  call: Call,
  verb: Write["verb"],
  stored: ApiObject,
  candidate: JsonObject,
  dryRun: boolean,
): ApiObject {
  const { resource, route } = call;
  const before = withDefaults(resource, stored);
  const next = prepareUpdate(resource, route.subresource, before, candidate);
  const errors =
    route.subresource === "status"
      ? validate(resource, next, before).filter((e) => e.field.startsWith("metadata."))
      : updateErrors(call, before, next);
  if (errors.length > 0)
    throw invalid({ group: resource.kind === "Event" ? "" : resource.group, kind: resource.kind }, route.name, errors);
  if (resource.kind === "Pod" || resource.generationFrom.includes("spec")) {
    const template = resource.kind === "Pod" ? "spec" : "spec.template.spec";
    if (!sameJson(before["spec"], next["spec"]))
      call.warnings.push(...podSpecWarnings(objectAt(next, ...template.split(".")), template));
  }
  const tooBig = route.subresource === "resize" ? beyondNode(api.table, next) : undefined;
  if (tooBig !== undefined) throw tooBig;
  next.metadata.resourceVersion = before.metadata.resourceVersion;
  admitted(api, call, "update", before, next, dryRun);
  if (dryRun || sameJson(before, next)) return next;
  const { namespace = "", name } = before.metadata;
  const released =
    before.metadata["deletionTimestamp"] !== undefined &&
    finalizersOf(next.metadata).length === 0 &&
    next.metadata["deletionGracePeriodSeconds"] === 0;
  if (released) {
    api.table.remove(resource, namespace, name);
    api.table.wrote(write(call, verb, stored, undefined));
    return next;
  }
  const after = api.table.put(resource, next);
  api.table.wrote(write(call, verb, stored, after));
  return after;
}

function updateErrors(call: Call, before: ApiObject, next: ApiObject): ReturnType<typeof validate> {
  if (call.route.subresource !== "resize" && call.route.subresource !== "ephemeralcontainers")
    return validate(call.resource, next, before);
  const [old, now] = [qosClass(objectAt(before, "spec")), qosClass(objectAt(next, "spec"))];
  if (old !== now) return [invalidValue("spec", old, "Pod QOS Class may not change as a result of resizing")];
  const known = finalizersOf(before.metadata);
  return finalizersOf(next.metadata).some((f) => !known.includes(f))
    ? [forbiddenField("metadata.finalizers", "may not be changed")]
    : [];
}

/** What watchers of writes are told: `before` absent for what was made, `after` for what is gone. */
export function write(
  call: Call,
  verb: Write["verb"],
  before: ApiObject | undefined,
  after: ApiObject | undefined,
): Write {
  return {
    verb,
    resource: call.resource,
    subresource: call.route.subresource,
    user: call.identity.name,
    before,
    after,
    dryRun: false,
  };
}
