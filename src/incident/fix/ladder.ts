import type { ActionCode } from "../action-code.ts";
import { sameRef } from "../object-ref.ts";
import { actionTitle } from "./action-title.ts";
import type { Recommendation } from "./recommendation.ts";

/** Where a fix stands on the ladder of its cause. */
export interface Rung {
  /** 1 is the cheapest. */
  readonly at: number;
  readonly of: number;
}

type Step = Pick<Recommendation, "action" | "target" | "cause">;

/** From the cheapest to the dearest: a request, one pod, all pods, another release. */
const heights: Partial<Record<ActionCode, number>> = {
  "soft-heal": 1,
  "delete-pod": 2,
  restart: 3,
  "rollback-deployment": 4,
};
const heightOf = (step: Step) => heights[step.action] ?? 0;

/** A pod's name begins with that of its workload. */
function concernsTheSame(a: Step, b: Step): boolean {
  if (a.cause !== b.cause || a.target.namespace !== b.target.namespace) return false;
  if (sameRef(a.target, b.target)) return true;
  const [pod, other] = a.target.kind === "Pod" ? [a.target, b.target] : [b.target, a.target];
  return pod.kind === "Pod" && pod.name.startsWith(`${other.name}-`);
}

/** Is one a cheaper step than the other, against the same cause and on the same thing? False when either is on no ladder. */
export function isGentler(one: Step, other: Step): boolean {
  return heightOf(one) > 0 && heightOf(one) < heightOf(other) && concernsTheSame(one, other);
}

/** Steps against the same cause, cheapest first; none when the dearest is what the evidence asks for first. */
function ladderOf(step: Step, all: readonly Step[]): readonly number[] {
  const steps = all.filter((one) => concernsTheSame(one, step) && heightOf(one) > 0);
  const rungs = [...new Set(steps.map(heightOf))].toSorted((a, b) => a - b);
  // A proven change is taken back at once: trying restarts before it would only cost time.
  const dearestFirst = steps[0] !== undefined && heightOf(steps[0]) === heights["rollback-deployment"];
  return rungs.length < 2 || (dearestFirst && rungs[0] !== heights["soft-heal"]) ? [] : rungs;
}

/** The rung of a fix among all fixes of its incident; undefined when it is on no ladder. */
export function rungOf(step: Step, all: readonly Step[]): Rung | undefined {
  const rungs = ladderOf(step, all);
  const at = rungs.indexOf(heightOf(step));
  return at < 0 ? undefined : { at: at + 1, of: rungs.length };
}

/** The steps that are cheaper than this one: they come first, and each is judged before the next. */
export function stepsBelow<T extends Step>(step: Step, all: readonly T[]): readonly T[] {
  const rung = rungOf(step, all);
  return rung ? all.filter((one) => concernsTheSame(one, step) && (rungOf(one, all)?.at ?? rung.at) < rung.at) : [];
}

/** What comes after a step that did not help, in words; undefined when nothing does. */
export function nextStepText(done: Step, all: readonly Step[]): string | undefined {
  const known = all.some((one) => one.action === done.action && concernsTheSame(one, done)) ? all : [done, ...all];
  const rung = rungOf(done, known);
  if (!rung) return undefined;
  const next = known
    .filter((one) => concernsTheSame(one, done) && heightOf(one) > heightOf(done))
    .toSorted((a, b) => heightOf(a) - heightOf(b))[0];
  const where = `That was step ${rung.at} of ${rung.of}`;
  return next ? `${where}; the next is: ${actionTitle(next.action, next.target)}.` : `${where}, the last one.`;
}

const lastResorts: ReadonlySet<ActionCode> = new Set(["remove-finalizer", "drain"]);

/** What it does nobody can take back: whatever the rules put before it is tried first, however likely it is to help. */
export const isLastResort = ({ action }: { readonly action: ActionCode }): boolean => lastResorts.has(action);
