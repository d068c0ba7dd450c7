import { getOrAdd } from "./get-or-add.ts";
import { type Break, breaksOf, failsMoreThan } from "./habit-breaks.ts";
import { type NormalWindow, windowsFor } from "./normal-times.ts";
import { type Profile, pairsOf, requestKey } from "./profile.ts";
import type { Request } from "./requests.ts";

export interface Behaviour {
  /** Requests that broke a habit, less those explained by a request they made. */
  readonly unexplained: number;
  /** 0..1: how far the clearest broken habit is from usual, less for few requests. */
  readonly strength: number;
  readonly text: string;
}

/** The clearest habit that a request itself broke. */
function brokenBy(steps: readonly string[], breaks: readonly Break[]): Break | undefined {
  const pairs = pairsOf(steps);
  let worst: Break | undefined;
  for (const one of breaks) {
    const seconds = pairs.get(one.first);
    if (!seconds || seconds.has(one.second) !== one.shift > 0) continue;
    if (!worst || Math.abs(one.shift) > Math.abs(worst.shift)) worst = one;
  }
  return worst;
}

/**
 * Entities whose requests stopped doing what they always do, or do what they never do. A request that called another
 * one that broke a habit too is taken as explained by it to the same degree.
 */
export function behaviourEvidence(
  requests: readonly Request[],
  now: Profile,
  normal: readonly NormalWindow[],
  from: number,
): ReadonlyMap<string, Behaviour> {
  const breaks = new Map<string, { readonly span: readonly Break[]; readonly log: readonly Break[] }>();
  for (const key of now.spanHabits.keys()) {
    const windows = windowsFor(normal, key.slice(0, key.indexOf("\t"))).filter(
      (profile) => !failsMoreThan(profile.logHabits.get(key), now.logHabits.get(key)),
    );
    breaks.set(key, {
      span: breaksOf(
        now.spanHabits.get(key),
        windows.map((profile) => profile.spanHabits.get(key)),
      ),
      log: breaksOf(
        now.logHabits.get(key),
        windows.map((profile) => profile.logHabits.get(key)),
      ),
    });
  }
  const broken = requests.map((request) => {
    const known = request.startSeconds < from ? undefined : breaks.get(requestKey(request));
    if (!known) return undefined;
    const span = brokenBy(request.spanSteps, known.span);
    const log = brokenBy(request.logSteps, known.log);
    return span && log ? (Math.abs(span.shift) > Math.abs(log.shift) ? span : log) : (span ?? log);
  });
  const explained = new Float64Array(requests.length);
  broken.forEach((one, i) => {
    if (!one) return;
    for (let at = requests[i]?.caller ?? -1, depth = 0; at >= 0 && depth < 100; depth++) {
      explained[at] = Math.max(explained[at] ?? 0, Math.abs(one.shift));
      at = requests[at]?.caller ?? -1;
    }
  });
  const totals = new Map<string, Map<Break, Total>>();
  requests.forEach((request, i) => {
    const one = broken[i];
    // Squared: a hundred requests a little off do not outweigh ten that are wholly so.
    const amount = one ? Math.max(0, Math.abs(one.shift) - (explained[i] ?? 0)) ** 2 : 0;
    if (!one || amount <= 0) return;
    const ofEntity = getOrAdd(totals, request.entity, () => new Map<Break, Total>());
    const sofar = ofEntity.get(one) ?? { count: 0, amount: 0 };
    ofEntity.set(one, { count: sofar.count + 1, amount: sofar.amount + amount });
  });
  return new Map([...totals].map(([entity, ofEntity]) => [entity, judge(ofEntity)]));
}

interface Total {
  readonly count: number;
  readonly amount: number;
}

function judge(totals: ReadonlyMap<Break, Total>): Behaviour {
  let unexplained = 0;
  let strength = 0;
  let text = "";
  for (const [one, { count, amount }] of totals) {
    unexplained += amount;
    const clear = (amount / count) * (count / (count + 1));
    if (clear > strength) {
      strength = clear;
      text = one.text;
    }
  }
  return { unexplained, strength, text };
}
