import { isObject, type Json, type JsonObject, listAt, numberAt, objectAt, objectsAt, stringAt } from "../json.ts";
import { nanoOf } from "../schema/quantity.ts";
import type { FieldError } from "../status-errors.ts";
import {
  atLeast,
  duplicateValue,
  forbiddenField,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from "./field-errors.ts";
import { labelProblem, portNameProblem } from "./names.ts";

/** The rules of one container; `volumeNames` are those its mounts may name. */
export function containerErrors(c: JsonObject, field: string, volumeNames: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(c, "name") ?? "";
  const problem = labelProblem(name);
  if (name === "") errors.push(requiredValue(`${field}.name`));
  else if (problem !== undefined) errors.push(invalidValue(`${field}.name`, name, problem));
  const image = stringAt(c, "image") ?? "";
  if (image === "") errors.push(requiredValue(`${field}.image`));
  else if (image !== image.trim())
    errors.push(invalidValue(`${field}.image`, image, "must not have leading or trailing whitespace"));
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    if (isObject(c[probe])) errors.push(...probeErrors(c[probe], `${field}.${probe}`, probe));
  }
  errors.push(...portErrors(objectsAt(c, "ports"), `${field}.ports`));
  errors.push(...objectsAt(c, "env").flatMap((env, i) => envErrors(env, `${field}.env[${i}]`)));
  for (const [i, mount] of objectsAt(c, "volumeMounts").entries()) {
    const at = `${field}.volumeMounts[${i}]`;
    const volume = stringAt(mount, "name") ?? "";
    if (volume === "") errors.push(requiredValue(`${at}.name`));
    else if (!volumeNames.includes(volume))
      errors.push({ field: `${at}.name`, reason: "FieldValueInvalid", message: `Not found: "${volume}"` });
    if ((stringAt(mount, "mountPath") ?? "") === "") errors.push(requiredValue(`${at}.mountPath`));
  }
  errors.push(...resourceErrors(objectAt(c, "resources"), `${field}.resources`));
  const policy = stringAt(c, "imagePullPolicy");
  if (policy !== undefined && !["Always", "IfNotPresent", "Never"].includes(policy)) {
    errors.push(unsupportedValue(`${field}.imagePullPolicy`, policy, ["Always", "IfNotPresent", "Never"]));
  }
  return errors;
}

function probeErrors(probe: JsonObject, field: string, kind: string): FieldError[] {
  const handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter((h) => isObject(probe[h]));
  const errors: FieldError[] = handlers
    .slice(1)
    .map((h) => forbiddenField(`${field}.${h}`, "may not specify more than 1 handler type"));
  if (handlers.length === 0) errors.push(requiredValue(field, "must specify a handler type"));
  for (const handler of ["httpGet", "tcpSocket"]) {
    if (isObject(probe[handler])) errors.push(...probePortErrors(probe[handler]["port"], `${field}.${handler}.port`));
  }
  if (isObject(probe["exec"]) && listAt(probe["exec"], "command").length === 0)
    errors.push(requiredValue(`${field}.exec.command`));
  for (const count of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ]) {
    errors.push(...atLeast(`${field}.${count}`, probe[count], 0));
  }
  if (
    kind !== "readinessProbe" &&
    numberAt(probe, "successThreshold") !== undefined &&
    probe["successThreshold"] !== 1
  ) {
    errors.push(invalidValue(`${field}.successThreshold`, probe["successThreshold"], "must be 1"));
  }
  return errors;
}

function probePortErrors(port: Json | undefined, field: string): FieldError[] {
  if (typeof port === "string") {
    const problem = portNameProblem(port);
    return problem === undefined ? [] : [invalidValue(field, port, problem)];
  }
  return portNumberErrors(port ?? 0, field);
}

/** None for a port that may be; `port` is quoted in the error as it came. */
export function portNumberErrors(port: Json, field: string): FieldError[] {
  if (typeof port === "number" && port >= 1 && port <= 65535) return [];
  return [invalidValue(field, port, "must be between 1 and 65535, inclusive")];
}

function portErrors(ports: readonly JsonObject[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const name = stringAt(port, "name") ?? "";
    const problem = name === "" ? undefined : portNameProblem(name);
    if (problem !== undefined) errors.push(invalidValue(`${field}[${i}].name`, name, problem));
    else if (name !== "" && names.has(name)) errors.push(duplicateValue(`${field}[${i}].name`, name));
    names.add(name);
    if (port["containerPort"] === undefined) errors.push(requiredValue(`${field}[${i}].containerPort`));
    else errors.push(...portNumberErrors(port["containerPort"], `${field}[${i}].containerPort`));
  }
  return errors;
}

function envErrors(env: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = (stringAt(env, "name") ?? "") === "" ? [requiredValue(`${field}.name`)] : [];
  if (!isObject(env["valueFrom"])) return errors;
  const sources = Object.keys(env["valueFrom"]);
  if ((stringAt(env, "value") ?? "") !== "" && sources.length > 0) {
    errors.push(invalidValue(`${field}.valueFrom`, "", "may not be specified when `value` is not empty"));
  }
  if (sources.length === 0)
    errors.push(
      invalidValue(
        `${field}.valueFrom`,
        "",
        "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
      ),
    );
  if (sources.length > 1)
    errors.push(invalidValue(`${field}.valueFrom`, "", "may not have more than one field specified at a time"));
  for (const source of ["configMapKeyRef", "secretKeyRef"]) {
    const ref = env["valueFrom"][source];
    if (isObject(ref) && (stringAt(ref, "key") ?? "") === "")
      errors.push(requiredValue(`${field}.valueFrom.${source}.key`));
  }
  return errors;
}

const notOvercommitted = (name: string): boolean =>
  name.startsWith("hugepages-") || (name.includes("/") && !name.startsWith("kubernetes.io/"));

function resourceErrors(resources: JsonObject, field: string): FieldError[] {
  const limits = objectAt(resources, "limits");
  const requests = objectAt(resources, "requests");
  const errors: FieldError[] = [];
  for (const [part, quantities] of [
    ["limits", limits],
    ["requests", requests],
  ] as const) {
    for (const [name, quantity] of Object.entries(quantities)) {
      const nano = nanoOf(quantity);
      if (nano !== undefined && nano < 0n)
        errors.push(invalidValue(`${field}.${part}[${name}]`, quantity, "must be greater than or equal to 0"));
      if (!/^(cpu|memory|ephemeral-storage|hugepages-.+|.+\/.+)$/.test(name)) {
        errors.push(
          invalidValue(`${field}.${part}[${name}]`, name, "must be a standard resource type or fully qualified"),
        );
      }
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const [wanted, allowed] = [nanoOf(request), nanoOf(limits[name])];
    if (wanted === undefined || allowed === undefined) continue;
    if (notOvercommitted(name) && wanted !== allowed)
      errors.push(
        invalidValue(`${field}.requests`, request, `must be equal to ${name} limit of ${String(limits[name])}`),
      );
    else if (wanted > allowed)
      errors.push(
        invalidValue(
          `${field}.requests`,
          request,
          `must be less than or equal to ${name} limit of ${String(limits[name])}`,
        ),
      );
  }
  return errors;
}
