import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import { partlyApplied, stoppedByFreeze } from "../incident/fix/execution.ts";
import type { StoredPlan } from "../incident/fix/stored-plan.ts";
import { fixGroups } from "./fix-groups.ts";
import type { FixView, IncidentView } from "./incident-view.ts";
import { failedUndo, freezeWords, type Say } from "./plan-words.ts";

/** `time` absent: where no moment can be written in the reader's own time, as on a locked phone, none is. */
export type SayNow = Omit<Say, "time"> & { readonly time?: Say["time"] };

const until = (ms: number, say: SayNow) => (say.time ? `, until ${say.time(ms)}` : "");

const stateOf = (fix: FixView) => fix.plan?.plan.state;

/** An undo that was asked for and did not come about: the change is still in place. */
const notUndone = (fix: FixView | undefined) => fix?.plan !== undefined && failedUndo(fix.plan) !== undefined;

/** What came of the last change that is over, as the beginning of what is to be done now. */
function afterLast(done: readonly FixView[]): string {
  const last = done.findLast((fix) => fix.plan && fix.plan.plan.state !== "approved");
  switch (last && stateOf(last)) {
    case "failed": {
      const detail = last?.plan?.executions.findLast(({ kind }) => kind === "apply")?.detail ?? "";
      if (detail.startsWith(stoppedByFreeze)) return "A freeze stopped the last fix; what it had done by then stays. ";
      return detail.startsWith(partlyApplied)
        ? "The last fix was applied only in part, and that part is still in place. "
        : "The last fix could not be applied. ";
    }
    case "undone":
      return last?.plan?.verification?.verdict === "worse"
        ? "The last fix made things worse and was undone. "
        : "The last fix was undone. ";
    case "applied":
      if (notUndone(last)) return "The last fix could not be undone and is still in place. ";
      switch (last?.plan?.verification?.verdict) {
        case "not-recovered":
          return "The last fix did not help. ";
        case "worse":
          return "The last fix made things worse. ";
        case "unknown":
          return "Whether the last fix helped is not known. ";
        default:
          return "";
      }
    default:
      return "";
  }
}

/** What a proposal waits for. */
function waiting({ plan, approvals }: StoredPlan, number: number, say: SayNow): string {
  const end = until(plan.expiresAt, say);
  const missing = plan.approvalsNeeded - approvals.length;
  const code = plan.secondFactor ? " and a code" : "";
  if (approvals.length === 0)
    return `Fix ${number} waits for ${plan.approvalsNeeded === 1 ? "an approval" : `${plan.approvalsNeeded} approvals`}${code}${end}.`;
  const who = approvals.map((vote) => say.text(vote.by.name, 80)).join(" and ");
  return `Fix ${number} waits for ${missing === 1 ? "another person's approval" : `${missing} more approvals`}${code}${end}; ${who} ${approvals.length === 1 ? "has" : "have"} approved.`;
}

/** What the first offer asks of people. */
function offer(offered: readonly FixView[], first: number, view: IncidentView, say: SayNow): string {
  const at = (found: FixView) => first + offered.indexOf(found);
  const proposed = offered.find((fix) => stateOf(fix) === "proposed");
  if (view.frozen && proposed) return `${freezeWords(view, say)}: nothing is applied until somebody allows it again.`;
  if (proposed?.plan) return waiting(proposed.plan, at(proposed), say);
  const open = offered.find((fix) => !fix.plan && fix.refusal?.reason === "needs-input");
  if (open) return `Fix ${at(open)} needs a value that only a person knows.`;
  const expired = offered.find((fix) => stateOf(fix) === "expired");
  if (expired) return `The plan of fix ${at(expired)} has expired: Review makes a fresh one.`;
  const advice = offered.find((fix) => !fix.plan && fix.refusal);
  if (advice?.refusal?.reason === "guide-only") return `Fix ${at(advice)} is for a person: its steps are below.`;
  if (advice) return `kubemend may not apply fix ${at(advice)} itself; somebody else has to.`;
  if (view.actorAway)
    return "Nothing can be applied from here, because no actor runs (kubemend start --role actor); a person can, by hand.";
  if (offered.some((fix) => !fix.plan)) return "The fixes are being checked by a dry run.";
  if (offered.every((fix) => stateOf(fix) === "rejected"))
    return "Every fix on offer was rejected: somebody has to look, or take one up again.";
  return "No fix on offer fits any more; somebody has to look.";
}

/** What kubemend itself is at; undefined when it waits for people. */
function underWay(begun: readonly FixView[], say: SayNow): string | undefined {
  const current = begun.findIndex((fix) => ["approved", "executing"].includes(stateOf(fix) ?? ""));
  if (current >= 0)
    return `Fix ${current + 1} is being ${begun[current]?.plan?.executions.at(-1)?.kind === "undo" ? "undone" : "applied"}.`;
  const watched = begun.findIndex((fix) => stateOf(fix) === "applied" && !fix.plan?.verification && !notUndone(fix));
  if (watched < 0) return undefined;
  const { plan, appliedAt } = begun[watched]?.plan ?? {};
  const end = plan && appliedAt ? until(appliedAt + plan.verifyWithinMs, say) : "";
  return `Fix ${watched + 1} is applied; kubemend watches whether the symptoms clear${end && `${end} at most`}.`;
}

/** Nothing is on offer: somebody has to look. */
function noOffer(diagnosis: Diagnosis): string {
  return diagnosis.inconclusive
    ? "Somebody has to look: no safe change is known, and the questions below would decide."
    : "Somebody has to look: no safe change is known.";
}

/**
 * What the incident waits for, in one or two sentences: what somebody who has just been woken does first. Absolute times only, so
 * that it changes when something happens and not while time passes. Undefined when it is over.
 */
export function nextStep(view: IncidentView, say: SayNow): string | undefined {
  const { incident, diagnosis } = view;
  if (incident.status === "resolved") return undefined;
  const groups = fixGroups(view);
  const begun = groups.flatMap(({ begun: over, fixes }) => (over ? fixes : []));
  const offered = groups.flatMap(({ begun: over, fixes }) => (over ? [] : fixes));
  const now = underWay(begun, say);
  if (now) return now;
  const helped = begun.at(-1)?.plan?.verification?.verdict === "recovered";
  if (helped && offered.length === 0 && incident.status !== "reopened")
    return "The symptoms are gone; it is closed when they stay away.";
  const untaken =
    incident.status === "open" || incident.status === "reopened" ? " Nobody has taken the incident yet." : "";
  if (!diagnosis) return `The cause is being looked for.${untaken}`;
  const doubt = diagnosis.inconclusive ? "The cause is not certain. " : "";
  const what = offered.length > 0 ? `${doubt}${offer(offered, begun.length + 1, view, say)}` : noOffer(diagnosis);
  return `${afterLast(begun)}${what}${untaken}`;
}
