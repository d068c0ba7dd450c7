import { refKey } from "../../incident/object-ref.ts";
import type { Change } from "./changes.ts";
import type { FieldChange } from "./field-diff.ts";

interface Step {
  readonly change: Change;
  readonly field: FieldChange;
}

const isHidden = ({ before, after }: FieldChange) => [before, after].some((value) => value?.startsWith("(hidden"));

/** Of the changes of one field, those that still have an effect: what was put back as it was has none, nor has the way there. */
function standing(steps: readonly Step[]): readonly Step[] {
  const left: Step[] = [];
  for (const step of steps) {
    left.push(step);
    if (isHidden(step.field)) continue;
    const from = left.findIndex(({ field }) => !isHidden(field) && field.before === step.field.after);
    if (from >= 0) left.length = from;
  }
  return left;
}

/**
 * Changes without those that were taken back by `until` (ms): a field that has its old value again, an object that was created
 * and deleted. Somebody repaired something; whatever breaks afterwards has another cause.
 */
export function withoutTakenBack(changes: readonly Change[], until: number): readonly Change[] {
  const settled = changes.filter(({ at }) => at <= until);
  const born = new Map<string, number>();
  const gone = new Set<Change>();
  for (const change of settled) {
    const key = refKey(change.ref);
    if (change.action === "created") born.set(key, change.at);
    const since = born.get(key);
    if (change.action !== "deleted" || since === undefined) continue;
    for (const other of settled)
      if (refKey(other.ref) === key && other.at >= since && other.at <= change.at) gone.add(other);
    born.delete(key);
  }
  const byField = new Map<string, Step[]>();
  for (const change of settled) {
    for (const field of change.fields) {
      const key = `${refKey(change.ref)} ${field.path}`;
      byField.set(key, [...(byField.get(key) ?? []), { change, field }]);
    }
  }
  const kept = new Set([...byField.values()].flatMap((steps) => standing(steps)).map(({ field }) => field));
  return changes.flatMap((change) => {
    if (gone.has(change)) return [];
    if (change.at > until || change.fields.length === 0) return [change];
    const fields = change.fields.filter((field) => kept.has(field));
    if (fields.length === change.fields.length) return [change];
    return fields.length === 0 ? [] : [{ ...change, fields }];
  });
}
