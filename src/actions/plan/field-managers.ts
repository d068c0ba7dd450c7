import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { intentOf } from "../change/intent.ts";
import { jsonPatchBetween } from "../change/json-patch.ts";
import { isPlain, type Plain, valueAt, withValueAt } from "../change/plain.ts";

export interface FieldOwner {
  readonly manager: string;
  /** JSON pointer of the field. */
  readonly field: string;
}

/**
 * A person at the command line applies when he wants to; nothing applies for him by itself. Helm is one of them, since its
 * version 4 by server-side apply: https://helm.sh/docs/overview/. Flux's own, `helm-controller`, is not.
 */
const byHand = new Set(["kubectl", "helm", "kubemend", "before-first-apply"]);

const tokensOf = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The key of `fieldsV1` that stands for an item of a list: by some of its fields, or by its value. */
function itemKey(fields: Plain, item: unknown): string | undefined {
  return Object.keys(fields).find((key) => {
    const kind = key.slice(0, 2);
    if (kind !== "k:" && kind !== "v:") return false;
    const named: unknown = JSON.parse(key.slice(2));
    if (kind === "v:") return JSON.stringify(named) === JSON.stringify(item);
    return isPlain(named) && isPlain(item) && Object.entries(named).every(([name, value]) => item[name] === value);
  });
}

/** Whether a set of fields holds the place in the object, or something below it. */
function holds(fields: Plain, object: unknown, tokens: readonly string[]): boolean {
  let [at, value]: [unknown, unknown] = [fields, object];
  for (const token of tokens) {
    if (!isPlain(at)) return false;
    const inner = Array.isArray(value) ? (value[Number(token)] as unknown) : valueAt(value, token);
    const key = Array.isArray(value) ? itemKey(at, inner) : `f:${token}`;
    if (key === undefined || !Object.hasOwn(at, key)) return false;
    [at, value] = [at[key], inner];
    // Owned as a whole, whatever is in it.
    if (isPlain(at) && Object.keys(at).length === 0) return true;
  }
  return true;
}

/**
 * Somebody else who keeps a field of the change by server-side apply: his next apply would put it back or stop at a
 * conflict. Managers that only update have no such claim (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */
export function otherApplier(before: KubeObject, after: KubeObject): FieldOwner | undefined {
  const entries = valueAt(before, "metadata", "managedFields");
  if (!Array.isArray(entries)) return undefined;
  const plain = (object: KubeObject) => withValueAt(intentOf(object), ["metadata", "annotations"], undefined);
  const changed = jsonPatchBetween(plain(before), plain(after)).filter(({ op }) => op !== "test");
  for (const entry of entries as readonly unknown[]) {
    const manager = valueAt(entry, "manager");
    const fields = valueAt(entry, "fieldsV1");
    const applies = valueAt(entry, "operation") === "Apply" && !valueAt(entry, "subresource");
    if (!applies || typeof manager !== "string" || byHand.has(manager) || !isPlain(fields)) continue;
    const field = changed.find(({ path }) => holds(fields, before, tokensOf(path)));
    if (field) return { manager, field: field.path };
  }
  return undefined;
}
