import { collect } from "../../cluster/reach.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { askedOf, type GroupBook, isOpen, openGroups } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import type { Group } from "./incident-draft.ts";
import { standsAlone } from "./stands-alone.ts";

/** Detectors that look at windows date one thing as differently as this. */
const withinMs = 30_000;

/** Open incidents by the object that they are about. */
function openByTarget(book: GroupBook): ReadonlyMap<string, readonly Group[]> {
  const found = new Map<string, Group[]>();
  for (const group of openGroups(book)) collect(found, refKey(group.incident.target), group);
  return found;
}

/**
 * Brings members up to date where they are. One leaves when it has a reason of its own that is worth an incident, or when
 * its object has one meanwhile.
 * @param mayOpen whether an anomaly is worth an incident of its own
 * @param touched is given the groups that have any of them
 * @returns those that are no members yet, or are no longer
 */
export function keepMembers(
  active: readonly LiveAnomaly[],
  book: GroupBook,
  context: GroupContext,
  mayOpen: (live: LiveAnomaly) => boolean,
  touched: Set<Group>,
): LiveAnomaly[] {
  const homeless: LiveAnomaly[] = [];
  const named = openByTarget(book);
  const leaves = (live: LiveAnomaly, group: Group): boolean => {
    const { target, startsAt, detectedAt } = live.anomaly;
    if (sameRef(target, group.incident.target)) return false;
    // What was there before belongs to what was there before, and what was told before has not come of what began since.
    const isOf = ({ born }: Group) => startsAt >= born - withinMs && detectedAt >= born;
    if (named.get(refKey(target))?.some(isOf)) return true;
    return standsAlone(live, askedOf(group), group.incident.target, context) && mayOpen(live);
  };
  for (const live of active) {
    const { fingerprint } = live.anomaly;
    const group = book.home.get(fingerprint);
    if (!group || !isOpen(group)) {
      homeless.push(live);
      continue;
    }
    touched.add(group);
    if (leaves(live, group)) {
      group.members.delete(fingerprint);
      book.home.delete(fingerprint);
      homeless.push(live);
    } else group.members.set(fingerprint, live);
  }
  return homeless;
}
