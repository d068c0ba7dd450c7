import { type JsonObject, objectAt } from "./json.ts";
import { qualifiedName, type Resource } from "./registry.ts";

/** One reason of an Invalid, Conflict or TooManyRequests answer. */
export interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An error answer of the API: thrown by handlers, sent as a v1 Status. */
export class StatusFailure extends Error {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}) {
    super(String(body["message"] ?? ""));
    this.code = code;
    this.body = body;
    this.headers = headers;
  }
}

/** Builds the failure; members that are undefined are left out of the Status, as the API does. */
export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: JsonObject,
): StatusFailure {
  return new StatusFailure(code, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  });
}

/** 400: the request cannot be understood. */
export function badRequest(message: string): StatusFailure {
  return failure(400, "BadRequest", message);
}

/** Faults that the API server reports as its own: they carry no reason. */
export function internal(message: string): StatusFailure {
  return failure(500, undefined, message);
}

type Named = Pick<Resource, "group" | "name">;

function detailsOf(resource: Named, name: string, kind = resource.name): JsonObject {
  return { ...(name === "" ? {} : { name }), ...(resource.group === "" ? {} : { group: resource.group }), kind };
}

/** 404 for an object; see `noSuchPath` for a resource. */
export function notFound(resource: Named, name: string): StatusFailure {
  return failure(404, "NotFound", `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name));
}

/** A path of a known group that leads nowhere. */
export function noSuchPath(): StatusFailure {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

/** 405, without saying which resource or method. */
export function methodNotAllowed(): StatusFailure {
  return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** 409 of a create whose name is taken. */
export function alreadyExists(resource: Named, name: string): StatusFailure {
  return failure(
    409,
    "AlreadyExists",
    `${qualifiedName(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

const staleText = "the object has been modified; please apply your changes to the latest version and try again";

/** 409 of a write to another version than the present one; the client reads again and decides anew. */
export function conflict(resource: Named, name: string, why = staleText): StatusFailure {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`;
  return failure(409, "Conflict", message, detailsOf(resource, name));
}

/** A precondition (uid or resourceVersion) of a delete or an eviction that does not hold; it names the kind. */
export function preconditionFailed(resource: Resource, name: string, why: string): StatusFailure {
  const qualified = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  const message = `Operation cannot be fulfilled on ${qualified} "${name}": ${why}`;
  return failure(409, "Conflict", message, detailsOf(resource, name, resource.kind));
}

/** 403. `name` is "" for a collection; `why` ends the sentence. */
export function forbidden(resource: Named, name: string, why: string): StatusFailure {
  const subject = name === "" ? qualifiedName(resource) : `${qualifiedName(resource)} "${name}"`;
  return failure(403, "Forbidden", `${subject} is forbidden: ${why}`, detailsOf(resource, name));
}

/** The same failure with causes among its details. */
export function withCauses(error: StatusFailure, causes: readonly Cause[]): StatusFailure {
  const details = { ...objectAt(error.body, "details"), causes: causes.map((cause) => ({ ...cause })) };
  return new StatusFailure(error.code, { ...error.body, details }, error.headers);
}

/** A field of an object that breaks a rule. `field` is a path such as `spec.ports[0].name`. */
export interface FieldError {
  readonly field: string;
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueForbidden"
    | "FieldValueDuplicate"
    | "FieldValueNotSupported"
    | "FieldValueTooLong";
  readonly message: string;
}

/** 422 with one cause a field error. The message lists each error once, the causes repeat what was found twice. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusFailure {
  const subject = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const summary = texts.length === 1 ? String(texts[0]) : `[${texts.join(", ")}]`;
  return failure(422, "Invalid", `${subject} "${name}" is invalid: ${summary}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    ...(kind.kind === "" ? {} : { kind: kind.kind }),
    causes: errors.map((e) => ({ reason: e.reason, message: e.message, field: e.field })),
  });
}

/** The 422 of a patch that cannot be applied to the object; `value` is what the API quotes, often the whole object. */
export function unprocessablePatch(value: string, why: string): StatusFailure {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
  return invalid({ group: "", kind: "" }, "", [{ field: "patch", reason: "FieldValueInvalid", message }]);
}

/** A failing JSON patch: the API does not tell which operation failed, or why. */
export function patchRejected(): StatusFailure {
  return failure(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

/** 415 of a body in a type that this operation does not take. */
export function unsupportedMediaType(): StatusFailure {
  return failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
}

/**
 * 410: the version, or the page of a list, is no longer kept. With `continueToken` the list can go on inconsistently
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks).
 */
export function expired(message: string, continueToken?: string): StatusFailure {
  const error = failure(410, "Expired", message);
  if (continueToken === undefined) return error;
  return new StatusFailure(410, { ...error.body, metadata: { continue: continueToken } });
}

/** A read at a resourceVersion that does not exist yet. */
export function tooLargeVersion(wanted: number, current: number): StatusFailure {
  const error = failure(504, "Timeout", `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
  return new StatusFailure(504, error.body, { "retry-after": "1" });
}

/** The Status that a delete answers with when nothing is left of the object. */
export function success(details?: JsonObject, code?: number): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    ...(details === undefined ? {} : { details }),
    ...(code === undefined ? {} : { code }),
  };
}
