import {
  isObject,
  type Json,
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
import {
  atLeast,
  duplicates,
  duplicateValue,
  forbiddenField,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from "./field-errors.ts";
import { labelProblem, portNameProblem } from "./names.ts";

/** The rules of a PodSpec, in a pod or in a template. `field` is its path. */
export function podSpecErrors(spec: JsonObject, field: string): FieldError[] {
  const containers = objectsAt(spec, "containers");
  const all = [...containers, ...objectsAt(spec, "initContainers"), ...objectsAt(spec, "ephemeralContainers")];
  const volumes = objectsAt(spec, "volumes");
  const volumeNames = volumes.map((v) => stringAt(v, "name") ?? "");
  const errors: FieldError[] = volumes.flatMap((volume, i) => volumeErrors(volume, `${field}.volumes[${i}]`));
  errors.push(
    ...duplicates(volumeNames, (n) => n).map((d) => duplicateValue(`${field}.volumes[${d.index}].name`, d.key)),
  );
  if (containers.length === 0) errors.push(requiredValue(`${field}.containers`));
  for (const list of ["containers", "initContainers"]) {
    for (const [i, c] of objectsAt(spec, list).entries())
      errors.push(...containerErrors(c, `${field}.${list}[${i}]`, volumeNames));
  }
  const names = all.map((c) => stringAt(c, "name") ?? "").filter((n) => n !== "");
  for (const { index, key } of duplicates(names, (n) => n)) {
    const inMain = index < containers.length;
    errors.push(
      duplicateValue(
        inMain ? `${field}.containers[${index}].name` : `${field}.initContainers[${index - containers.length}].name`,
        key,
      ),
    );
  }
  errors.push(...atLeast(`${field}.terminationGracePeriodSeconds`, spec["terminationGracePeriodSeconds"], 0));
  errors.push(...atLeast(`${field}.activeDeadlineSeconds`, spec["activeDeadlineSeconds"], 1));
  return errors;
}

function volumeErrors(volume: JsonObject, field: string): FieldError[] {
  const name = stringAt(volume, "name") ?? "";
  const problem = name === "" ? undefined : labelProblem(name);
  const sources = Object.keys(volume).filter((key) => key !== "name");
  const errors =
    name === ""
      ? [requiredValue(`${field}.name`)]
      : problem === undefined
        ? []
        : [invalidValue(`${field}.name`, name, problem)];
  if (sources.length === 0) errors.push(requiredValue(field, "must specify a volume type"));
  for (const extra of sources.slice(1))
    errors.push(forbiddenField(`${field}.${extra}`, "may not specify more than 1 volume type"));
  return errors;
}

function containerErrors(c: JsonObject, field: string, volumeNames: readonly string[]): FieldError[] {
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

export function resourceErrors(resources: JsonObject, field: string): FieldError[] {
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

const frozenSpec =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** A pod's spec is fixed but for images, the deadline and more tolerations. The real message ends with a diff. */
export function podUpdateErrors(before: JsonObject, after: JsonObject): FieldError[] {
  const mutable = (spec: JsonObject): JsonObject => {
    const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...fixed } = spec;
    const withoutImage = (list: string): JsonObject => ({
      [list]: objectsAt(spec, list).map(({ image: _image, ...c }) => c),
    });
    return { ...fixed, ...withoutImage("containers"), ...withoutImage("initContainers") };
  };
  const kept = listAt(before, "tolerations").every((t) => listAt(after, "tolerations").some((u) => sameJson(t, u)));
  if (kept && sameJson(mutable(before), mutable(after))) return [];
  return [forbiddenField("spec", frozenSpec)];
}

/** Advice the server gives in Warning headers: doubled env entries. */
export function podSpecWarnings(spec: JsonObject, field: string): string[] {
  return objectsAt(spec, "containers").flatMap((c, i) =>
    duplicates(objectsAt(c, "env"), (env) => stringAt(env, "name")).map(
      ({ index, key }) =>
        `${field}.containers[${i}].env[${index}]: hides previous definition of "${key}", which may be dropped when using apply`,
    ),
  );
}

/** Guaranteed, Burstable or BestEffort, from the requests and limits of cpu and memory. */
export function qosClass(spec: JsonObject): string {
  const containers = [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")];
  const parts = containers.map((c) => objectAt(c, "resources"));
  const uses = (part: string) =>
    parts.some((r) => ["cpu", "memory"].some((n) => (nanoOf(objectAt(r, part)[n]) ?? 0n) > 0n));
  if (!uses("limits") && !uses("requests")) return "BestEffort";
  const guaranteed = parts.every((r) =>
    ["cpu", "memory"].every((n) => {
      const limit = nanoOf(objectAt(r, "limits")[n]);
      return limit !== undefined && limit === (nanoOf(objectAt(r, "requests")[n]) ?? limit);
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
