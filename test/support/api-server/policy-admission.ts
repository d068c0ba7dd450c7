import type { AdmissionRequest, Refusal } from "../../../src/replay/api/call.ts";
import {
  type ApiObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  stringAt,
} from "../../../src/replay/api/json.ts";
import type { ObjectTable } from "../../../src/replay/api/object-table.ts";
import { findResource } from "../../../src/replay/api/registry.ts";
import { operationOf, reviewOf } from "./admission-review.ts";

/**
 * Evaluates the Common Expression Language. A server without one cannot judge policies; the product needs none, tests bring
 * their own. `compile` throws on bad syntax, the compiled expression on a missing key and the like.
 */
export interface CelPort {
  compile(expression: string): (variables: Readonly<Record<string, unknown>>) => unknown;
}

const group = "admissionregistration.k8s.io";

/**
 * Judges writes by the ValidatingAdmissionPolicies and bindings in the table, as the API server does: each policy that has
 * a binding, its match conditions first, then its validations in order, of which the first that fails is told.
 * Not served: parameters, selectors and exceptions. A policy that uses one of them refuses every request.
 */
export function policyAdmission(table: ObjectTable, cel: CelPort): (request: AdmissionRequest) => Refusal | undefined {
  const compiled = new Map<string, ReturnType<CelPort["compile"]>>();
  const run = (expression: string, variables: Readonly<Record<string, unknown>>) => {
    const known = compiled.get(expression) ?? cel.compile(expression);
    compiled.set(expression, known);
    return known(variables);
  };
  const all = (name: string): readonly ApiObject[] => {
    const resource = findResource(group, "v1", name);
    return resource ? [...table.list(resource, "")] : [];
  };
  return (request) => {
    for (const binding of all("validatingadmissionpolicybindings")) {
      if (!listAt(binding, "spec", "validationActions").includes("Deny")) continue;
      const policy = all("validatingadmissionpolicies").find(
        ({ metadata }) => metadata.name === stringAt(binding, "spec", "policyName"),
      );
      if (!policy) continue;
      const refusal = judge(policy, request, run);
      if (!refusal) continue;
      const named = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
      return { ...refusal, message: `${named} denied request: ${refusal.message}` };
    }
    return undefined;
  };
}

type Run = (expression: string, variables: Readonly<Record<string, unknown>>) => unknown;

function judge(policy: ApiObject, request: AdmissionRequest, run: Run): Refusal | undefined {
  const spec = objectAt(policy, "spec");
  if (!objectsAt(spec, "matchConstraints", "resourceRules").some((rule) => matches(rule, request))) return undefined;
  const unserved = ["paramKind"].find((key) => spec[key] !== undefined);
  if (unserved) return { message: `${unserved} is not served here` };
  const failsOpen = spec["failurePolicy"] === "Ignore";
  const known: Record<string, unknown> = variablesOf(request);
  const broken = (expression: string, error: unknown): Refusal | undefined =>
    failsOpen
      ? undefined
      : {
          message: `expression '${expression}' resulted in error: ${error instanceof Error ? error.message : "unknown"}`,
        };
  for (const { expression } of expressionsIn(spec, "matchConditions")) {
    try {
      if (run(expression, known) !== true) return undefined;
    } catch (error) {
      return broken(expression, error);
    }
  }
  const variables: Record<string, unknown> = {};
  known["variables"] = variables;
  for (const { name, expression } of expressionsIn(spec, "variables")) {
    try {
      variables[name] = run(expression, known);
    } catch (error) {
      return broken(expression, error);
    }
  }
  for (const { expression, message, reason } of expressionsIn(spec, "validations")) {
    try {
      if (run(expression, known) === true) continue;
    } catch (error) {
      const refusal = broken(expression, error);
      if (refusal) return refusal;
      continue;
    }
    return {
      message: message || `failed expression: ${expression}`,
      reason: reason === "Forbidden" ? "Forbidden" : "Invalid",
    };
  }
  return undefined;
}

function expressionsIn(spec: JsonObject, key: string) {
  return objectsAt(spec, key).map((one) => ({
    name: stringAt(one, "name") ?? "",
    expression: stringAt(one, "expression") ?? "",
    message: stringAt(one, "message") ?? "",
    reason: stringAt(one, "reason") ?? "Invalid",
  }));
}

function matches(rule: JsonObject, request: AdmissionRequest): boolean {
  const { resource, subresource } = request;
  const has = (key: string, value: string) => {
    const list = listAt(rule, key);
    return list.includes("*") || list.includes(value);
  };
  // `*/*` is everything, `pods` alone is no subresource, `pods/*` and `*/scale` are what they look like.
  const named = listAt(rule, "resources").some((text) => {
    const [name, sub = ""] = String(text).split("/");
    return (name === "*" || name === resource.name) && (sub === "*" || sub === subresource);
  });
  return (
    named &&
    has("apiGroups", resource.group) &&
    has("apiVersions", resource.version) &&
    has("operations", operationOf(request))
  );
}

function variablesOf(request: AdmissionRequest): Record<string, unknown> {
  const { object, oldObject, ...rest } = reviewOf(request);
  return { object: object && whole(object), oldObject: oldObject && whole(oldObject), request: rest };
}

/** CEL tells whole numbers from others; JSON does not. */
function whole(value: Json | undefined): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(whole);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => (child === undefined ? [] : [[key, whole(child)]])),
  );
}
