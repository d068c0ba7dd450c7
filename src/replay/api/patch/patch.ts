import { jsonKind, mediaType, readApply, readPatch } from "../body.ts";
import { type Api, type Call, objectReply, type Reply } from "../call.ts";
import { checkName, checkVersion, commitUpdate, live } from "../commit.ts";
import { decodeFor, typeOf, type WriteOptions, writeOptions } from "../dry-run.ts";
import { type ApiObject, isObject, type Json, type JsonObject } from "../json.ts";
import { DecodeError } from "../schema/decode.ts";
import { badRequest, unprocessablePatch, unsupportedMediaType } from "../status-errors.ts";
import { toView } from "../views.ts";
import { applyObject } from "./apply.ts";
import { goText } from "./go-text.ts";
import { applyJsonPatch } from "./json.ts";
import { applyMergePatch } from "./merge.ts";
import { applyStrategicPatch } from "./strategic.ts";

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

/** PATCH of an object or one of its sub-resources. */
export function patch(api: Api, call: Call): Reply {
  const type = mediaType(call.headers);
  if (!patchTypes.includes(type)) throw unsupportedMediaType();
  const applying = type === "application/apply-patch+yaml";
  const options = writeOptions(call, "PatchOptions", applying);
  if (applying) {
    const { object, code } = applyObject(api, call, readApply(call.body), options);
    return objectReply(toView(call.resource, object), code);
  }
  const body = checkedBody(type, readPatch(call.body));
  const before = live(api, call);
  const candidate = patched(call, type, body, before, typeOf(call.resource), options);
  checkName(call, candidate);
  checkVersion(call, before, candidate);
  return objectReply(toView(call.resource, commitUpdate(api, call, "patch", before, candidate, options.dryRun)));
}

/** @throws 400 when the body has the wrong shape for its type */
export function checkedBody(type: string, body: Json): Json {
  const wantsList = type === "application/json-patch+json";
  if (wantsList ? Array.isArray(body) : isObject(body)) return body;
  if (body === null) throw badRequest("Invalid JSON Patch");
  const target = wantsList ? "[]handlers.jsonPatchOp" : "map[string]interface {}";
  throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(body)} into Go value of type ${target}`);
}

/**
 * The live object with the patch on it, decoded into its stored form.
 * @throws 422 when the result is no object of its type; the message repeats the whole object, as the real one does.
 */
export function patched(
  call: Call,
  type: string,
  body: Json,
  before: ApiObject,
  typeName: string,
  options: WriteOptions,
): JsonObject {
  const shown = toView(call.resource, before);
  const strategic = type === "application/strategic-merge-patch+json";
  const result = run(type, typeName, shown, body);
  const refuse = (why: string) => unprocessablePatch(strategic ? goText(body) : JSON.stringify(result), why);
  if (result["kind"] !== shown.kind) {
    const group = call.resource.group === "" ? "core" : (call.resource.group.split(".")[0] ?? "");
    throw refuse(
      `converting (${call.resource.version}.${String(result["kind"])}) to (${group}.${shown.kind}): unknown conversion`,
    );
  }
  try {
    const decoded = decodeFor(
      call,
      result,
      options,
      Array.isArray(body) ? "" : call.body.toString("utf8"),
      refuse,
      typeName,
    );
    // Another apiVersion of the same group is dropped without a word.
    return { ...decoded, apiVersion: before.apiVersion, kind: before.kind };
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(strategic ? error.unstructured : error.message);
    throw error;
  }
}

function run(type: string, typeName: string, shown: ApiObject, body: Json): JsonObject {
  if (Array.isArray(body)) return applyJsonPatch(shown, body);
  if (!isObject(body)) return shown;
  return type === "application/merge-patch+json"
    ? applyMergePatch(shown, body)
    : applyStrategicPatch(typeName, shown, body);
}
