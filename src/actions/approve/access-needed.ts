import type { ActionPlan, WriteStep } from "../../incident/fix/action-plan.ts";

/** One right in the cluster, as a review of access asks for it. */
export interface AccessQuestion {
  readonly verb: "patch" | "delete" | "create";
  readonly kind: string;
  readonly subresource?: string;
  readonly namespace?: string;
  /** Absent: of every object of the kind in the namespace. */
  readonly name?: string;
}

/** More objects than this are asked about all at once, which is the stricter question. */
const namesAsked = 12;

function questionOf(step: WriteStep): AccessQuestion {
  const { kind, namespace, name } = step.target;
  const of = { kind, name, ...(namespace ? { namespace } : {}) };
  switch (step.type) {
    case "patch":
      return { verb: "patch", ...of, ...(step.subresource ? { subresource: step.subresource } : {}) };
    case "delete":
      return { verb: "delete", ...of };
    case "evict":
      return { verb: "create", ...of, subresource: "eviction" };
    case "http":
      return { verb: "create", ...of, subresource: "proxy", name: `${name}:${step.port}` };
    case "create":
      // Who creates has no name to be judged by yet.
      return { verb: "create", kind, ...(namespace ? { namespace } : {}) };
  }
}

/** The rights somebody needs who makes the plan's change by hand. */
export function accessNeeded(plan: Pick<ActionPlan, "steps">): readonly AccessQuestion[] {
  const questions = plan.steps.map(questionOf);
  const distinct = (list: readonly AccessQuestion[]) => [
    ...new Map(list.map((question) => [JSON.stringify(Object.entries(question).toSorted()), question])).values(),
  ];
  const named = distinct(questions);
  if (named.length <= namesAsked) return named;
  return distinct(named.map(({ name: _name, ...rest }) => rest));
}
