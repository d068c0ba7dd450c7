import { lateLinks } from "../../cluster/late-links.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import { shareOfUsual } from "../../cluster/usual.ts";
import { type ObjectRef, refKey, sameRef } from "../../incident/object-ref.ts";
import type { GroupContext } from "./group-context.ts";

/** A node this full slows down whatever it carries, before anybody has called it saturated; one that fills up soon will. */
const fullNode = 0.9;
const fillingNode = 0.6;
const filling = 1.5;
/** Asked for this much more than usual, anything may give way. */
const surge = 1.5;
/** A change of what both use counts for this long (ms). */
const changeMs = 10 * 60_000;

const labelsOf = ({ namespace = "", name }: ObjectRef) => ({ namespace, workload: name });

function nodesOf(workload: ObjectRef, { topology }: GroupContext): ReadonlySet<string> {
  return new Set(topology.podsOf(workload).flatMap(({ spec }) => spec.nodeName ?? []));
}

function isFull(node: string, { observation, now }: GroupContext): boolean {
  const cpu = observation.series.get("node_cpu_ratio", { node });
  if (!cpu) return false;
  return (
    cpu.last >= fullNode || (cpu.last >= fillingNode && (shareOfUsual(cpu, observation.series, now) ?? 0) >= filling)
  );
}

function onFullNode(a: ObjectRef, b: ObjectRef, context: GroupContext): boolean {
  const others = nodesOf(b, context);
  return [...nodesOf(a, context)].some((node) => others.has(node) && isFull(node, context));
}

function isAskedForMore(workload: ObjectRef, { observation, now }: GroupContext): boolean {
  const requests = observation.series.get("requests_per_second", labelsOf(workload));
  return requests !== undefined && (shareOfUsual(requests, observation.series, now) ?? 0) >= surge;
}

const measures = ["requests_per_second", "latency_mean_seconds"] as const satisfies readonly DerivedSeriesName[];

/** Something that both call and nobody measures: it may be slow or fail without showing it. */
function callTheSameUnseen(a: ObjectRef, b: ObjectRef, { topology, observation }: GroupContext): boolean {
  const others = new Set(topology.dependenciesOf(b).map(refKey));
  return topology
    .dependenciesOf(a)
    .some((ref) => others.has(refKey(ref)) && !measures.some((name) => observation.series.get(name, labelsOf(ref))));
}

/** Has somebody asked something else of an object lately? */
const hasChanged = (ref: ObjectRef, { observation, now }: GroupContext): boolean =>
  observation.objects
    .versions(ref)
    .slice(1)
    .some(({ at }) => now - at < changeMs);

/** What both use, or who calls both, has just been changed: a configuration, a caller that asks for something else. */
function shareWhatChanged(a: ObjectRef, b: ObjectRef, context: GroupContext): boolean {
  const { topology } = context;
  const about = (workload: ObjectRef) => [
    ...topology.usesOf(workload).map(({ ref }) => ref),
    ...topology.dependentsOf(workload, 1),
  ];
  const others = new Set(about(b).map(refKey));
  const changed = (ref: ObjectRef) => hasChanged(ref, context);
  return about(a).some((ref) => others.has(refKey(ref)) && changed(ref));
}

/** What both call has just been changed, or what that uses: it refuses them both, or has no room for either. */
export function callWhatChanged(a: ObjectRef, b: ObjectRef, context: GroupContext): boolean {
  const { topology } = context;
  const others = new Set(topology.dependenciesOf(b, 1).map(refKey));
  const changed = (ref: ObjectRef) => hasChanged(ref, context);
  return topology
    .dependenciesOf(a, 1)
    .some((ref) => others.has(refKey(ref)) && [ref, ...topology.usesOf(ref).map((use) => use.ref)].some(changed));
}

/** So many callers whose calls arrive late have the way in common, not a reason each. */
const leastCallers = 2;

/** The network between all: both make or get calls that are late on their way, and not one caller's alone are. */
function callOverLateLinks(a: ObjectRef, b: ObjectRef, context: GroupContext): boolean {
  const links = lateLinks(context);
  if (new Set(links.map(({ caller }) => refKey(caller))).size < leastCallers) return false;
  const touches = (ref: ObjectRef) => links.some(({ caller, callee }) => sameRef(caller, ref) || sameRef(callee, ref));
  return touches(a) && touches(b);
}

/** A canary beside what it may replace: callers know both by one name. */
function answerToOneName(a: ObjectRef, b: ObjectRef, { topology }: GroupContext): boolean {
  const others = new Set(topology.servicesOf(b).map(refKey));
  return topology.servicesOf(a).some((service) => others.has(refKey(service)));
}

/**
 * Is there one thing that could bring trouble to two workloads of which neither calls the other? A node that is full, more
 * work for both, a dependency that nobody measures or that was changed, a network that is late for all, a configuration or a caller that was changed. Without any, they have
 * two reasons.
 */
export function haveCommonGround(a: ObjectRef, b: ObjectRef, context: GroupContext): boolean {
  return (
    answerToOneName(a, b, context) ||
    onFullNode(a, b, context) ||
    (isAskedForMore(a, context) && isAskedForMore(b, context)) ||
    callTheSameUnseen(a, b, context) ||
    callWhatChanged(a, b, context) ||
    callOverLateLinks(a, b, context) ||
    shareWhatChanged(a, b, context)
  );
}
