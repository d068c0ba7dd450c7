import {
  type ApiObject,
  isObject,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
} from "../json.ts";
import { nanoOf } from "../schema/quantity.ts";
import type { FieldError } from "../status-errors.ts";
import { atLeast, forbiddenField, invalidValue, requiredValue, tooLong, unsupportedValue } from "./field-errors.ts";
import { configKeyProblem } from "./names.ts";

const dataLimitBytes = 1_048_576;

/** ConfigMaps and Secrets: keys, doubled keys and the total size. */
export function dataErrors(object: ApiObject): FieldError[] {
  const data = objectAt(object, "data");
  const binary = objectAt(object, "binaryData");
  const errors: FieldError[] = [];
  for (const [field, keys] of [
    ["data", Object.keys(data)],
    ["binaryData", Object.keys(binary)],
  ] as const) {
    for (const key of keys) {
      const problem = configKeyProblem(key);
      if (problem !== undefined) errors.push(invalidValue(`${field}[${key}]`, key, problem));
      if (field === "data" && key in binary)
        errors.push(invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
  }
  const sizes = [...Object.values(data), ...Object.values(binary)].map((value) => Buffer.byteLength(String(value)));
  const size = sizes.reduce((sum, bytes) => sum + bytes, 0);
  if (size > dataLimitBytes) errors.push(tooLong(object.kind === "Secret" ? "data" : "[]", dataLimitBytes));
  return errors;
}

/** Immutable ones stay so for ever, and the type of a Secret cannot change. */
export function dataUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  if (before["immutable"] === true) {
    if (after["immutable"] !== true)
      errors.push(forbiddenField("immutable", "field is immutable when `immutable` is set"));
    for (const field of ["data", "binaryData"]) {
      if (!sameJson(before[field], after[field]))
        errors.push(forbiddenField(field, "field is immutable when `immutable` is set"));
    }
  }
  if (after.kind === "Secret" && before["type"] !== after["type"])
    errors.push(invalidValue("type", after["type"], "field is immutable"));
  return errors;
}

const windowLimitSeconds = 3600;

/**
 * Bounds of replicas, its target, and windows of up to an hour; metrics are looked at as far as kubemend writes them.
 */
export function autoscalerErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  const [minimum, maximum] = [numberAt(spec, "minReplicas"), numberAt(spec, "maxReplicas") ?? 0];
  const metrics = objectsAt(spec, "metrics");
  const errors: FieldError[] = atLeast("spec.minReplicas", minimum, 1);
  if (maximum < 1) errors.push(invalidValue("spec.maxReplicas", maximum, "must be greater than 0"));
  if (minimum !== undefined && maximum < minimum)
    errors.push(invalidValue("spec.maxReplicas", maximum, "must be greater than or equal to `minReplicas`"));
  const target = objectAt(spec, "scaleTargetRef");
  for (const key of ["kind", "name"])
    if ((stringAt(target, key) ?? "") === "") errors.push(requiredValue(`spec.scaleTargetRef.${key}`));
  for (const [i, metric] of metrics.entries()) {
    const field = `spec.metrics[${i}].resource.target.averageUtilization`;
    const utilization = numberAt(metric, "resource", "target", "averageUtilization");
    if (utilization !== undefined && utilization < 1)
      errors.push(invalidValue(field, utilization, "must be greater than 0"));
  }
  for (const direction of ["scaleUp", "scaleDown"]) {
    const window = numberAt(spec, "behavior", direction, "stabilizationWindowSeconds");
    const field = `spec.behavior.${direction}.stabilizationWindowSeconds`;
    errors.push(...atLeast(field, window, 0));
    if (window !== undefined && window > windowLimitSeconds)
      errors.push(invalidValue(field, window, `must be less than or equal to ${windowLimitSeconds}`));
  }
  const outside = metrics.some((m) => m["type"] === "Object" || m["type"] === "External");
  if (minimum === 0 && !outside)
    errors.push(
      forbiddenField(
        "spec.metrics",
        "must specify at least one Object or External metric to support scaling to zero replicas",
      ),
    );
  return errors;
}

/** Who holds it, and since when, is not looked at. */
export function leaseErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  const duration = numberAt(spec, "leaseDurationSeconds");
  const errors: FieldError[] = [];
  if (duration !== undefined && duration <= 0)
    errors.push(invalidValue("spec.leaseDurationSeconds", duration, "must be greater than 0"));
  const transitions = numberAt(spec, "leaseTransitions");
  if (transitions !== undefined && transitions < 0)
    errors.push(invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
  return errors;
}

/** PodDisruptionBudget: one of the two bounds. */
export function disruptionBudgetErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  const both = spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined;
  const errors = both ? [invalidValue("spec", null, "minAvailable and maxUnavailable cannot be both set")] : [];
  for (const bound of ["minAvailable", "maxUnavailable"]) errors.push(...atLeast(`spec.${bound}`, spec[bound], 0));
  return errors;
}

/** Amounts below zero; whether a resource can have a quota is not looked at. */
export function quotaErrors(object: ApiObject): FieldError[] {
  return Object.entries(objectAt(object, "spec", "hard")).flatMap(([name, quantity]) => {
    const nano = nanoOf(quantity);
    return nano !== undefined && nano < 0n
      ? [invalidValue(`spec.hard[${name}]`, quantity, "must be greater than or equal to 0")]
      : [];
  });
}

/** Roles need verbs in each rule; bindings a role and their subjects. */
export function rbacErrors(object: ApiObject): FieldError[] {
  const errors = objectsAt(object, "rules").flatMap((rule, i) =>
    listAt(rule, "verbs").length === 0
      ? [requiredValue(`rules[${i}].verbs`, "verbs must contain at least one value")]
      : [],
  );
  if (!object.kind.endsWith("Binding")) return errors;
  const role: JsonObject = objectAt(object, "roleRef");
  if ((stringAt(role, "name") ?? "") === "") errors.push(requiredValue("roleRef.name"));
  const kinds = ["ClusterRole", ...(object.kind === "RoleBinding" ? ["Role"] : [])];
  const kind = stringAt(role, "kind") ?? "";
  if (!kinds.includes(kind)) errors.push(unsupportedValue("roleRef.kind", kind, kinds));
  return errors;
}

/**
 * A binding stays with its role: it has to be deleted and made anew for another one
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example).
 */
export function rbacUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  if (!isObject(before["roleRef"]) || sameJson(before["roleRef"], after["roleRef"])) return [];
  return [invalidValue("roleRef", after["roleRef"], "cannot change roleRef")];
}
