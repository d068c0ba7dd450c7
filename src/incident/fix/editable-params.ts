import type { ActionCode } from "../action-code.ts";
import { actionParams } from "./action-params.ts";
import type { NeededParam } from "./recommendation.ts";

export type ParamKind = "integer" | "quantity" | "text";

/** One parameter of an action that a person may set otherwise before it is planned again. */
export interface EditableParam {
  /** Stable key: the path into the parameters, joined by slashes. */
  readonly name: string;
  readonly kind: ParamKind;
  /** As it is in the parameters; absent when there is none, or when it may hold a secret and is not shown. */
  readonly shown?: string;
  readonly hidden?: true;
}

interface Declared {
  readonly path: readonly string[];
  readonly kind: ParamKind;
  /** Offered even when the parameters do not have it yet. */
  readonly always?: true;
  /** Free text out of a configuration may hold a credential: it is typed, never shown. */
  readonly hidden?: true;
}

const integer = (...path: string[]): Declared => ({ path, kind: "integer" });
const quantity = (...path: string[]): Declared => ({ path, kind: "quantity" });
const free = (...path: string[]): Declared => ({ path, kind: "text", always: true, hidden: true });

/** What may be edited, action by action; everything else is the evidence's to say. `*` stands for each key that is there. */
const declared: Partial<Record<ActionCode, readonly Declared[]>> = {
  "rollback-deployment": [{ path: ["toRevision"], kind: "integer", always: true }],
  scale: [integer("replicas")],
  "patch-resources": ["requests", "limits"].flatMap((part) => [quantity(part, "*")]),
  "patch-probe": ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"].map((field) =>
    integer("value", field),
  ),
  "set-image": [{ path: ["image"], kind: "text" }],
  "set-env": [free("value")],
  "patch-config": [free("value")],
  "patch-quota": [quantity("hard", "*")],
  "patch-hpa": [integer("minReplicas"), integer("maxReplicas")],
  "create-hpa": [integer("minReplicas"), integer("maxReplicas"), integer("cpuPercent")],
  "expand-volume": [quantity("storage")],
};

type Params = Readonly<Record<string, unknown>>;
const maxParams = 8;
const isMap = (value: unknown): value is Params => typeof value === "object" && value !== null && !Array.isArray(value);
const nameOf = (path: readonly string[]) => path.join("/");

function at(params: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    params,
  );
}

function put(params: Params, [key = "", ...rest]: readonly string[], value: unknown): Params {
  const inner = Object.hasOwn(params, key) ? params[key] : undefined;
  return { ...params, [key]: rest.length === 0 ? value : put(isMap(inner) ? inner : {}, rest, value) };
}

/** The declared parameters with `*` written out for the parameters at hand. */
function places(action: ActionCode, params: Params): readonly Declared[] {
  return (declared[action] ?? []).flatMap((one) => {
    if (one.path.at(-1) !== "*") return [one];
    const parent = one.path.slice(0, -1);
    const inner = at(params, parent);
    return isMap(inner) ? Object.keys(inner).map((key) => ({ ...one, path: [...parent, key] })) : [];
  });
}

/** What of these parameters a person may change. */
export function editableParams(action: ActionCode, params: Params): readonly EditableParam[] {
  return places(action, params)
    .flatMap(({ path, kind, always, hidden }): EditableParam[] => {
      const value = at(params, path);
      if (value === undefined && !always) return [];
      const shown = hidden || (typeof value !== "string" && typeof value !== "number") ? undefined : String(value);
      return [{ name: nameOf(path), kind, ...(shown === undefined ? {} : { shown }), ...(hidden ? { hidden } : {}) }];
    })
    .slice(0, maxParams);
}

const quantityPattern = /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/;

/** What a typed text means, or what is wrong with it. */
export function readTyped(kind: ParamKind, text: string): { readonly value: unknown } | { readonly problem: string } {
  const trimmed = text.trim();
  if (kind === "text") return { value: text };
  if (kind === "quantity")
    return quantityPattern.test(trimmed)
      ? { value: trimmed }
      : { problem: "An amount such as 250m, 2, 512Mi or 10Gi." };
  return /^\d{1,9}$/.test(trimmed) ? { value: Number(trimmed) } : { problem: "A whole number." };
}

export type EditOutcome =
  | { readonly ok: true; readonly params: Params; readonly changed: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/** The parameters with what a person typed. Only what may be edited is taken; the whole must still be valid for the action. */
export function withEdits(action: ActionCode, params: Params, typed: Readonly<Record<string, string>>): EditOutcome {
  const known = new Map(places(action, params).map((one) => [nameOf(one.path), one]));
  let next = params;
  const changed: string[] = [];
  for (const [name, text] of Object.entries(typed)) {
    const place = known.get(name);
    if (!place) return { ok: false, problem: `${name} may not be changed.` };
    const read = readTyped(place.kind, text);
    if ("problem" in read) return { ok: false, problem: `${name}: ${read.problem}` };
    if (read.value === at(params, place.path)) continue;
    next = put(next, place.path, read.value);
    changed.push(name);
  }
  return validated(action, next, changed);
}

function validated(action: ActionCode, params: Params, changed: readonly string[]): EditOutcome {
  const parsed = actionParams[action].safeParse(params);
  if (parsed.success) return { ok: true, params, changed };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    problem: `${issue?.path.map(String).join("/") || "parameters"}: ${issue?.message ?? "not valid"}`,
  };
}

/** The parameters with what only a person knows. A text that the action wants as a number is one. */
export function withNeeds(
  action: ActionCode,
  params: Params,
  needs: readonly NeededParam[],
  typed: Readonly<Record<string, string>>,
): EditOutcome {
  let next = params;
  for (const { name } of needs) {
    const text = typed[name];
    if (text === undefined || text === "") return { ok: false, problem: `${name} is missing.` };
    const asText = { ...next, [name]: text };
    const asNumber = { ...next, [name]: Number(text) };
    const wantsNumber = !fits(action, asText, name) && /^\d{1,9}$/.test(text.trim()) && fits(action, asNumber, name);
    next = wantsNumber ? asNumber : asText;
  }
  return validated(
    action,
    next,
    needs.map(({ name }) => name),
  );
}

const fits = (action: ActionCode, params: Params, name: string) =>
  actionParams[action].safeParse(params).error?.issues.every((issue) => issue.path[0] !== name) ?? true;

/**
 * What a person had set, on the parameters of a later proposal of the same fix.
 * @param before the parameters as proposed then, and as the person left them
 * @param onto the parameters as proposed now, with what only a person can know
 */
export function carryEdits(
  action: ActionCode,
  before: { readonly proposed: Params; readonly left: Params },
  onto: { readonly params: Params; readonly needs: readonly NeededParam[] },
): EditOutcome {
  const open = new Set(places(action, onto.params).map(({ path }) => nameOf(path)));
  let next = onto.params;
  const changed: string[] = [];
  const take = (path: readonly string[]) => {
    const left = at(before.left, path);
    if (left === undefined || JSON.stringify(left) === JSON.stringify(at(before.proposed, path))) return;
    if (JSON.stringify(left) === JSON.stringify(at(onto.params, path))) return;
    next = put(next, path, left);
    changed.push(nameOf(path));
  };
  for (const { name } of onto.needs) take([name]);
  for (const { path } of places(action, before.left)) {
    if (open.has(nameOf(path)) && !changed.includes(nameOf(path))) take(path);
  }
  return validated(action, next, changed);
}

/** Whether one set of parameters comes from another by nothing but edits that a person may make. */
export function isEditOf(action: ActionCode, before: Params, after: Params, needs: readonly NeededParam[]): boolean {
  const open = new Set([
    ...needs.map(({ name }) => name),
    ...[...places(action, before), ...places(action, after)].map(({ path }) => nameOf(path)),
  ]);
  const differs = (a: unknown, b: unknown, path: readonly string[]): boolean => {
    if (path.length > 0 && open.has(nameOf(path))) return false;
    if (isMap(a) && isMap(b))
      return [...new Set([...Object.keys(a), ...Object.keys(b)])].some((key) =>
        differs(a[key], b[key], [...path, key]),
      );
    return JSON.stringify(a) !== JSON.stringify(b);
  };
  return !differs(before, after, []);
}
