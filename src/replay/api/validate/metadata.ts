import { type ApiObject, listAt, stringsAt } from "../json.ts";
import type { Resource } from "../registry.ts";
import type { FieldError } from "../status-errors.ts";
import { forbiddenField, invalidValue, requiredValue } from "./field-errors.ts";
import {
  annotationErrors,
  labelErrors,
  labelProblem,
  pathProblem,
  qualifiedNameProblem,
  serviceNameProblem,
  subdomainProblem,
} from "./names.ts";

const standardFinalizers = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

function nameProblem(resource: Resource): (name: string) => string | undefined {
  if (resource.group === "rbac.authorization.k8s.io" || resource.kind === "Event") return pathProblem;
  if (resource.kind === "Service") return serviceNameProblem;
  return resource.kind === "Namespace" ? labelProblem : subdomainProblem;
}

/** Rules for metadata that every kind shares, of creates and updates. */
export function metadataErrors(resource: Resource, { metadata }: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  if (metadata.name === "") errors.push(requiredValue("metadata.name", "name or generateName is required"));
  else {
    const problem = nameProblem(resource)(metadata.name);
    if (problem !== undefined) errors.push(invalidValue("metadata.name", metadata.name, problem));
  }
  errors.push(...labelErrors(stringsAt(metadata, "labels"), "metadata.labels"));
  errors.push(...annotationErrors(stringsAt(metadata, "annotations"), "metadata.annotations"));
  for (const [i, finalizer] of finalizersOf(metadata).entries()) {
    const field = `metadata.finalizers[${i}]`;
    const problem = qualifiedNameProblem(finalizer);
    if (problem !== undefined) errors.push(invalidValue(field, finalizer, problem));
    else if (!finalizer.includes("/") && !standardFinalizers.has(finalizer)) {
      errors.push(
        invalidValue(field, finalizer, "name is neither a standard finalizer name nor is it fully qualified"),
      );
    }
  }
  return errors;
}

/** What an update may not change. */
export function metadataUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const errors: FieldError[] = [];
  if (after.metadata.uid !== before.metadata.uid) {
    errors.push(invalidValue("metadata.uid", after.metadata.uid, "field is immutable"));
  }
  if (before.metadata["deletionTimestamp"] !== undefined) {
    const known = finalizersOf(before.metadata);
    const added = finalizersOf(after.metadata).filter((f) => !known.includes(f));
    const list = added.map((f) => JSON.stringify(f)).join(", ");
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
    if (added.length > 0) errors.push(forbiddenField("metadata.finalizers", detail));
  }
  return errors;
}

/** Empty without any. */
export function finalizersOf(metadata: ApiObject["metadata"]): string[] {
  return listAt(metadata, "finalizers").filter((f): f is string => typeof f === "string");
}
