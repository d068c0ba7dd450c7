import { type Clock, rest } from "../lib/clock.ts";
import type { IncidentFacts } from "./score.ts";

/** A diagnosis by rules takes moments, one with a model up to a minute. */
const longestMs = 60_000;
const lookEveryMs = 1_000;

/**
 * What kubemend's database holds of incidents since a moment (ms), when each has its first diagnosis, and at most a minute
 * later: a score before it would call every cause wrong. Ends sooner when aborted.
 */
export async function judgedFacts(
  incidentsSince: (since: number) => Promise<readonly IncidentFacts[]>,
  since: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly IncidentFacts[]> {
  const until = clock.now() + longestMs;
  for (;;) {
    const facts = await incidentsSince(since);
    const judged = facts.every(({ openedAt, hypotheses }) => openedAt < since || hypotheses.length > 0);
    if (judged || signal.aborted || clock.now() >= until) return facts;
    await rest(clock, lookEveryMs, signal);
  }
}
