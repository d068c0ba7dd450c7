/**
 * When an incident is diagnosed: at once, and again while evidence is still coming in (a crash loop shows its log a few
 * seconds later, a probe its third failure after half a minute). Times after opening, ms.
 */
const roundsMs = [0, 15_000, 30_000, 60_000, 120_000, 240_000] as const;
/** Longer incidents are looked at again now and then. */
const laterEveryMs = 300_000;

/** What joins an incident that has lasted is looked at this soon: it may be another trouble of the same workload. */
const newsEveryMs = 60_000;

/**
 * When the next diagnosis is due, given how many have been made and when the last one was; ms.
 * @param hasNews symptoms were found since the last one
 */
export function nextDiagnosisAt(openedAt: number, made: number, lastAt: number, hasNews = false): number {
  const round = roundsMs[made];
  const regular = round === undefined ? lastAt + laterEveryMs : openedAt + round;
  return hasNews ? Math.min(regular, lastAt + newsEveryMs) : regular;
}
