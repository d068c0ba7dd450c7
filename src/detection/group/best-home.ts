import type { LiveAnomaly } from "../live-anomaly.ts";
import { askedOf, type GroupBook, openGroups, witnessesOf } from "./group-book.ts";
import type { GroupContext } from "./group-context.ts";
import type { Group } from "./incident-draft.ts";
import { isUndecided, relation } from "./relate.ts";

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
    const score = relation(live, witnessesOf(group), group.incident.target, context);
    if (score > bestScore || (score === bestScore && score > 0 && best && group.incident.onset > best.incident.onset)) {
      best = group;
      bestScore = score;
    }
  }
  if (bestScore >= surely) return best;
  return open.some((group) => isUndecided(live, askedOf(group), context)) ? "undecided" : best;
}
