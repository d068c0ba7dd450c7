import { makeRef, type ObjectRef, refText } from "../../incident/object-ref.ts";
import type { Change } from "../change/change.ts";
import { budgetRefusal, isProtected, type Spent } from "../policy/policy.ts";
import type { Policy } from "../policy/policy-file.ts";

export interface Reach {
  readonly target: ObjectRef;
  readonly changes: readonly Change[];
  readonly spent: Spent;
}

const namesShown = 3;

function changedBy(change: Change): ObjectRef {
  const { kind, metadata } = change.type === "modify" || change.type === "scale" ? change.before : change.object;
  return makeRef(kind, metadata.namespace, metadata.name);
}

/**
 * A drain evicts pods wherever they belong: what a protected namespace holds is not touched on the way either, and each namespace
 * must have room in its budget. @returns why not, for people
 */
export function reachRefusal({ target, changes, spent }: Reach, policy: Policy): string | undefined {
  const changed = changes.map(changedBy);
  const refs = changed.filter(({ namespace }) => isProtected(policy, namespace)).map(refText);
  if (refs.length > 0) {
    const more = refs.length > namesShown ? ` and ${refs.length - namesShown} more` : "";
    return `It would also touch what the policy protects: ${refs.slice(0, namesShown).join(", ")}${more}.`;
  }
  const touches = changed.flatMap(({ namespace }) => namespace ?? []);
  return budgetRefusal(policy, { spent, target, touches })?.detail;
}
