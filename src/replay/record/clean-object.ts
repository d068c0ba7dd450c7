import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Redact } from "../../incident/redacted.ts";

type Parts = Readonly<Record<string, unknown>>;

const isParts = (value: unknown): value is Parts =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Maps whose keys say what their values are: `DB_PASSWORD` of a ConfigMap, an annotation. */
const namedValues = new Set(["data", "stringData", "annotations"]);
/** A second copy of the whole object, as text. Nothing reads it. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The redactor knows many secrets only by the name that stands before them. */
function redactNamed(name: string, value: string, redact: Redact): string {
  const before = `${name}=`;
  const text: string = redact(before + value);
  return text.startsWith(before) ? text.slice(before.length) : redact(value);
}

function redactAll(value: unknown, redact: Redact): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((one) => redactAll(one, redact));
  if (!isParts(value)) return value;
  const { name, value: own } = value;
  const isVariable = typeof name === "string" && typeof own === "string";
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (isVariable && key === "value") return [key, redactNamed(name, own, redact)];
      if (!namedValues.has(key) || !isParts(part)) return [key, redactAll(part, redact)];
      const values = Object.entries(part).filter(([one]) => one !== lastApplied);
      return [
        key,
        Object.fromEntries(
          values.map(([one, text]) => [one, typeof text === "string" ? redactNamed(one, text, redact) : text]),
        ),
      ];
    }),
  );
}

const emptied = (values: unknown): unknown =>
  isParts(values) ? Object.fromEntries(Object.keys(values).map((key) => [key, ""])) : values;

/**
 * An object as a recording keeps it: without managedFields, a Secret without its values whatever is asked for, and with
 * `redact` without secrets in any of its texts.
 */
export function cleanObject<T extends KubeObject>(object: T, redact: Redact | undefined): T {
  const { managedFields: _, ...metadata } = object.metadata as T["metadata"] & { managedFields?: unknown };
  let clean: Parts = Object.fromEntries(Object.entries({ ...object, metadata }));
  if (object.kind === "Secret") {
    const { [lastApplied]: _copy, ...annotations } = object.metadata.annotations ?? {};
    clean = { ...clean, metadata: { ...metadata, annotations } };
    for (const key of ["data", "stringData"]) if (key in clean) clean = { ...clean, [key]: emptied(clean[key]) };
  }
  return (redact ? redactAll(clean, redact) : clean) as T;
}

/** What a recording leaves out: each namespace has this one, and it says nothing. */
export function isLeftOut({ kind, metadata }: KubeObject): boolean {
  return kind === "Lease" || (kind === "ConfigMap" && metadata.name === "kube-root-ca.crt");
}

/** What a Node says without the times of its heartbeats, which change it every few seconds. */
export function withoutHeartbeat(object: KubeObject): string {
  return JSON.stringify(object, (key, value: unknown) =>
    key === "lastHeartbeatTime" || key === "resourceVersion" ? undefined : value,
  );
}
