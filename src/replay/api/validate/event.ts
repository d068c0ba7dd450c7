import { type ApiObject, sameJson, stringAt } from "../json.ts";
import type { FieldError } from "../status-errors.ts";
import { invalidValue, requiredValue } from "./field-errors.ts";
import { qualifiedNameProblem } from "./names.ts";

/** Events are checked loosely through core/v1. Those about cluster-scoped objects belong to namespace default. */
export function eventErrors(object: ApiObject): FieldError[] {
  const about = stringAt(object, "involvedObject", "namespace") ?? "";
  const own = object.metadata.namespace ?? "";
  if (about === own || (about === "" && own === "default")) return [];
  return [invalidValue("involvedObject.namespace", about, "does not match event.namespace")];
}

const noteLimit = 1024;

/** What events.k8s.io wants more than core/v1. The object is in its stored (core/v1) form. */
export function newEventErrors(object: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  const missing = (stored: string): boolean => [undefined, null, ""].includes(object[stored] as null);
  errors.push(...controllerErrors(stringAt(object, "reportingComponent") ?? ""));
  if (missing("reportingInstance")) errors.push(requiredValue("reportingInstance"));
  if (missing("action")) errors.push(requiredValue("action"));
  if (missing("reason")) errors.push(requiredValue("reason"));
  if ((stringAt(object, "message") ?? "").length > noteLimit)
    errors.push(invalidValue("message", "", `can have at most ${noteLimit} characters`));
  if (missing("eventTime")) errors.push(requiredValue("eventTime"));
  return errors;
}

/** Two rules of the real server find an empty name. */
function controllerErrors(name: string): FieldError[] {
  const problem = qualifiedNameProblem(name === "" ? "-" : name);
  const invalidName = problem === undefined ? [] : [invalidValue("reportingController", name, problem)];
  if (name !== "") return invalidName;
  const empty = invalidValue("reportingController", "", "name part must be non-empty");
  return [requiredValue("reportingController"), empty, ...invalidName];
}

const newEventFixed = [
  "involvedObject",
  "reason",
  "type",
  "action",
  "reportingComponent",
  "reportingInstance",
  "message",
];
const viewNames: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  reportingComponent: "reportingController",
};

/** Each error twice, as the real server has it. Fields are named as events.k8s.io calls them. */
export function newEventUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const changed = newEventFixed.filter((field) => !sameJson(before[field], after[field]));
  const errors = changed.map((field) => invalidValue(viewNames[field] ?? field, after[field], "field is immutable"));
  return [...errors, ...errors];
}
