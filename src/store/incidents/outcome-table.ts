import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { OutcomeCounts, OutcomeTable } from "../../incident/diagnosis/past-incident.ts";

/** One verified fix. */
export interface FixOutcome {
  readonly incidentId: string;
  readonly cause: CauseCode;
  readonly action: ActionCode;
  readonly recovered: boolean;
  /** The symptoms were gone, and somebody took the change back. */
  readonly takenBack: boolean;
}

/** One incident of which somebody said that this was, or was not, the cause. */
export interface WrongCause {
  readonly incidentId: string;
  readonly cause: CauseCode;
}

/** What was tried in the incident at hand says more about it than what was tried in another one. */
const ownWeight = 3;
const none: OutcomeCounts = { right: 0, wrong: 0 };

/**
 * Counts outcomes. A cause is right once for each incident in which a fix for it was seen to help or people said so, and
 * wrong once for each in which people said that; a fix that did not help speaks against the fix, not against the cause.
 * What somebody took back although the symptoms were gone is not wanted again in this incident; of others it says nothing: it
 * may have been a stopgap, or an exercise.
 */
export function outcomeTable(
  incidentId: string,
  fixes: readonly FixOutcome[],
  wrong: readonly WrongCause[],
  right: readonly WrongCause[] = [],
): OutcomeTable {
  const counts = new Map<string, OutcomeCounts>();
  const add = (key: string, right: number, bad: number) => {
    const known = counts.get(key) ?? none;
    counts.set(key, { right: known.right + right, wrong: known.wrong + bad });
  };
  const settled = new Set<string>();
  const once = (verdict: "right" | "wrong", one: WrongCause) => {
    const key = `${verdict}|${one.incidentId}|${one.cause}`;
    if (settled.has(key)) return;
    settled.add(key);
    add(one.cause, Number(verdict === "right"), Number(verdict === "wrong"));
  };
  for (const fix of fixes) {
    if (fix.takenBack && fix.incidentId !== incidentId) continue;
    const weight = fix.incidentId === incidentId ? ownWeight : 1;
    add(`${fix.cause}|${fix.action}`, fix.recovered ? weight : 0, fix.recovered ? 0 : weight);
    if (fix.recovered) once("right", fix);
  }
  for (const one of right) once("right", one);
  for (const one of wrong) once("wrong", one);
  return {
    cause: (cause) => counts.get(cause) ?? none,
    fix: (cause, action) => counts.get(`${cause}|${action}`) ?? none,
  };
}
