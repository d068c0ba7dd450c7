import { beganAt } from "../case/began-at.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";

/** How long after a change its trouble is still well explained by it: by then closeness has fallen to 1/e. */
const closeMs = 8 * 60_000;
/** Clocks of the API server, the kubelet and the scraper differ by this much. */
const slackMs = 20_000;

/**
 * When the trouble of what the candidate hits began. A detector that looks at a window may date it to the window's beginning:
 * one start alone, earlier than all the others, does not count.
 */
function firstHit(open: Case, item: Candidate): number {
  const times = item.hits.flatMap((hit) => open.anomaliesOf(hit)).map((anomaly) => anomaly.startsAt);
  return beganAt(times) ?? Math.max(open.onset, item.since);
}

/** 0..1: how near a candidate's change is to the first trouble of what it hits; 0 without a change, or when it came after. */
export function closenessOf(open: Case, item: Candidate): number {
  if (!item.change) return 0;
  const gap = firstHit(open, item) - item.change.at;
  return gap < -slackMs ? 0 : Math.exp(-Math.max(0, gap) / closeMs);
}

/** True when the first trouble was there before the candidate's change: it cannot have brought that about. */
export function isLate(open: Case, item: Candidate): boolean {
  return item.change !== undefined && item.change.at > firstHit(open, item) + slackMs;
}
