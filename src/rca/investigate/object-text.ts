import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { isSecretName } from "../redact/find-secrets.ts";

const hidden = "(hidden)";
/** Written by servers and tools, or a copy of the whole object. */
const noise = new Set([
  "managedFields",
  "uid",
  "resourceVersion",
  "selfLink",
  "kubectl.kubernetes.io/last-applied-configuration",
  "terminationMessagePath",
  "schedulerName",
]);
const maxDepth = 24;

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function without(value: unknown, depth: number): unknown {
  if (depth > maxDepth) return "…";
  if (Array.isArray(value)) return value.map((item) => without(item, depth + 1));
  if (!isPlain(value)) return value;
  // `{ name: DB_PASSWORD, value: … }` of a container's environment.
  const secretValue = typeof value.name === "string" && "value" in value && isSecretName(value.name);
  const kept: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    if (noise.has(key)) continue;
    const secret = (key === "value" && secretValue) || (typeof child === "string" && isSecretName(key));
    kept[key] = secret ? hidden : without(child, depth + 1);
  }
  return kept;
}

/** The part of an object that a dotted path names; numbers are places in lists. Undefined when there is none. */
function partOf(value: unknown, path: string): unknown {
  let at = value;
  for (const step of path.replaceAll("[", ".").replaceAll("]", "").split(".").filter(Boolean).slice(0, 20)) {
    if (Array.isArray(at)) {
      // A list of named things is walked by name as well as by place.
      at = at[Number(step)] ?? at.find((item) => isPlain(item) && item.name === step);
    } else if (isPlain(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

/**
 * An object as one line of JSON, without what servers add and without values whose names say that they are secret; what else is
 * secret in it, the redactor finds. Undefined when the part that was asked for is not there.
 */
export function objectText(object: KubeObject, field: string | null): string | undefined {
  const shown = without(object, 0);
  const part = field ? partOf(shown, field) : shown;
  return part === undefined ? undefined : JSON.stringify(part);
}
