import { isDeepStrictEqual } from "node:util";
import { sameRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { askedOf, type GroupBook, openGroups, witnessesOf } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import { type Group, membersOf } from "./incident-draft.ts";
import { isUndecided } from "./may-share-reason.ts";
import { relation } from "./relate.ts";
import { isOver, isSecondCause } from "./second-cause.ts";
import { standsAlone } from "./stands-alone.ts";

/** What an incident has seen before: it comes back, or the same series goes by the name of who answers to it now. */
function wasIn(live: LiveAnomaly, group: Group): boolean {
  const { fingerprint, detector, series } = live.anomaly;
  if (group.ended.has(fingerprint)) return true;
  const isSame = ({ anomaly }: LiveAnomaly) =>
    anomaly.detector === detector && isDeepStrictEqual(anomaly.series, series);
  return series !== undefined && ([...group.ended.values()].some(isSame) || membersOf(group).some(isSame));
}

/** A relation from here on is more than that things happened at the same time. */
const surely = 45;

/** Detectors that look at windows date one thing as differently as this (ms). */
const withinMs = 30_000;

/** It shows, and began well before this incident did: what was there before belongs to what was there before. */
const isOlder = ({ anomaly, nature }: LiveAnomaly, { born }: Group): boolean =>
  nature === "symptom" && anomaly.startsAt < born - withinMs;

/**
 * The open incident that an anomaly belongs to, of equally near ones the one that began last; "undecided" when a moment will
 * tell, undefined when there is none.
 */
export function bestHome(live: LiveAnomaly, book: GroupBook, context: GroupContext): Group | "undecided" | undefined {
  const open = openGroups(book);
  let best: Group | undefined;
  let bestScore = 0;
  let older: Group | undefined;
  let olderScore = 0;
  for (const group of open) {
    const isBack = wasIn(live, group);
    if (isOver(group, live) && !(isBack && sameRef(live.anomaly.target, group.incident.target))) continue;
    if (isBack && !standsAlone(live, askedOf(group), group.incident.target, context)) return group;
    if (isSecondCause(live, group, context)) continue;
    const score = relation(live, witnessesOf(group), group.incident.target, context);
    if (isOlder(live, group)) {
      if (score > olderScore) [older, olderScore] = [group, score];
      continue;
    }
    if (score > bestScore || (score === bestScore && score > 0 && best && group.incident.onset > best.incident.onset)) {
      best = group;
      bestScore = score;
    }
  }
  if (bestScore >= surely) return best;
  if (olderScore >= surely) return older;
  return open.some((group) => isUndecided(live, askedOf(group), context)) ? "undecided" : (best ?? older);
}
