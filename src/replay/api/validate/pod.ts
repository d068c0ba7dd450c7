import { type JsonObject, listAt, objectAt, objectsAt, sameJson, stringAt } from "../json.ts";
import { nanoOf } from "../schema/quantity.ts";
import type { FieldError } from "../status-errors.ts";
import { containerErrors } from "./container.ts";
import { atLeast, duplicates, duplicateValue, forbiddenField, invalidValue, requiredValue } from "./field-errors.ts";
import { labelProblem } from "./names.ts";

/**
 * The rules of a PodSpec, in a pod or in a template. `field` is its path; `claimed` are volumes that come from elsewhere, as those
 * of a StatefulSet's claim templates do.
 */
export function podSpecErrors(spec: JsonObject, field: string, claimed: readonly string[] = []): FieldError[] {
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
      errors.push(...containerErrors(c, `${field}.${list}[${i}]`, [...volumeNames, ...claimed]));
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
