import { loggedCalls } from "../../cluster/logged-calls.ts";
import { measuredBy } from "../../cluster/unaccounted.ts";
import { type ObjectRef, refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { callsInVain, countedInVain } from "./calls-in-vain.ts";
import { askedOf } from "./group-book.ts";
import { distance, type GroupContext, workloadsOf } from "./group-context.ts";
import { impairs } from "./impact.ts";
import { type Group, membersOf } from "./incident-draft.ts";
import { hasOwnReason } from "./own-reason.ts";
import { relation } from "./relate.ts";
import { isAccusation } from "./roots.ts";
import { servingKinds } from "./serving-kinds.ts";

/** The call that shows it: its failing is what the caller suffers from. */
export interface Proof {
  readonly caller: ObjectRef;
  readonly callee: ObjectRef;
}

/** Detectors that look at windows date one thing as differently as this (ms). */
const datedMs = 30_000;
/** What begins so long after a cause has come is rather a trouble of its own (ms). */
const withinMs = 10 * 60_000;
/** A fault or a change of one's own is seen within this time of the first symptom (ms). */
const settledMs = 30_000;
/** A change so long before the first symptom may have brought it (ms). */
const changeMs = 10 * 60_000;
/** Beyond so many members it is a storm, of which nobody can tell that all come from one call. */
const maxMembers = 30;
/** From here on a relation is that of a caller to what it calls, or surer. */
const depends = 50;

/** Kinds of trouble that somebody else can bring: what a workload serves, what it writes, what its callers get from it. */
function isSuffering(live: LiveAnomaly, context: GroupContext): boolean {
  const { nature, anomaly } = live;
  if (nature !== "symptom") return false;
  // What only corroborates says nothing of its own.
  if (live.soft) return true;
  if (anomaly.family === "log" || measuredBy.has(anomaly.detector)) return true;
  return anomaly.family === "metric" && isAccusation(live, context);
}

const workloadsIn = (members: readonly LiveAnomaly[], context: GroupContext): readonly ObjectRef[] =>
  uniqueRefs(members.flatMap(({ anomaly }) => workloadsOf(anomaly.target, context)));

/** Shows its trouble itself, and now: not by what others say of it. */
function isBroken(live: LiveAnomaly, context: GroupContext): boolean {
  if (live.soft || live.fading || live.lastSeenAt !== context.now || isAccusation(live, context)) return false;
  return live.nature !== "symptom" || isSuffering(live, context);
}

/** The workloads that an incident takes away from their callers, as those show themselves. */
function brokenIn(group: Group, context: GroupContext): readonly ObjectRef[] {
  const members = askedOf(group);
  const broken = members.filter((live) => isBroken(live, context));
  const named = broken.flatMap(({ anomaly, related }) => [anomaly.target, ...related]);
  return uniqueRefs(
    named
      .filter((ref) => servingKinds.has(ref.kind) && impairs(members, ref, context))
      .flatMap((ref) => workloadsOf(ref, context)),
  );
}

/** Was anything of these changed that may have brought the trouble: what they run, what they use, how they are reached? */
function hasOwnChange(
  workloads: readonly ObjectRef[],
  since: number,
  { observation, topology, now }: GroupContext,
): boolean {
  const own = new Set(
    workloads
      .flatMap((ref) => [ref, ...topology.servicesOf(ref), ...topology.usesOf(ref).map((use) => use.ref)])
      .map(refKey),
  );
  const namespaces = new Set(workloads.map(({ namespace }) => namespace));
  return observation.objects
    .changes(since - changeMs, now)
    .some(({ ref }) => own.has(refKey(ref)) || (ref.kind === "NetworkPolicy" && namespaces.has(ref.namespace)));
}

/** The call by which a member suffers from what is broken; undefined while none is seen to fail, or others are as well. */
function suffersFrom(
  live: LiveAnomaly,
  broken: readonly ObjectRef[],
  own: readonly ObjectRef[],
  context: GroupContext,
): Proof | undefined {
  const leads = (ref: ObjectRef) =>
    broken.some((one) => sameRef(one, ref)) ||
    distance(ref, broken, context) > 0 ||
    own.some((one) => sameRef(one, ref));
  let proof: Proof | undefined;
  for (const caller of workloadsOf(live.anomaly.target, context)) {
    const { startsAt } = live.anomaly;
    // An exception of its own code may be a bug that has nothing to do with its calls.
    if (loggedCalls(caller, broken, startsAt - datedMs, context).exceptionsPerSecond > 0) return undefined;
    const { callees, strangers } = callsInVain(caller, startsAt, context);
    if (strangers || ![...callees.values()].every(leads)) return undefined;
    const callee = context.topology
      .dependenciesOf(caller, 1)
      .filter((ref) => broken.some((one) => sameRef(one, ref)) || distance(ref, broken, context) > 0)
      .find((ref) => callees.has(refKey(ref)) || countedInVain(live, caller, ref, context));
    if (!callee) return undefined;
    proof ??= { caller, callee };
  }
  return proof;
}

/** Is no call known from one of these incidents to the other? */
export function areStrangers(a: Group, b: Group, context: GroupContext): boolean {
  const [here, there] = [a, b].map((group) => workloadsIn(askedOf(group).slice(0, maxMembers), context));
  const leads = (from: readonly ObjectRef[] = [], to: readonly ObjectRef[] = []) =>
    from.some((ref) => to.some((one) => sameRef(one, ref)) || distance(ref, to, context) > 0);
  return !leads(here, there) && !leads(there, here);
}

/**
 * Has it become known since that all of one incident comes from what another one is about? Both were opened because no call
 * between them was known. Now one is, and it fails; all that there is are errors, slowness and log lines of who makes it,
 * which began with the other, and nothing of theirs broke or was changed by itself; nobody else is called in vain. Whatever
 * is missing of that, they stay two: a message too many is read, a cause that is hidden is not.
 */
export function provedPart(part: Group, whole: Group, context: GroupContext): Proof | undefined {
  const members = membersOf(part);
  if (members.length === 0 || members.length + part.ended.size > maxMembers || part.dropped > 0) return undefined;
  if (![...members, ...part.ended.values()].every((live) => isSuffering(live, context))) return undefined;
  if (!part.strangers.has(whole.incident.id) && !whole.strangers.has(part.incident.id)) return undefined;
  if (context.now - Math.max(part.incident.openedAt, whole.incident.openedAt) < settledMs) return undefined;
  const onset = Math.min(...members.map(({ anomaly }) => anomaly.startsAt));
  if (onset < whole.born - datedMs || onset > whole.born + withinMs) return undefined;
  const broken = brokenIn(whole, context);
  const own = workloadsIn(members, context);
  if (broken.length === 0 || broken.some((ref) => own.some((one) => sameRef(one, ref)))) return undefined;
  let proof: Proof | undefined;
  for (const live of members.filter(({ soft }) => !soft)) {
    if (hasOwnReason(live, broken, context)) return undefined;
    if (relation(live, askedOf(whole), whole.incident.target, context) < depends) return undefined;
    const found = suffersFrom(live, broken, own, context);
    if (!found) return undefined;
    proof ??= found;
  }
  return hasOwnChange(own, onset, context) ? undefined : proof;
}
