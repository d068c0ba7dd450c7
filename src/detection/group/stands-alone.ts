import { measuredBy } from "../../cluster/unaccounted.ts";
import { type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { haveCommonGround } from "./common-ground.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";
import { hasOwnReason } from "./own-reason.ts";
import { servingKinds } from "./serving-kinds.ts";

/** The object that a fault lies in, when that is neither a pod nor a workload: one lost Secret is one cause. */
const sourceOf = ({ anomaly, nature }: LiveAnomaly): ObjectRef | undefined =>
  nature === "fault" && anomaly.seenOn && !servingKinds.has(anomaly.seenOn.kind) ? anomaly.seenOn : undefined;

/** A fault of one of the members lies in the same object as this one does. */
export function sharesSource(live: LiveAnomaly, members: readonly LiveAnomaly[]): boolean {
  const source = sourceOf(live);
  return source !== undefined && members.some((member) => sameRef(sourceOf(member) ?? member.anomaly.target, source));
}

/** The workloads that an incident about this object is about. */
const subjectOf = (target: ObjectRef, context: GroupContext): readonly ObjectRef[] =>
  workloadsOf(target, context).filter(({ kind }) => servingKinds.has(kind));

/** Named by one of these, or naming one of them, or lying in the same object: the same story whatever else is so. */
function isLinked(live: LiveAnomaly, members: readonly LiveAnomaly[]): boolean {
  const named = [...live.blames, ...live.related];
  return (
    sharesSource(live, members) ||
    members.some(
      (member) =>
        named.some((ref) => sameRef(ref, member.anomaly.target)) ||
        [...member.blames, ...member.related].some((ref) => sameRef(ref, live.anomaly.target)),
    )
  );
}

/**
 * Its workload calls what the incident is about, which is shown to be broken, and has a reason of its own nevertheless: what
 * has to be repaired is two things.
 */
export function standsAlone(
  live: LiveAnomaly,
  members: readonly LiveAnomaly[],
  target: ObjectRef,
  context: GroupContext,
): boolean {
  // Most symptoms cannot be told from what others bring about: they need not be looked at more closely.
  if (live.nature === "symptom" && !measuredBy.has(live.anomaly.detector)) return false;
  const subject = subjectOf(target, context);
  const isSubject = (ref: ObjectRef) => sameRef(ref, target) || subject.some((own) => sameRef(own, ref));
  if (subject.length === 0 || distance(live.anomaly.target, subject, context) === 0) return false;
  if (workloadsOf(live.anomaly.target, context).some(isSubject)) return false;
  if (isLinked(live, members)) return false;
  const mine = workloadsOf(live.anomaly.target, context);
  if (live.nature === "symptom" && mine.some((own) => subject.some((ref) => haveCommonGround(own, ref, context))))
    return false;
  const isBroken = members.some(
    ({ anomaly, nature }) => isSubject(anomaly.target) && (nature !== "symptom" || measuredBy.has(anomaly.detector)),
  );
  // One cause may break several: what any of them brings to their callers is no reason of the caller's own.
  const broken = members
    .filter(({ nature }) => nature !== "symptom")
    .flatMap(({ anomaly }) => subjectOf(anomaly.target, context))
    .filter((ref) => !mine.some((own) => sameRef(own, ref)));
  return isBroken && hasOwnReason(live, uniqueRefs([...subject, ...broken]), context);
}
