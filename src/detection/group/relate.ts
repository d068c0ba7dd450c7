import { measuredBy } from "../../cluster/unaccounted.ts";
import { starvingReasons } from "../../incident/anomaly.ts";
import { makeRef, type ObjectRef, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";
import { impairs } from "./impact.ts";
import { mayShareReason } from "./may-share-reason.ts";
import { isRefusedAlike } from "./refused-alike.ts";
import { servingKinds } from "./serving-kinds.ts";
import { sharesSource, standsAlone } from "./stands-alone.ts";
import { starved, starvedByUnknown } from "./starved.ts";

/** An anomaly, and the incident that it may belong to: its members and what it is about. */
interface Pair {
  readonly live: LiveAnomaly;
  readonly members: readonly LiveAnomaly[];
  readonly target: ObjectRef;
  readonly context: GroupContext;
}

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

/**
 * An autoscaler that cannot read its metric may stay so for weeks (no metrics server); what breaks in its workload
 * meanwhile is a cause of its own, and must not pass for news of an old incident.
 */
const standsBeside = ({ anomaly, nature }: LiveAnomaly, live: LiveAnomaly): boolean =>
  nature === "fault" && anomaly.target.kind === "HorizontalPodAutoscaler" && live.nature !== "symptom";

const isSickNode = ({ anomaly }: LiveAnomaly): boolean =>
  anomaly.target.kind === "Node" && anomaly.reason !== "NodeUnschedulable";

const hasCause = (members: readonly LiveAnomaly[]): boolean => members.some(({ nature }) => nature !== "symptom");

/** What its callers and logs have said of an object does not bind what it measures itself, or what breaks of itself. */
function sharesObject({ live, members }: Pair): boolean {
  const shows = live.nature !== "symptom" || measuredBy.has(live.anomaly.detector);
  return members.some(
    ({ anomaly, nature }) =>
      sameRef(anomaly.target, live.anomaly.target) &&
      (!shows || nature !== "symptom" || measuredBy.has(anomaly.detector)),
  );
}

/** It names a member's object, which is surer, or is named by a member; the first member of which one is so decides. */
function isNamed({ live, members }: Pair): number {
  const named = [...live.blames, ...live.related];
  for (const member of members) {
    if (named.some((ref) => sameRef(ref, member.anomaly.target))) return 92;
    if (standsBeside(member, live)) continue;
    if ([...member.blames, ...member.related].some((ref) => sameRef(ref, live.anomaly.target))) return 90;
  }
  return 0;
}

function suffersOnNode({ live, members, target, context }: Pair): boolean {
  return target.kind === "Node" && members.some(isSickNode) && live.nature !== "fault" && onNode(live, target, context);
}

function isStarved({ live, members, context }: Pair): number {
  if (!starvingReasons.has(live.anomaly.reason)) return 0;
  if (starved(live, members, context)) return 60;
  return starvedByUnknown(live, members, context) ? 46 : 0;
}

/** The node that all members run on. */
function isTheirNode({ live, members, context }: Pair): boolean {
  return (
    isSickNode(live) &&
    members.every((member) => member.nature !== "fault" && onNode(member, live.anomaly.target, context))
  );
}

/** A pod and its workload, told apart only by who has to be repaired. */
function isOfTheSamePods({ live, target, context }: Pair): boolean {
  if (target.kind !== "Pod") return false;
  const mine = workloadsOf(live.anomaly.target, context);
  return workloadsOf(target, context).some((ref) => mine.some((own) => sameRef(ref, own)));
}

/** It depends on what is impaired; the nearer, the surer. */
function dependsOnIt({ live, members, target, context }: Pair): number {
  if (live.nature === "fault") return 0;
  const far = distance(live.anomaly.target, impaired(members, target, context), context);
  const timely =
    live.nature === "symptom" ||
    (hasCause(members) && members.some(({ anomaly }) => anomaly.startsAt <= live.anomaly.startsAt + 10_000));
  return far > 0 && timely ? Math.max(50, 75 - far) : 0;
}

/** A caller in trouble of its own sees everybody else as slow or failing. */
function isSeenByTroubled({ live, members, target, context }: Pair): boolean {
  const { seenOn } = live.anomaly;
  const isItsWord = live.nature === "symptom" && seenOn !== undefined && sameRef(seenOn, target);
  return isItsWord && hasCause(members) && impairs(members, target, context);
}

/** How surely each relation binds, asked in this order: the first that holds decides. */
const relations: readonly ((pair: Pair) => number)[] = [
  ({ live, target }) => (sameRef(target, live.anomaly.target) ? 101 : 0),
  (pair) => (sharesObject(pair) ? 100 : 0),
  isNamed,
  ({ live, members }) => (sharesSource(live, members) ? 88 : 0),
  ({ live, members, context }) => (isRefusedAlike(live, members, context) ? 87 : 0),
  (pair) => (suffersOnNode(pair) ? 80 : 0),
  isStarved,
  (pair) => (isTheirNode(pair) ? 70 : 0),
  (pair) => (isOfTheSamePods(pair) ? 86 : 0),
  dependsOnIt,
  (pair) => (isSeenByTroubled(pair) ? 48 : 0),
  ({ live, members, context }) => mayShareReason(live, members, context),
];

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
  const pair: Pair = { live, members, target, context };
  for (const sureness of relations) {
    const found = sureness(pair);
    if (found > 0) return found;
  }
  return 0;
}
