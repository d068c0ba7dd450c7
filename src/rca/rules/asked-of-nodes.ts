import type { FieldChange } from "../gather/field-diff.ts";

/**
 * Of what was changed in a pod what a scheduler looks at: requests, and a limit only where no request stands beside it, which it
 * then becomes. Of a resource that is short (`cpu`) what was changed of that one, if anything.
 */
export function askedOfNodes(fields: readonly FieldChange[], short?: string): readonly FieldChange[] {
  const isRequested = ({ path }: FieldChange) =>
    fields.some((one) => one.path !== path && one.path === path.replace(".resources.limits", ".resources.requests"));
  const asked = fields.filter((field) => !isRequested(field));
  const ofShort = asked.filter(({ area, name }) => area === "resources" && name === short);
  return ofShort.length > 0 ? ofShort : asked;
}
