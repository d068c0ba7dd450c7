import { measuredBy } from "../../cluster/unaccounted.ts";
import { starvingReasons } from "../../incident/anomaly.ts";
import { makeRef, type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { callWhatChanged, haveCommonGround } from "./common-ground.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";
import { impairs } from "./impact.ts";
import { hasOwnReason } from "./own-reason.ts";
import { isAccusation, type Root, rootsOf } from "./roots.ts";
import { servingKinds } from "./serving-kinds.ts";
import { starved, starvedByUnknown } from "./starved.ts";

/** Symptoms that begin together may have one reason that has not shown itself yet. */
const togetherMs = 90_000;
/** What takes several calls of one caller at once takes them at once; rates show it within their window of one another. */
const atOnceMs = 30_000;

function onNode(live: LiveAnomaly, node: ObjectRef, context: GroupContext): boolean {
  const { seenOn, target } = live.anomaly;
  const pods = [seenOn, target].filter((ref): ref is ObjectRef => ref?.kind === "Pod");
  if (pods.length === 0) {
    for (const workload of workloadsOf(target, context)) {
      for (const { metadata } of context.topology.podsOf(workload))
        pods.push(makeRef("Pod", metadata.namespace, metadata.name));
    }
  }
  return pods.some((pod) => context.topology.nodeOf(pod.namespace ?? "", pod.name)?.name === node.name);
}

/**
 * The workloads that an incident takes away from their callers: what it is about, and what its members name as broken. One
 * about a quota, a node or a Secret hurts through the latter alone.
 */
function impaired(members: readonly LiveAnomaly[], target: ObjectRef, context: GroupContext): readonly ObjectRef[] {
  const named = members
    .filter(({ nature }) => nature !== "symptom")
    .flatMap(({ anomaly, related }) => [anomaly.target, ...related])
    .filter((ref) => servingKinds.has(ref.kind));
  return uniqueRefs([target, ...named])
    .filter((ref) => impairs(members, ref, context))
    .flatMap((ref) => [ref, ...workloadsOf(ref, context)]);
}

/** The object that a fault lies in, when that is neither a pod nor a workload: one lost Secret is one cause. */
const sourceOf = ({ anomaly, nature }: LiveAnomaly): ObjectRef | undefined =>
  nature === "fault" && anomaly.seenOn && !servingKinds.has(anomaly.seenOn.kind) ? anomaly.seenOn : undefined;

/**
 * An autoscaler that cannot read its metric may stay so for weeks (no metrics server); what breaks in its workload
 * meanwhile is a cause of its own, and must not pass for news of an old incident.
 */
const standsBeside = ({ anomaly, nature }: LiveAnomaly, live: LiveAnomaly): boolean =>
  nature === "fault" && anomaly.target.kind === "HorizontalPodAutoscaler" && live.nature !== "symptom";

const beganTogether = (a: LiveAnomaly, b: LiveAnomaly, withinMs: number): boolean =>
  Math.abs(a.anomaly.startsAt - b.anomaly.startsAt) < withinMs;

/** The caller that finds others slow or failing. */
function accuserOf(live: LiveAnomaly, context: GroupContext): ObjectRef | undefined {
  return isAccusation(live, context) ? live.anomaly.seenOn : undefined;
}

/**
 * The reason may show itself after its symptoms: they wait for it behind what they depend on. Members that have a reason
 * of their own already wait for none: what one caller suffers from twice has two reasons.
 */
function mayShareReason(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): number {
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

/** The workloads that an incident about this object is about. */
const subjectOf = (target: ObjectRef, context: GroupContext): readonly ObjectRef[] =>
  workloadsOf(target, context).filter(({ kind }) => servingKinds.has(kind));

/** Named by one of these, or naming one of them, or lying in the same object: the same story whatever else is so. */
function isLinked(live: LiveAnomaly, members: readonly LiveAnomaly[]): boolean {
  const source = sourceOf(live);
  const named = [...live.blames, ...live.related];
  return members.some(
    (member) =>
      named.some((ref) => sameRef(ref, member.anomaly.target)) ||
      [...member.blames, ...member.related].some((ref) => sameRef(ref, live.anomaly.target)) ||
      (source !== undefined && sameRef(sourceOf(member) ?? member.anomaly.target, source)),
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

/**
 * How surely an anomaly belongs to an incident with these members and this target; 0 is "not". Same object beats named
 * relation beats node beats dependency, nearer beats farther. A fault never folds into another object's incident: it is a
 * cause of its own.
 */
export function relation(
  live: LiveAnomaly,
  members: readonly LiveAnomaly[],
  target: ObjectRef,
  context: GroupContext,
): number {
  if (standsAlone(live, members, target, context)) return 0;
  const own = refKey(live.anomaly.target);
  if (refKey(target) === own) return 101;
  const ownLinks = new Set([...live.blames, ...live.related].map(refKey));
  // What its callers and logs have said does not bind what it measures itself, or what breaks of itself.
  const shows = live.nature !== "symptom" || measuredBy.has(live.anomaly.detector);
  const binds = ({ anomaly, nature }: LiveAnomaly) =>
    refKey(anomaly.target) === own && (!shows || nature !== "symptom" || measuredBy.has(anomaly.detector));
  if (members.some(binds)) return 100;
  for (const member of members) {
    if (ownLinks.has(refKey(member.anomaly.target))) return 92;
    if (standsBeside(member, live)) continue;
    if ([...member.blames, ...member.related].some((ref) => refKey(ref) === own)) return 90;
  }
  const source = sourceOf(live);
  if (source && members.some((member) => sameRef(sourceOf(member) ?? member.anomaly.target, source))) return 88;
  const nodeSuffers = members.some(
    ({ anomaly }) => anomaly.target.kind === "Node" && anomaly.reason !== "NodeUnschedulable",
  );
  if (target.kind === "Node" && nodeSuffers && live.nature !== "fault" && onNode(live, target, context)) return 80;
  if (starvingReasons.has(live.anomaly.reason)) {
    if (starved(live, members, context)) return 60;
    if (starvedByUnknown(live, members, context)) return 46;
  }
  const isNode = live.anomaly.target.kind === "Node" && live.anomaly.reason !== "NodeUnschedulable";
  if (isNode && members.every((member) => member.nature !== "fault" && onNode(member, live.anomaly.target, context)))
    return 70;
  const mine = workloadsOf(live.anomaly.target, context);
  // A pod and its workload, told apart only by who has to be repaired.
  if (target.kind === "Pod" && workloadsOf(target, context).some((ref) => mine.some((own) => sameRef(ref, own))))
    return 86;
  const hasCause = members.some(({ nature }) => nature !== "symptom");
  if (live.nature !== "fault") {
    const far = distance(live.anomaly.target, impaired(members, target, context), context);
    const timely =
      live.nature === "symptom" ||
      (hasCause && members.some(({ anomaly }) => anomaly.startsAt <= live.anomaly.startsAt + 10_000));
    if (far > 0 && timely) return Math.max(50, 75 - far);
  }
  const { seenOn } = live.anomaly;
  // A caller in trouble of its own sees everybody else as slow or failing.
  if (live.nature === "symptom" && seenOn && sameRef(seenOn, target) && hasCause && impairs(members, target, context)) {
    return 48;
  }
  return mayShareReason(live, members, context);
}
