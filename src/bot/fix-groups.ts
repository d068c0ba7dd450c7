import { placeInOrder } from "../incident/fix/place-in-order.ts";
import type { StoredPlan } from "../incident/fix/stored-plan.ts";
import { sameRef } from "../incident/object-ref.ts";
import type { FixView, IncidentView } from "./incident-view.ts";

/** Fixes under words that are true of all of them. */
export interface FixGroup {
  readonly heading: string;
  /** What was decided to be done, whatever became of it; else what is on offer, or was. */
  readonly begun: boolean;
  readonly fixes: readonly FixView[];
}

/** A decision to do it has been made, whatever became of it. */
const begunStates: ReadonlySet<string> = new Set(["approved", "executing", "applied", "undone", "failed"]);
const shownPerGroup = 3;

const stateOf = ({ plan }: FixView) => plan?.plan.state ?? "";

/** On its way, or of unknown effect yet. */
function isUnderWay({ plan: { state }, verification }: StoredPlan): boolean {
  return state === "approved" || state === "executing" || (state === "applied" && verification === null);
}

function begunHeading(begun: readonly FixView[]): string {
  if (begun.some(({ plan }) => plan && isUnderWay(plan))) return "What is being done";
  return begun.every((fix) => stateOf(fix) === "failed") ? "What was tried" : "What was done";
}

const refused = "What people said no to";

function offerHeading(offered: readonly FixView[], again: boolean): string {
  if (offered.length > 0 && offered.every((fix) => stateOf(fix) === "rejected")) return refused;
  const sure = offered.some(({ recommendation }) => recommendation.confidence >= 0.35);
  if (!sure) return "What might help, if nothing better is known";
  return again ? "What would help now" : "What would help";
}

/** Why an offer stands where it does among the others, where its figure does not tell it. */
export const placeOf = (fix: FixView, offered: readonly FixView[]): string | undefined =>
  placeInOrder(
    fix.recommendation,
    offered.map(({ recommendation }) => recommendation),
  );

/** The same of one fix of an incident, shown by itself; undefined for what is not on offer. */
export function placeInIncident(view: Pick<IncidentView, "incident" | "fixes">, fix: FixView): string | undefined {
  const group = fixGroups(view).find(({ begun, fixes }) => !begun && fixes.includes(fix));
  return group && placeOf(fix, group.fixes);
}

/** What was begun, latest last, then what is on offer; when it is over, what people said no to. */
export function fixGroups({ incident, fixes }: Pick<IncidentView, "incident" | "fixes">): readonly FixGroup[] {
  const closed = incident.status === "resolved";
  const begun = fixes.filter((fix) => begunStates.has(stateOf(fix))).slice(-shownPerGroup);
  const others = fixes.filter((fix) => !begunStates.has(stateOf(fix)));
  const offered = (closed ? others.filter((fix) => stateOf(fix) === "rejected") : others).slice(0, shownPerGroup);
  return [
    { heading: begunHeading(begun), begun: true, fixes: begun },
    {
      heading: closed ? refused : offerHeading(offered, begun.length > 0),
      begun: false,
      fixes: offered,
    },
  ].filter((group) => group.fixes.length > 0);
}

const proposed = ({ plan }: FixView) => (plan?.plan.state === "proposed" ? plan.plan : undefined);

/** The number of the first fix above this one that waits as well and makes the same of the same object; undefined where none does. */
export function sameChangeAs(fix: FixView, shown: readonly FixView[]): number | undefined {
  const own = proposed(fix);
  const twin = shown.slice(0, shown.indexOf(fix)).findIndex((one) => {
    const other = proposed(one);
    return own && other && sameRef(other.target, own.target) && other.diff === own.diff;
  });
  return twin < 0 ? undefined : twin + 1;
}
