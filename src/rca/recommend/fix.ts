import type { ActionCode } from "../../incident/action-code.ts";
import type { ActionParams } from "../../incident/fix/action-params.ts";
import type { NeededParam } from "../../incident/fix/recommendation.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

/** A recommendation before ids, confidence and redaction. */
export interface Fix {
  readonly action: ActionCode;
  readonly target: ObjectRef;
  readonly params: Readonly<Record<string, unknown>>;
  readonly needs: readonly NeededParam[];
  readonly reason: string;
  /** 0..1, how well it fits this case; 1 puts back exactly what was changed. */
  readonly fit: number;
}

/** Makes a fix whose parameters are checked against the action's contract by the compiler. */
export function fix<A extends ActionCode>(
  action: A,
  target: ObjectRef,
  params: ActionParams<A>,
  reason: string,
  fit = 1,
): Fix {
  return { action, target, params, needs: [], reason, fit };
}

/** A fix that a person must complete: `params` lacks what `needs` names. */
export function openFix(
  action: ActionCode,
  target: ObjectRef,
  params: Readonly<Record<string, unknown>>,
  needs: readonly NeededParam[],
  reason: string,
  fit = 0.9,
): Fix {
  return { action, target, params, needs, reason, fit };
}

/** Steps for a person, where no single safe change exists. */
export function guide(target: ObjectRef, steps: readonly string[], reason: string, fit = 0.6): Fix {
  return fix("guide", target, { steps: [...steps] }, reason, fit);
}
