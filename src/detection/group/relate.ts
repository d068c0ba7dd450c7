import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import { starvingReasons } from "../../incident/anomaly.ts";
import { makeRef, type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { impairs } from "./impact.ts";

/** What grouping asks of the world. */
export interface GroupContext {
  readonly now: number;
  readonly observation: Observation;
  readonly topology: Topology;
}

/** Symptoms that begin together may have one reason that has not shown itself yet. */
const togetherMs = 90_000;
/** What takes several calls of one caller at once takes them at once; rates show it within their window of one another. */
const atOnceMs = 30_000;

/** The workloads that a reference stands for: those behind a Service, the owner of a pod, itself. */
export function workloadsOf(ref: ObjectRef, { topology }: GroupContext): readonly ObjectRef[] {
  if (ref.kind === "Service") return topology.workloadsBehind(ref);
  if (ref.kind === "Pod") {
    const owner = topology.workloadOfPod(ref.namespace ?? "", ref.name);
    return owner ? [owner] : [ref];
  }
  return [ref];
}

// A storm asks the same again and again; one walk for each workload and topology is enough.
const ranks = new WeakMap<Topology, Map<string, ReadonlyMap<string, number>>>();

/** Everything that a workload depends on, nearest first: 1, 2, 3… */
function dependencyRanks(workload: ObjectRef, topology: Topology): ReadonlyMap<string, number> {
  let known = ranks.get(topology);
  if (!known) {
    known = new Map();
    ranks.set(topology, known);
  }
  const key = refKey(workload);
  let found = known.get(key);
  if (!found) {
    found = new Map(topology.dependenciesOf(workload).map((ref, i) => [refKey(ref), i + 1]));
    known.set(key, found);
  }
  return found;
}

/** How far `to` is among what `from` depends on: 1 is the nearest; 0 when it does not. */
export function distance(from: ObjectRef, to: readonly ObjectRef[], context: GroupContext): number {
  let best = 0;
  for (const start of workloadsOf(from, context)) {
    const known = dependencyRanks(start, context.topology);
    for (const ref of to) {
      const found = known.get(refKey(ref)) ?? 0;
      if (found > 0 && (best === 0 || found < best)) best = found;
    }
  }
  return best;
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

const servingKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Service", "Pod"]);

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

/** Requests stay away because somebody upstream has trouble: a caller fails before it gets to this call. */
function starved(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): boolean {
  const callers = new Set(
    workloadsOf(live.anomaly.target, context)
      .flatMap((workload) => context.topology.dependentsOf(workload))
      .map(refKey),
  );
  return members.some(({ anomaly }) =>
    [anomaly.target, anomaly.seenOn].some(
      (ref) => ref !== undefined && workloadsOf(ref, context).some((one) => callers.has(refKey(one))),
    ),
  );
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
  const own = refKey(live.anomaly.target);
  const ownLinks = new Set([...live.blames, ...live.related].map(refKey));
  for (const member of members) if (refKey(member.anomaly.target) === own) return 100;
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
  if (starvingReasons.has(live.anomaly.reason) && starved(live, members, context)) return 60;
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
  // The reason may show itself after its symptoms: they wait for it behind what they depend on.
  const waiting = members.filter(
    ({ nature }) => nature === "symptom" || (nature === "failure" && live.nature === "fault"),
  );
  if (waiting.length === members.length && impairs([live], live.anomaly.target, context)) {
    const together = waiting.filter(({ anomaly }) => Math.abs(anomaly.startsAt - live.anomaly.startsAt) < togetherMs);
    const near = together.some(({ anomaly }) => {
      if (distance(anomaly.target, [...mine, live.anomaly.target], context) > 0) return true;
      return live.nature !== "symptom" && anomaly.seenOn !== undefined && sameRef(anomaly.seenOn, live.anomaly.target);
    });
    if (near) return 45;
    // One caller that cannot reach several others at once has one reason: its network, its DNS, its own CPU.
    const caller = live.nature === "symptom" && seenOn && seenOn.kind !== "Pod" ? seenOn : undefined;
    const atOnce = together.filter(({ anomaly }) => Math.abs(anomaly.startsAt - live.anomaly.startsAt) < atOnceMs);
    if (caller && atOnce.some(({ anomaly }) => anomaly.seenOn && sameRef(anomaly.seenOn, caller))) return 40;
  }
  return 0;
}
