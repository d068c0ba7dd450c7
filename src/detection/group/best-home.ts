import { isDeepStrictEqual } from "node:util";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { askedOf, type GroupBook, openGroups, witnessesOf } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import { type Group, membersOf } from "./incident-draft.ts";
import { isUndecided, relation, standsAlone } from "./relate.ts";

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

/**
 * The open incident that an anomaly belongs to, of equally near ones the one that began last; "undecided" when a moment will
 * tell, undefined when there is none.
 */
export function bestHome(live: LiveAnomaly, book: GroupBook, context: GroupContext): Group | "undecided" | undefined {
  const open = openGroups(book);
  let best: Group | undefined;
  let bestScore = 0;
  for (const group of open) {
    if (wasIn(live, group) && !standsAlone(live, askedOf(group), group.incident.target, context)) return group;
    const score = relation(live, witnessesOf(group), group.incident.target, context);
    if (score > bestScore || (score === bestScore && score > 0 && best && group.incident.onset > best.incident.onset)) {
      best = group;
      bestScore = score;
    }
  }
  if (bestScore >= surely) return best;
  return open.some((group) => isUndecided(live, askedOf(group), context)) ? "undecided" : best;
}
