import { partlyApplied } from "./execution.ts";
import type { StoredPlan } from "./stored-plan.ts";

type Standing = Pick<StoredPlan, "plan" | "executions">;

/** It ended half-way, and what it had done by then is in place. */
export const isHalfApplied = ({ plan, executions }: Standing): boolean =>
  plan.state === "failed" &&
  executions.findLast(({ kind }) => kind === "apply")?.detail.startsWith(partlyApplied) === true;

/** Something of it is in place that has a way back. */
export const mayBeUndone = (stored: Standing): boolean =>
  stored.plan.undo.length > 0 && (stored.plan.state === "applied" || isHalfApplied(stored));
