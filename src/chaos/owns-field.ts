import type { KubeObject } from "../cluster/kubernetes-types.ts";
import type { Path } from "./change.ts";

interface ManagedFields {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/**
 * Whether a manager owns the field, or something in it, by the server's own notes: who changes a field by a plain patch
 * takes it over. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function ownsField(object: KubeObject, path: Path, manager: string): boolean {
  const { managedFields = [] } = object.metadata as { readonly managedFields?: readonly ManagedFields[] };
  return managedFields.some((entry) => {
    if (entry.manager !== manager || entry.subresource === "status") return false;
    let at: unknown = entry.fieldsV1;
    for (const step of path) {
      if (typeof at !== "object" || at === null) return false;
      // Items of lists are noted by the keys that tell them apart: k:{"name":"carts"}.
      const key = typeof step === "string" ? `f:${step}` : `k:${JSON.stringify({ name: step.name })}`;
      at = (at as Readonly<Record<string, unknown>>)[key];
    }
    return at !== undefined;
  });
}
