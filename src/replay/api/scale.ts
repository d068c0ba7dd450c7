import { mediaType, readObject, readPatch } from "./body.ts";
import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { checkName, checkVersion, commitUpdate, live } from "./commit.ts";
import { decodeFor, writeOptions } from "./dry-run.ts";
import { type ApiObject, copy, type JsonObject, numberAt, objectAt } from "./json.ts";
import { checkedBody, patched } from "./patch/patch.ts";
import type { Resource } from "./registry.ts";
import { DecodeError } from "./schema/decode.ts";
import { selectorText } from "./selectors.ts";
import { badRequest, invalid, methodNotAllowed, unsupportedMediaType } from "./status-errors.ts";
import { atLeast } from "./validate/field-errors.ts";

const scaleType = "autoscaling/v1/Scale";
/** Decoding and error texts see a Scale; reading and storing see the workload. */
const scaleResource: Pick<Resource, "group" | "version" | "kind"> = {
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
};

/** GET, PUT and PATCH of .../scale of a workload. */
export function scale(api: Api, call: Call): Reply {
  const { verb } = call.route;
  if (verb === "get") return objectReply(scaleOf(live(api, call)));
  if (verb !== "update" && verb !== "patch") throw methodNotAllowed();
  const options = writeOptions(call, verb === "update" ? "UpdateOptions" : "PatchOptions");
  const asScale: Call = { ...call, resource: { ...call.resource, ...scaleResource } };
  const sent = verb === "update" ? readScale(asScale, options) : undefined;
  const before = live(api, call);
  const shown = scaleOf(before);
  const candidate = sent ?? patchedScale(asScale, shown, options);
  checkName(call, candidate);
  checkVersion(call, before, candidate);
  const replicas = numberAt(candidate, "spec", "replicas") ?? 0;
  const errors = atLeast("spec.replicas", replicas, 0);
  if (errors.length > 0) throw invalid(scaleResource, call.route.name, errors);
  const next = copy<JsonObject>(before);
  next["spec"] = { ...objectAt(before, "spec"), replicas };
  const main: Call = { ...call, route: { ...call.route, subresource: "scale" } };
  return objectReply(scaleOf(commitUpdate(api, main, verb, before, next, options.dryRun)));
}

function readScale(call: Call, options: ReturnType<typeof writeOptions>): JsonObject {
  const refuse = (why: string) => badRequest(`Scale in version "v1" cannot be handled as a Scale: ${why}`);
  try {
    return decodeFor(call, readObject(call.body, mediaType(call.headers), "Scale"), options, "", refuse, scaleType);
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}

function patchedScale(call: Call, shown: ApiObject, options: ReturnType<typeof writeOptions>): JsonObject {
  const type = mediaType(call.headers);
  if (!/^application\/(json|merge|strategic-merge)-patch\+json$/.test(type)) throw unsupportedMediaType();
  return patched(call, type, checkedBody(type, readPatch(call.body)), shown, scaleType, options);
}

/** The Scale of a workload. `status.selector` is text here; no replicas are no field (`omitempty` of its Go type). */
export function scaleOf(object: ApiObject): ApiObject {
  const replicas = numberAt(object, "spec", "replicas") ?? 0;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = objectAt(object, "spec", "selector");
  const text =
    object.kind === "ReplicationController" ? selectorText({ matchLabels: selector }) : selectorText(selector);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, "status", "replicas") ?? 0, selector: text },
  };
}
