import { type ApiObject, type JsonObject, objectAt, sameJson, stringAt } from "../json.ts";
import type { FieldError } from "../status-errors.ts";
import { invalidValue, requiredValue } from "./field-errors.ts";
import { podSpecErrors } from "./pod.ts";

/** Jobs run to an end, and their template is fixed. */
export function jobErrors(object: ApiObject): FieldError[] {
  return [...labelErrors(object), ...podErrors(object, ["spec", "template", "spec"])];
}

function podErrors(object: ApiObject, path: readonly string[]): FieldError[] {
  const [spec, field] = [objectAt(object, ...path), path.join(".")];
  const errors = podSpecErrors(spec, field);
  const restart = stringAt(spec, "restartPolicy") ?? "";
  if (restart === "OnFailure" || restart === "Never") return errors;
  const message = 'Required value: valid values: "OnFailure", "Never"';
  return [...errors, { field: `${field}.restartPolicy`, reason: "FieldValueRequired", message }];
}

/** A copied Job still has the selector and the labels of the old one: a re-run must leave them out. */
function labelErrors(job: ApiObject): FieldError[] {
  const spec = objectAt(job, "spec");
  if (spec["manualSelector"] === true) return [];
  const labels = objectAt(spec, "template", "metadata", "labels");
  const wanted = ["", "batch.kubernetes.io/"].flatMap((prefix) => [
    [`${prefix}controller-uid`, job.metadata.uid] as const,
    [`${prefix}job-name`, job.metadata.name] as const,
  ]);
  const errors = wanted
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => invalidValue(`spec.template.metadata.labels[${key}]`, labels, `must be '${value}'`));
  const selector = objectAt(spec, "selector");
  if (objectAt(selector, "matchLabels")["batch.kubernetes.io/controller-uid"] !== job.metadata.uid) {
    errors.push(invalidValue("spec.selector", selector, "`selector` not auto-generated"));
  }
  return errors;
}

const fixedOfJob = [
  "selector",
  "template",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
];
/** Where pods may go, which is open to change until a suspended Job has started. */
const placement = new Set(["nodeSelector", "tolerations", "affinity", "schedulingGates"]);

/** The template without what a Job that has never run may still change. */
function startable(template: JsonObject): JsonObject {
  const { labels: _labels, annotations: _annotations, ...metadata } = objectAt(template, "metadata");
  const spec = Object.entries(objectAt(template, "spec")).filter(([key]) => !placement.has(key));
  return { ...template, metadata, spec: Object.fromEntries(spec) };
}

/**
 * Nothing of a Job's work may change, but for where its pods may go while it is suspended and has not started
 * (KEP-2926, Allow updating scheduling directives of jobs), and the size of an elastic one.
 */
export function jobUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const [was, is] = [objectAt(before, "spec"), objectAt(after, "spec")];
  // An indexed Job may grow and shrink, with as many pods at once as it has parts.
  const isElastic = is["completionMode"] === "Indexed" && is["completions"] === is["parallelism"];
  const isUnstarted = was["suspend"] === true && objectAt(before, "status")["startTime"] === undefined;
  return ["completions", ...fixedOfJob].flatMap((field) => {
    if (sameJson(was[field], is[field]) || (field === "completions" && isElastic)) return [];
    if (
      field === "template" &&
      isUnstarted &&
      sameJson(startable(objectAt(was, field)), startable(objectAt(is, field)))
    )
      return [];
    return [invalidValue(`spec.${field}`, is[field], "field is immutable")];
  });
}

const cronNames = /^(@(annually|yearly|monthly|weekly|daily|hourly|midnight|every .+)|(\S+\s+){4}\S+)$/;

/** Of the schedule only the number of its fields is looked at, not whether each of them is in range. */
export function cronJobErrors(object: ApiObject): FieldError[] {
  const spec = objectAt(object, "spec");
  const schedule = stringAt(spec, "schedule") ?? "";
  const errors: FieldError[] = [];
  if (schedule === "") errors.push(requiredValue("spec.schedule"));
  else if (!cronNames.test(schedule.trim())) {
    const count = schedule.trim().split(/\s+/).length;
    errors.push(invalidValue("spec.schedule", schedule, `expected exactly 5 fields, found ${count}: [${schedule}]`));
  }
  const zone = stringAt(spec, "timeZone");
  if (zone !== undefined && !knownZone(zone))
    errors.push(invalidValue("spec.timeZone", zone, `unknown time zone ${zone}`));
  errors.push(...podErrors(object, ["spec", "jobTemplate", "spec", "template", "spec"]));
  return errors;
}

function knownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    // RangeError is how the runtime says that it has no such zone.
    return false;
  }
}
