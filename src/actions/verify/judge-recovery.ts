import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import { type Severity, severities } from "../../incident/severity.ts";
import { duration } from "../../lib/duration.ts";
import type { RolloutProgress } from "./rollout-progress.ts";

/** A symptom as the judgement sees it. */
export interface Symptom {
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly summary: string;
  /** How long it has been there (ms). */
  readonly forMs: number;
}

export interface RecoveryFacts {
  /** Symptoms of the incident when the change was applied. */
  readonly before: readonly Pick<Symptom, "fingerprint" | "severity">[];
  /** Symptoms that are there now: of the incident, and new ones on what it affects. */
  readonly now: readonly Symptom[];
  readonly rollout: RolloutProgress;
  /** False when the signals do not arrive that the symptoms came from: then nothing seen means nothing known. */
  readonly dataFresh: boolean;
  /** Since the change was applied (ms). */
  readonly elapsedMs: number;
  /** Since the last of the old symptoms ended (ms); ignored while any is there. */
  readonly clearForMs: number;
  /** How long the action said recovery may take (ms). */
  readonly verifyWithinMs: number;
}

export type RecoveryJudgement =
  | { readonly type: "waiting"; readonly reason: string }
  | {
      readonly type: "verdict";
      readonly verdict: VerificationVerdict;
      readonly reason: string;
      readonly remaining: readonly string[];
      readonly fresh: readonly string[];
    };

type Verdict = Extract<RecoveryJudgement, { type: "verdict" }>;

/** A rollout makes short trouble of its own (pods not ready for seconds); what lasts longer is no birth pain. */
const settleMs = 60_000;
/**
 * Measures look back over several scrapes, and a fault goes on hurting until the repair has taken hold: what shows up this
 * soon after the change may be the old trouble spreading. It is blamed on the change when it began later, or stays for long.
 */
const lagMs = 45_000;
const stayingMs = 150_000;
/** Symptoms that come in waves (a crash loop between two crashes) must be away for this long. */
const steadyMs = 20_000;

const rank = (symptoms: readonly Pick<Symptom, "severity">[]) =>
  Math.min(severities.length, ...symptoms.map((symptom) => severities.indexOf(symptom.severity)));
const list = (symptoms: readonly Symptom[]) => {
  const shown = symptoms.slice(0, 3).map((symptom) => symptom.summary);
  return symptoms.length > 3 ? `${shown.join("; ")}; and ${symptoms.length - 3} more` : shown.join("; ");
};

/**
 * Did it help? Decided by the detectors that raised the incident and by the rollout, never by the API having said yes.
 * Recovery needs positive evidence: fresh data, the old symptoms gone and staying away, the rollout complete.
 */
export function judgeRecovery(facts: RecoveryFacts): RecoveryJudgement {
  const known = new Set(facts.before.map((symptom) => symptom.fingerprint));
  const remaining = facts.now.filter((symptom) => known.has(symptom.fingerprint));
  const fresh = facts.now.filter((symptom) => !known.has(symptom.fingerprint));
  const settled = fresh.filter((symptom) => symptom.forMs >= settleMs);
  const late = facts.elapsedMs >= facts.verifyWithinMs;
  const verdict = (value: VerificationVerdict, reason: string): Verdict => ({
    type: "verdict",
    verdict: value,
    reason,
    remaining: remaining.map((symptom) => symptom.fingerprint),
    fresh: fresh.map((symptom) => symptom.fingerprint),
  });
  const wait = (reason: string): RecoveryJudgement => ({ type: "waiting", reason });
  const passing = `New, perhaps passing: ${list(fresh)}.`;

  if (!facts.dataFresh) {
    return late
      ? verdict("unknown", `No fresh data for ${duration(facts.elapsedMs)} after the change: kubemend cannot tell.`)
      : wait("No fresh data yet.");
  }
  const begunAfterMs = (symptom: Symptom) => facts.elapsedMs - symptom.forMs;
  const serious = settled.filter(
    (symptom) =>
      (symptom.severity === "critical" || symptom.severity === "high") &&
      (late || symptom.forMs >= stayingMs || begunAfterMs(symptom) >= lagMs),
  );
  // New trouble beside the old, or worse than the old: the change did harm. The same trouble under another name did not help.
  if (serious.length > 0 && (remaining.length > 0 || rank(serious) < rank(facts.before))) {
    return verdict("worse", `New since the change: ${list(serious)}.`);
  }
  if (late) {
    // What has only just come gets the time that tells it from birth pains, and no more.
    const tooLate = facts.elapsedMs >= facts.verifyWithinMs + settleMs;
    const decided = verdictInTime(facts, remaining, tooLate ? fresh : settled, verdict);
    return decided.verdict === "recovered" && fresh.length > 0 ? wait(passing) : decided;
  }
  if (facts.rollout.state === "progressing") return wait(`Rolling out: ${facts.rollout.reason}.`);
  if (remaining.length > 0) return wait(`Still there: ${list(remaining)}.`);
  if (facts.rollout.state === "stalled") return wait(`The rollout does not move: ${facts.rollout.reason}.`);
  if (fresh.length > 0) return wait(passing);
  if (facts.clearForMs < steadyMs)
    return wait(`Symptoms are gone for ${duration(facts.clearForMs)}; watching whether they stay away.`);
  return verdict(
    "recovered",
    `All symptoms are gone ${duration(facts.elapsedMs)} after the change${facts.rollout.state === "complete" ? " and the rollout is complete" : ""}.`,
  );
}

function verdictInTime(
  facts: RecoveryFacts,
  remaining: readonly Symptom[],
  fresh: readonly Symptom[],
  verdict: (value: VerificationVerdict, reason: string) => Verdict,
): Verdict {
  const within = `${duration(facts.elapsedMs)} after the change`;
  if (remaining.length > 0) return verdict("not-recovered", `Still there ${within}: ${list(remaining)}.`);
  if (facts.rollout.state === "progressing" || facts.rollout.state === "stalled") {
    return verdict("not-recovered", `The rollout is not complete ${within}: ${facts.rollout.reason}.`);
  }
  if (fresh.length > 0) return verdict("not-recovered", `The old symptoms are gone, but others came: ${list(fresh)}.`);
  if (facts.clearForMs < steadyMs) return verdict("not-recovered", `The symptoms keep coming back ${within}.`);
  return verdict("recovered", `All symptoms are gone ${within}.`);
}
