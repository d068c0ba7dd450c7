import { duplicateKeys } from "./body.ts";
import type { Call } from "./call.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Resource } from "./registry.ts";
import { type Decoded, decode } from "./schema/decode.ts";
import { badRequest, type FieldError, invalid } from "./status-errors.ts";
import { fromView } from "./views.ts";

/** How a write is to be done, from its query. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly force: boolean;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
}

type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions";

/**
 * Query parameters are case-sensitive and unknown ones are ignored: `?dryrun=All` is a real write, `?dryRun=true` an
 * error.
 * @throws 422 for values the API does not know.
 */
export function writeOptions(call: Call, kind: OptionsKind, applying = false): WriteOptions {
  const { query } = call;
  const dryRun = query.getAll("dryRun").filter((v) => v !== "");
  const validation = query.get("fieldValidation") || "Warn";
  const errors: FieldError[] = [];
  if (applying && !query.get("fieldManager")) {
    errors.push({
      field: "fieldManager",
      reason: "FieldValueRequired",
      message: "Required value: is required for apply patch",
    });
  }
  if (kind === "PatchOptions" && !applying && query.has("force")) {
    errors.push({
      field: "force",
      reason: "FieldValueForbidden",
      message: "Forbidden: may not be specified for non-apply patch",
    });
  }
  errors.push(...dryRunErrors(dryRun));
  if (validation !== "Ignore" && validation !== "Warn" && validation !== "Strict") {
    const message = `Unsupported value: "${validation}": supported values: "", "Ignore", "Strict", "Warn"`;
    errors.push({ field: "fieldValidation", reason: "FieldValueNotSupported", message });
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: query.get("fieldManager") || managerOf(call),
    force: query.get("force") === "true",
    fieldValidation: validation as WriteOptions["fieldValidation"],
  };
}

/**
 * `All` is the only value there is (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run); none is no
 * dry run.
 */
export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((v) => v === "All")) return [];
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  return [{ field: "dryRun", reason: "FieldValueNotSupported", message }];
}

/** Without fieldManager the server takes the User-Agent up to its first slash. */
function managerOf(call: Call): string {
  const agent = call.headers["user-agent"];
  return typeof agent === "string" ? (agent.split("/")[0] ?? "") : "";
}

/** `apps/v1/Deployment`, `v1/Pod`: how schemas are looked up. */
export function typeOf(resource: Resource): string {
  return `${apiVersionOf(resource)}/${resource.kind}`;
}

/**
 * Decodes an object of the asked resource into its stored form and tells unknown and doubled fields as the
 * fieldValidation option wants. `strict` makes the error of a Strict refusal.
 */
export function decodeFor(
  call: Call,
  value: JsonObject,
  options: WriteOptions,
  text: string,
  strict: (problems: string) => Error,
  type = typeOf(call.resource),
): JsonObject {
  const decoded: Decoded = decode(type, value);
  const problems = [
    ...duplicateKeys(text).map((path) => `duplicate field "${path}"`),
    ...decoded.unknown.map((path) => `unknown field "${path}"`),
  ];
  if (problems.length > 0 && options.fieldValidation === "Strict")
    throw strict(`strict decoding error: ${problems.join(", ")}`);
  if (options.fieldValidation === "Warn") call.warnings.push(...problems);
  return fromView(call.resource, decoded.object);
}

/** @throws 400 when the body names another type than the path serves. */
export function checkType(resource: Resource, object: JsonObject): void {
  const wanted = apiVersionOf(resource);
  const apiVersion = object["apiVersion"] ?? wanted;
  const kind = object["kind"] ?? resource.kind;
  if (apiVersion === wanted && kind === resource.kind) return;
  const group = resource.group === "" ? "core" : (resource.group.split(".")[0] ?? "");
  const version = String(apiVersion).split("/").at(-1);
  if (String(apiVersion) !== wanted && kind === resource.kind) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`,
    );
  }
  const why = `converting (${version}.${String(kind)}) to (${group}.${resource.kind}): unknown conversion`;
  throw badRequest(`${String(kind)} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`);
}
