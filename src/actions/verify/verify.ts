import type { Anomaly, AnomalyFamily } from "../../incident/anomaly.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { Measure, Verification, VerificationVerdict } from "../../incident/fix/execution.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { refText, sameRef } from "../../incident/object-ref.ts";
import type { UndoOutcome } from "../execute/undo.ts";
import type { PlanStore } from "../plan/plan-store.ts";
import { followRollouts } from "./followed-rollouts.ts";
import { judgeRecovery, type Symptom } from "./judge-recovery.ts";
import { type UntoldDeps, whatWasPutBack, whyOutOfSight } from "./why-untold.ts";

/** What the detectors say. All times are of one clock, the one the anomalies are dated by. */
export interface Observed {
  /** Anomalies of the incident, ended ones included. */
  readonly anomalies: readonly Anomaly[];
  /** Active anomalies on the objects the incident affects, whether or not grouped into it. */
  readonly onAffected: readonly Anomaly[];
  /** Families of detectors whose sources do not deliver: that they are quiet says nothing. */
  readonly blindTo: ReadonlySet<AnomalyFamily>;
  readonly appliedAt: number;
  readonly now: number;
  /** The object that the plan is about was deleted since, or made anew. */
  readonly targetLost?: boolean;
  /** What the symptoms' series measured before the change and measure now; asked once there is a verdict. */
  readonly measure?: () => readonly Measure[];
}

export interface VerifyDeps extends UntoldDeps {
  readonly plans: Pick<PlanStore, "get" | "saveVerification">;
  /** Takes the plan back; called when things got worse. */
  readonly undo: (planId: string) => Promise<UndoOutcome>;
}

export type VerifyOutcome =
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "verified"; readonly verification: Verification; readonly undo?: UndoOutcome }
  /** Not in a state to be verified: not applied, undone meanwhile, or judged before. */
  | { readonly type: "not-due" };

const activeAt = (anomaly: Anomaly, at: number) =>
  anomaly.startsAt <= at && (anomaly.endsAt === undefined || anomaly.endsAt > at);

/** Symptoms at the time of the change. When all of them paused just then (a crash loop between crashes), all there were. */
function symptomsBefore({ anomalies, appliedAt }: Observed): readonly Anomaly[] {
  const earlier = anomalies.filter((anomaly) => anomaly.startsAt <= appliedAt);
  const active = earlier.filter((anomaly) => activeAt(anomaly, appliedAt));
  return active.length > 0 ? active : earlier;
}

/**
 * Whether the sources deliver that the symptoms came from, and the objects by which the rollout is followed. An incident
 * without a known symptom can be judged only when all do.
 */
function seesSymptoms(before: readonly Anomaly[], blindTo: ReadonlySet<AnomalyFamily>): boolean {
  if (before.length === 0) return blindTo.size === 0;
  return !blindTo.has("state") && !before.some(({ family }) => blindTo.has(family));
}

/** What a verdict could not take into account, as a sentence. */
function unseenText(verdict: VerificationVerdict, blindTo: ReadonlySet<AnomalyFamily>): string {
  const families = (["metric", "log", "event", "health"] as const).filter((family) => blindTo.has(family));
  if (verdict === "unknown" || families.length === 0) return "";
  const words = { metric: "metrics", log: "logs", event: "events", health: "health answers" } as const;
  return ` Judged without ${families.map((family) => words[family]).join(" and ")}, which do not arrive.`;
}

/** Whether the plan changes its target, which is to stay; what deletes it, lets it go or empties it (a node) does not. */
function keepsTarget({ action, target, steps }: ActionPlan): boolean {
  if (action === "remove-finalizer" || target.kind === "Node") return false;
  return steps.some((step) => step.type === "patch" && sameRef(step.target, target));
}

/**
 * Judges an applied plan once by what the detectors see now. Call it with every tick until it no longer answers
 * `waiting`. When the change made things worse it is taken back at once; otherwise undoing is a person's decision.
 *
 * The undo is asked for before the verdict is written down. A plan with a verdict is never judged again: a process that died
 * between the two the other way round would leave in place for good what has made things worse. This way round it is judged again
 * while it is applied, which may ask for the undo again: a plan is claimed for undoing once, so it is done once. Once it is undone
 * it is `not-due` and has no verdict; what was taken back counts as no help without one.
 */
export async function verifyPlan(planId: string, observed: Observed, deps: VerifyDeps): Promise<VerifyOutcome> {
  const stored = await deps.plans.get(planId);
  if (stored?.plan.state !== "applied") return { type: "not-due" };
  if (stored.verification && stored.verification.verdict !== "unknown") return { type: "not-due" };
  const before = symptomsBefore(observed);
  const active = new Map<string, Anomaly>();
  for (const anomaly of [...observed.anomalies, ...observed.onAffected]) {
    if (activeAt(anomaly, observed.now)) active.set(anomaly.fingerprint, anomaly);
  }
  // What came back after the change and went again counts from when it went the last time.
  const known = new Set(before.map(({ fingerprint }) => fingerprint));
  const waves = observed.anomalies.filter(({ fingerprint }) => known.has(fingerprint));
  const lastEnd = Math.max(observed.appliedAt, ...waves.map((anomaly) => anomaly.endsAt ?? observed.appliedAt));
  const judgement = judgeRecovery({
    before,
    now: [...active.values()].map((anomaly): Symptom => symptomOf(anomaly, observed.now)),
    rollout: await followRollouts(stored, deps.look),
    dataFresh: seesSymptoms(before, observed.blindTo),
    elapsedMs: observed.now - observed.appliedAt,
    clearForMs: observed.now - lastEnd,
    verifyWithinMs: stored.plan.verifyWithinMs,
  });
  if (judgement.type === "waiting") return judgement;
  const { remaining, fresh } = judgement;
  const untold = await whyUntold(judgement.verdict, stored, observed, deps);
  const verdict = untold ? "unknown" : judgement.verdict;
  const reason = untold
    ? `${untold}: whether the change helped cannot be told.`
    : judgement.reason + unseenText(verdict, observed.blindTo);
  const measures = observed.measure?.() ?? [];
  const verification: Verification = {
    planId,
    verdict,
    reason,
    at: observed.now,
    remaining,
    fresh,
    ...(measures.length > 0 ? { measures } : {}),
  };
  const undo = verdict === "worse" && stored.plan.undo.length > 0 ? await deps.undo(planId) : undefined;
  const stands = await deps.plans.saveVerification(verification);
  if (!stands) return { type: "not-due" };
  return { type: "verified", verification, ...(undo ? { undo } : {}) };
}

/** What makes a verdict say nothing of the change, as the beginning of a sentence. */
async function whyUntold(
  verdict: VerificationVerdict,
  stored: StoredPlan,
  observed: Observed,
  deps: UntoldDeps,
): Promise<string | undefined> {
  const { plan } = stored;
  if (verdict !== "recovered" && verdict !== "not-recovered") return undefined;
  // With the object its symptoms go too, whatever the change was good for.
  if (verdict === "recovered" && observed.targetLost === true && keepsTarget(plan))
    return `${refText(plan.target)} was deleted since, or made anew`;
  const back = await whatWasPutBack(stored, deps);
  if (back) return `${refText(back)} is again as it was before, because something or somebody has put it back`;
  if (verdict !== "recovered") return undefined;
  const shown = observed.anomalies.filter((anomaly) => activeAt(anomaly, observed.appliedAt));
  return await whyOutOfSight(
    stored,
    shown.map(({ target }) => target),
    deps,
  );
}

const symptomOf = ({ fingerprint, severity, summary, startsAt }: Anomaly, now: number): Symptom => ({
  fingerprint,
  severity,
  summary,
  forMs: now - startsAt,
});
