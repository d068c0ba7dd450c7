import { mediaType, readObject } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { admitted, write } from "./commit.ts";
import { checkType, decodeFor, writeOptions } from "./dry-run.ts";
import { type ApiObject, type JsonObject, objectAt, stringAt } from "./json.ts";
import { checkLimits, limitDefaults } from "./quota.ts";
import { apiVersionOf, type Resource, resources, storedAs } from "./registry.ts";
import { DecodeError } from "./schema/decode.ts";
import { secondsText } from "./schema/time-text.ts";
import {
  alreadyExists,
  badRequest,
  type FieldError,
  forbidden,
  internal,
  invalid,
  notFound,
  withCauses,
} from "./status-errors.ts";
import { allocateAddress, prepareCreate } from "./strategy.ts";
import { invalidValue } from "./validate/field-errors.ts";
import { subdomainProblem } from "./validate/names.ts";
import { podSpecWarnings } from "./validate/pod.ts";
import { validate } from "./validate/validate.ts";
import { toView } from "./views.ts";

/** Namespaces every cluster has, whether or not a recording shows them. */
const builtInNamespaces = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);
const letters = "bcdfghjklmnpqrstvwxz2456789";

/** POST of a collection. */
export function create(api: Api, call: Call): Reply {
  const options = writeOptions(call, "CreateOptions");
  const sent = readObject(call.body, mediaType(call.headers), call.resource.kind);
  const object = decodeNew(call, sent, options, call.body.toString("utf8"));
  return objectReply(toView(call.resource, createObject(api, call, object, options.dryRun)), 201);
}

/** Decodes a new object. @throws 400 for a wrong type, or with Strict validation for an unknown field */
export function decodeNew(
  call: Call,
  sent: JsonObject,
  options: ReturnType<typeof writeOptions>,
  text: string,
): JsonObject {
  const { resource } = call;
  checkType(resource, sent);
  const refuse = (why: string) =>
    badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`);
  try {
    return decodeFor(call, sent, options, mediaType(call.headers) === "application/json" ? text : "", refuse);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

/** Validates and stores a decoded object. A dry run answers with uid and creationTimestamp but no resourceVersion. */
export function createObject(api: Api, call: Call, decoded: JsonObject, dryRun: boolean): ApiObject {
  const { resource, route } = call;
  const sent = objectAt(decoded, "metadata");
  checkSent(call, sent);
  const object: ApiObject = {
    ...decoded,
    apiVersion: apiVersionOf(storedAs(resource)),
    kind: resource.kind,
    metadata: newMetadata(api, call, sent),
  };
  const { name } = object.metadata;
  prepareCreate(resource, object);
  if (resource.kind === "Service") allocateAddress(object);
  if (resource.namespaced) checkNamespace(api, call, name);
  if (resource.kind === "Pod") limitDefaults(api.table, object);
  const errors = errorsOf(resource, object, stringAt(sent, "generateName") ?? "");
  if (errors.length > 0)
    throw invalid({ group: resource.kind === "Event" ? "" : resource.group, kind: resource.kind }, name, errors);
  if (api.table.get(resource, route.namespace, name) !== undefined) throw alreadyExists(resource, name);
  if (resource.kind === "Pod") checkLimits(api.table, object);
  const podSpec = resource.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
  call.warnings.push(...podSpecWarnings(objectAt(object, ...podSpec), podSpec.join(".")));
  admitted(api, call, "create", undefined, object, dryRun);
  if (dryRun) {
    const { resourceVersion: _none, ...shown } = object.metadata;
    return { ...object, metadata: shown as ApiObject["metadata"] };
  }
  const stored = api.table.put(resource, object);
  api.table.wrote(write(call, "create", undefined, stored));
  return stored;
}

/** @throws what a new object must not say about itself */
function checkSent({ resource, route }: Call, metadata: JsonObject): void {
  const namespace = stringAt(metadata, "namespace") ?? "";
  if (namespace !== "" && resource.namespaced && namespace !== route.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  if ((stringAt(metadata, "resourceVersion") ?? "") !== "")
    throw internal("resourceVersion should not be set on objects to be created");
}

function newMetadata(api: Api, { resource, route }: Call, sent: JsonObject): ApiObject["metadata"] {
  const generateName = stringAt(sent, "generateName") ?? "";
  const { resourceVersion: _version, ...own } = sent;
  return {
    ...own,
    name: stringAt(sent, "name") ?? (generateName === "" ? "" : generateName.slice(0, 58) + suffix()),
    ...(resource.namespaced ? { namespace: route.namespace } : {}),
    uid: crypto.randomUUID(),
    resourceVersion: "",
    creationTimestamp: secondsText(api.table.now()),
  };
}

/** What is wrong with an object, in the API server's order: a view's generateName stands before its time. */
function errorsOf(resource: Resource, object: ApiObject, generateName: string): readonly FieldError[] {
  const errors = validate(resource, object);
  // A dash at the end is allowed, as more follows; what is told is about the text as it was sent.
  const isGood = generateName === "" || subdomainProblem(generateName.replace(/-$/, "")) === undefined;
  if (resource.viewOf === undefined || isGood) return errors;
  const at = errors.findIndex((error) => error.field === "eventTime");
  const error = invalidValue("metadata.generateName", generateName, subdomainProblem(generateName) ?? "");
  return errors.toSpliced(at < 0 ? errors.length : at, 0, error);
}

function checkNamespace(api: Api, call: Call, name: string): void {
  const { namespace } = call.route;
  const namespaces = resources.find((r) => r.kind === "Namespace");
  const found = namespaces === undefined ? undefined : api.table.get(namespaces, "", namespace);
  if (found === undefined && namespaces !== undefined && !builtInNamespaces.has(namespace))
    throw notFound(namespaces, namespace);
  if (found?.metadata["deletionTimestamp"] === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  const cause = { reason: "NamespaceTerminating", message, field: "metadata.namespace" };
  throw withCauses(forbidden(call.resource, name, why), [cause]);
}

function suffix(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  return [...bytes].map((b) => letters[b % letters.length]).join("");
}
