import { z } from "zod";

/** A step into an object: a key, or the item of a list that has this name. */
export type PathStep = string | { readonly name: string };
export type Path = readonly PathStep[];

/** One field of one object. Absent `before` or `after`: the field is not there. */
export interface FieldChange {
  readonly path: Path;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Place in its list of an item that is taken away, for putting it back there. */
  readonly at?: number | undefined;
}

export interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** One write to the cluster that knows how it is taken back. Plain data: it is kept in a journal before it is made. */
export type Change =
  /** Sets fields and puts exactly these back. */
  | { readonly type: "set"; readonly target: Target; readonly fields: readonly FieldChange[]; readonly what: string }
  /** Makes an object of our own, deleted afterwards. `awaitReady`: a pod that must serve before the next step. */
  | {
      readonly type: "create";
      readonly target: Target;
      readonly object: Readonly<Record<string, unknown>>;
      readonly awaitReady: boolean;
      readonly what: string;
    }
  /** Takes a pod away whose controller makes a new one: there is nothing to put back. */
  | {
      readonly type: "remove-pod";
      readonly target: Target;
      readonly uid: string;
      /** `evict` respects disruption budgets, `delete` does not. */
      readonly how: "evict" | "delete";
      readonly what: string;
    };

const pathSchema = z.array(z.union([z.string(), z.strictObject({ name: z.string() })]));
const targetSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});

/** A change as the journal keeps it. */
export const changeSchema: z.ZodType<Change> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("set"),
    target: targetSchema,
    fields: z.array(
      z.strictObject({
        path: pathSchema,
        before: z.unknown().optional(),
        after: z.unknown().optional(),
        at: z.int().optional(),
      }),
    ),
    what: z.string(),
  }),
  z.strictObject({
    type: z.literal("create"),
    target: targetSchema,
    object: z.record(z.string(), z.unknown()),
    awaitReady: z.boolean(),
    what: z.string(),
  }),
  z.strictObject({
    type: z.literal("remove-pod"),
    target: targetSchema,
    uid: z.string(),
    how: z.enum(["evict", "delete"]),
    what: z.string(),
  }),
]);

/** For people: `Deployment shop/carts`; a kind without namespaces has its name only. */
export function targetText({ kind, namespace, name }: Target): string {
  return namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** `spec.template.spec.containers[carts].image`. */
export function pathText(path: Path): string {
  return path
    .map((step, at) => (typeof step === "string" ? `${at === 0 ? "" : "."}${step}` : `[${step.name}]`))
    .join("");
}
