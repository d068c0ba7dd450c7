import type { Incident } from "../../incident/incident.ts";
import { advance } from "../../incident/status.ts";
import { type GroupBook, isOpen, openGroups, place } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import { type Group, membersOf } from "./incident-draft.ts";
import { visibleState } from "./lead.ts";
import { areStrangers, type Proof, provedPart } from "./one-cause.ts";

/** Two open incidents that have turned out to be one. */
export interface OneCause {
  /** What is to go on as a part of the other. */
  readonly part: Incident;
  readonly whole: Incident;
  readonly proof: Proof;
}

/** A proof has to last so long (ms): the first samples of a metric show neither what is usual nor what is one's own. */
const lastsMs = 45_000;
/** Incidents that began further apart are not compared (ms). */
const nearMs = 15 * 60_000;
/** In a storm the latest so many are compared. */
const maxCompared = 50;

const compared = (book: GroupBook, { now }: GroupContext): readonly Group[] =>
  openGroups(book)
    .filter(({ incident, members }) => members.size > 0 && now - incident.openedAt < nearMs)
    .slice(-maxCompared);

/** Notes of which others that are open no call is known when an incident is opened. What is known later is news. */
export function noteStrangers(opened: ReadonlySet<Group>, book: GroupBook, context: GroupContext): void {
  if (opened.size === 0) return;
  const near = openGroups(book).filter((group) => context.now - group.born < nearMs);
  for (const group of opened)
    for (const other of near.slice(-maxCompared))
      if (other !== group && areStrangers(group, other, context)) group.strangers.add(other.incident.id);
}

const hasCause = (group: Group): boolean => membersOf(group).some(({ nature }) => nature !== "symptom");

/** Which of both goes on under the other: what only suffers, of two that do the younger that nobody has taken. */
function whichGoes(suffering: Group, broken: Group): { readonly part: Group; readonly whole: Group } | undefined {
  const isFree = ({ incident }: Group) => advance(incident.status, "absorb").ok;
  const under = (part: Group, whole: Group) => ({ part, whole });
  if (hasCause(broken)) return isFree(suffering) ? under(suffering, broken) : undefined;
  const [older, younger] =
    suffering.incident.openedAt <= broken.incident.openedAt ? [suffering, broken] : [broken, suffering];
  return isFree(younger) ? under(younger, older) : isFree(older) ? under(older, younger) : undefined;
}

/** Remembers since when proofs hold. */
export interface Proofs {
  /** Those that have held long enough. A part of which there are two wholes is none's. */
  due(book: GroupBook, context: GroupContext): readonly OneCause[];
}

/** To be asked in every tick: a proof that is missing in one begins anew. */
export function createProofs(): Proofs {
  let since: ReadonlyMap<string, number> = new Map();
  return {
    due(book, context) {
      const groups = compared(book, context);
      const held = new Map<string, number>();
      const found: OneCause[] = [];
      for (const suffering of groups.length > 1 ? groups : []) {
        const wholes = groups.flatMap((broken) => {
          const proof = broken === suffering ? undefined : provedPart(suffering, broken, context);
          return proof ? [{ broken, proof }] : [];
        });
        const [only] = wholes;
        if (!only || wholes.length > 1) continue;
        const key = `${suffering.incident.id}>${only.broken.incident.id}`;
        const from = since.get(key) ?? context.now;
        held.set(key, from);
        const goes = whichGoes(suffering, only.broken);
        if (goes && context.now - from >= lastsMs)
          found.push({ part: goes.part.incident, whole: goes.whole.incident, proof: only.proof });
      }
      since = held;
      return found;
    },
  };
}

/**
 * Makes one incident of two: what the part is made of goes on in the whole, and the part is over.
 * @returns false when one of them is not open any more
 */
export function absorb(part: Group, whole: Group, book: GroupBook, now: number): boolean {
  const outcome = advance(part.incident.status, "absorb");
  if (!outcome.ok || !isOpen(whole) || part === whole) return false;
  for (const [fingerprint, live] of part.ended) whole.ended.set(fingerprint, live);
  for (const [fingerprint, at] of part.notBefore) whole.notBefore.set(fingerprint, at);
  for (const live of membersOf(part)) {
    place(live, whole, book);
    // It knows again what it was made of, should that turn out to be something else.
    part.ended.set(live.anomaly.fingerprint, live);
  }
  part.members.clear();
  part.incident = {
    ...part.incident,
    status: outcome.status,
    resolvedAt: now,
    updatedAt: now,
    mergedInto: whole.incident.id,
  };
  part.visible = visibleState(part.incident);
  return true;
}

/** A person says that they are two after all: each has again what it was made of, as far as that is still there. */
export function giveBack(part: Group, book: GroupBook): void {
  const whole = book.groups.get(part.incident.mergedInto ?? "");
  if (!whole) return;
  // Nor are they merged again.
  part.strangers.delete(whole.incident.id);
  whole.strangers.delete(part.incident.id);
  for (const { fingerprint } of part.incident.anomalies) {
    const live = whole.members.get(fingerprint);
    whole.ended.delete(fingerprint);
    if (!live) continue;
    whole.members.delete(fingerprint);
    place(live, part, book);
  }
}
