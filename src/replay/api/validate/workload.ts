import {
  type ApiObject,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
  stringsAt,
} from "../json.ts";
import { matchesLabelSelector } from "../selectors.ts";
import type { FieldError } from "../status-errors.ts";
import { atLeast, forbiddenField, invalidValue, requiredValue, unsupportedValue } from "./field-errors.ts";
import { annotationErrors, labelErrors } from "./names.ts";
import { podSpecErrors } from "./pod.ts";

/** Deployments, ReplicaSets, StatefulSets, DaemonSets: what they share is told in the order the API tells it. */
export function workloadErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  return [
    ...atLeast("spec.replicas", spec["replicas"], 0),
    ...selectorErrors(spec),
    ...templateErrors(spec),
    ...strategyErrors(object.kind, spec),
    ...atLeast("spec.minReadySeconds", spec["minReadySeconds"], 0),
    ...atLeast("spec.revisionHistoryLimit", spec["revisionHistoryLimit"], 0),
    ...deadlineErrors(object.kind, spec),
  ];
}

function selectorErrors(spec: JsonObject): FieldError[] {
  if (!isObject(spec["selector"])) return [requiredValue("spec.selector")];
  const empty =
    Object.keys(objectAt(spec, "selector", "matchLabels")).length === 0 &&
    objectsAt(spec, "selector", "matchExpressions").length === 0;
  return empty ? [invalidValue("spec.selector", {}, "empty selector is invalid for deployment")] : [];
}

function templateErrors(spec: JsonObject): FieldError[] {
  const template = objectAt(spec, "template");
  const labels = stringsAt(template, "metadata", "labels");
  const errors: FieldError[] = [];
  const selected = isObject(spec["selector"]) && matchesLabelSelector(spec["selector"], labels);
  if (!selected) {
    const shown = Object.keys(labels).length === 0 ? null : labels;
    errors.push(invalidValue("spec.template.metadata.labels", shown, "`selector` does not match template `labels`"));
  }
  errors.push(...labelErrors(labels, "spec.template.labels"));
  errors.push(...annotationErrors(stringsAt(template, "metadata", "annotations"), "spec.template.annotations"));
  const claimed = objectsAt(spec, "volumeClaimTemplates").map((claim) => stringAt(claim, "metadata", "name") ?? "");
  errors.push(...podSpecErrors(objectAt(template, "spec"), "spec.template.spec", claimed));
  const restart = stringAt(template, "spec", "restartPolicy") ?? "Always";
  if (restart !== "Always") errors.push(unsupportedValue("spec.template.spec.restartPolicy", restart, ["Always"]));
  return errors;
}

function strategyErrors(kind: string, spec: JsonObject): FieldError[] {
  if (kind !== "Deployment") return [];
  const strategy = objectAt(spec, "strategy");
  const type = stringAt(strategy, "type") ?? "";
  const rolling = strategy["rollingUpdate"];
  if (type === "Recreate" && rolling !== undefined) {
    return [forbiddenField("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type === "Recreate") return [];
  if (type !== "RollingUpdate") return [unsupportedValue("spec.strategy.type", type, ["Recreate", "RollingUpdate"])];
  const none = (value: unknown): boolean => value === 0 || value === "0%";
  if (isObject(rolling) && none(rolling["maxUnavailable"]) && none(rolling["maxSurge"])) {
    return [
      invalidValue(
        "spec.strategy.rollingUpdate.maxUnavailable",
        rolling["maxUnavailable"],
        "may not be 0 when `maxSurge` is 0",
      ),
    ];
  }
  return [];
}

function deadlineErrors(kind: string, spec: JsonObject): FieldError[] {
  if (kind !== "Deployment") return [];
  const deadline = numberAt(spec, "progressDeadlineSeconds");
  if (deadline === undefined) return [];
  const errors = atLeast("spec.progressDeadlineSeconds", deadline, 0);
  const ready = numberAt(spec, "minReadySeconds") ?? 0;
  if (deadline <= ready)
    errors.push(invalidValue("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
  return errors;
}

const statefulSetFields = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

/** Selectors are fixed; a StatefulSet lets only seven fields change. */
export function workloadUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const [old, next] = [objectAt(before, "spec"), objectAt(after, "spec")];
  if (after.kind === "StatefulSet") {
    const fixed = (spec: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(spec).filter(([key]) => !statefulSetFields.includes(key)));
    if (sameJson(fixed(old), fixed(next))) return [];
    const names = statefulSetFields.map((f) => `'${f}'`);
    const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
    return [forbiddenField("spec", `updates to statefulset spec for fields other than ${list} are forbidden`)];
  }
  if (sameJson(old["selector"], next["selector"])) return [];
  return [invalidValue("spec.selector", next["selector"], "field is immutable")];
}
