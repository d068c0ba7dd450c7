import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { callWhatChanged, haveCommonGround } from "./common-ground.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";
import { impairs } from "./impact.ts";
import { isAccusation, type Root, rootsOf } from "./roots.ts";

/** Symptoms that begin together may have one reason that has not shown itself yet. */
const togetherMs = 90_000;
/** What takes several calls of one caller at once takes them at once; rates show it within their window of one another. */
const atOnceMs = 30_000;

const beganTogether = (a: LiveAnomaly, b: LiveAnomaly, withinMs: number): boolean =>
  Math.abs(a.anomaly.startsAt - b.anomaly.startsAt) < withinMs;

/** The caller that finds others slow or failing. */
function accuserOf(live: LiveAnomaly, context: GroupContext): ObjectRef | undefined {
  return isAccusation(live, context) ? live.anomaly.seenOn : undefined;
}

/**
 * The reason may show itself after its symptoms: they wait for it behind what they depend on. Members that have a reason
 * of their own already wait for none: what one caller suffers from twice has two reasons. 0 is "not".
 */
export function mayShareReason(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): number {
  const waiting = members.filter(
    ({ nature }) => nature === "symptom" || (nature === "failure" && live.nature === "fault"),
  );
  if (waiting.length < members.length || !impairs([live], live.anomaly.target, context)) return 0;
  const { target } = live.anomaly;
  const mine = [...workloadsOf(target, context), target];
  const together = waiting.filter((member) => beganTogether(member, live, togetherMs));
  const near = together.some(({ anomaly }) => {
    if (distance(anomaly.target, mine, context) > 0) return true;
    if (mine.some((own) => callWhatChanged(own, anomaly.target, context))) return true;
    return live.nature !== "symptom" && anomaly.seenOn !== undefined && sameRef(anomaly.seenOn, target);
  });
  const accuser = accuserOf(live, context);
  const sharesRoot = ({ workload, accusedOnly }: Root): boolean =>
    mine.some((own) => sameRef(own, workload)) ||
    distance(workload, mine, context) > 0 ||
    distance(target, [workload], context) > 0 ||
    (accusedOnly && accuser !== undefined) ||
    mine.some((own) => haveCommonGround(own, workload, context));
  if (near && rootsOf(members, context).every(sharesRoot)) return 45;
  // One caller that cannot reach several others at once has one reason: its network, its DNS, its own CPU.
  const atOnce = together.some((member) => {
    const other = accuserOf(member, context);
    return accuser && other && sameRef(accuser, other) && beganTogether(member, live, atOnceMs);
  });
  return atOnce ? 40 : 0;
}

/**
 * What only a caller says of this one may be that caller's own trouble, or what it suffers from already; the accused is
 * given as long as it takes to speak for itself.
 */
export function isUndecided(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): boolean {
  const accuser = accuserOf(live, context);
  if (!accuser || context.now - live.anomaly.startsAt >= atOnceMs) return false;
  return members.some(
    (member) =>
      beganTogether(member, live, togetherMs) &&
      [member.anomaly.target, member.anomaly.seenOn].some((ref) => ref && sameRef(ref, accuser)),
  );
}
