import { type ApiObject, type JsonObject, objectAt, sameJson } from "../json.ts";
import { nanoOf } from "../schema/quantity.ts";
import type { FieldError } from "../status-errors.ts";
import { forbiddenField } from "./field-errors.ts";

const fixedText =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

/** A claim without what may be changed of it once it is bound. */
function fixed({ resources, volumeAttributesClassName: _class, volumeName: _volume, ...spec }: JsonObject): JsonObject {
  const { requests: _requests, ...rest } = objectAt({ resources }, "resources");
  return { ...spec, resources: rest };
}

/** A claim may be bound and grow, and nothing else: no volume can be made smaller than it is. */
export function claimUpdateErrors(before: ApiObject, after: ApiObject): FieldError[] {
  const [old, next] = [objectAt(before, "spec"), objectAt(after, "spec")];
  if (sameJson(old, next)) return [];
  const isBound = objectAt(before, "status")["phase"] === "Bound";
  const [had, wanted] = [old, next].map((spec) => objectAt(spec, "resources", "requests")["storage"]);
  const moved = old["volumeName"] !== undefined && !sameJson(old["volumeName"], next["volumeName"]);
  if (moved || !sameJson(fixed(old), fixed(next)) || (!isBound && !sameJson(had, wanted)))
    return [forbiddenField("spec", fixedText)];
  const holds = objectAt(before, "status", "capacity")["storage"] ?? had;
  const [least, asked] = [nanoOf(holds), nanoOf(wanted)];
  return least !== undefined && asked !== undefined && asked < least
    ? [forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity")]
    : [];
}
