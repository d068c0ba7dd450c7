import type { Resemblance } from "./resemblance.ts";
import { FLAG, type Tokens, WILD } from "./token-line.ts";
import { isPreposition, isTo } from "./words.ts";

/**
 * What the differing words are: all say what happened, some do, names in capitals, names with humps or marks inside, other
 * words.
 */
type Kind = "event" | "half" | "constant" | "name" | "word";
/** Where they stand: at the beginning, where a sentence leaves room (after a colon or preposition, in brackets), elsewhere. */
type Place = "lead" | "slot" | "inner";

const NEVER = [Number.POSITIVE_INFINITY];

/**
 * Sentences needed, this one included, by the number of words they have in common, from one on; the last number holds for
 * more. From families of sentences that readers of 29 sources held for one or for several (test/corpus/logs/README.md).
 */
const NEEDED: Readonly<Record<Place, Readonly<Record<Kind, readonly number[]>>>> = {
  lead: { event: NEVER, half: NEVER, constant: [24, 24, 24, 12, 4], name: [24, 16, 16, 4], word: [12, 2, 2, 2] },
  slot: { event: [12], half: [8, 2], constant: [8, 2], name: [8, 2], word: [8, 2] },
  inner: { event: [24], half: [24, 12, 4, 2], constant: [16, 6, 3, 2], name: [3, 2], word: [12, 3, 2] },
};

function wordsBefore(line: Tokens, at: number): number {
  let words = 0;
  for (let i = 0; i < at; i++) if (line.hash[i] !== WILD) words++;
  return words;
}

function kindOf(r: Resemblance, bit: number): Kind {
  if ((r.events & bit) !== 0) return "event";
  if ((r.eventful & bit) !== 0) return "half";
  if ((r.constants & bit) !== 0) return "constant";
  return (r.names & bit) !== 0 ? "name" : "word";
}

function placeOf(line: Tokens, at: number): Place {
  const before = wordsBefore(line, at);
  const flags = line.flags[at] ?? 0;
  if ((flags & FLAG.opened) !== 0 && at > 0) return "slot";
  // `report.csv: copied anew`: who or what the sentence is about.
  if (at === 0 && ((line.flags[1] ?? 0) & FLAG.told) !== 0) return "inner";
  if (before === 0) return "lead";
  if ((flags & FLAG.named) !== 0) return before > 1 ? "slot" : "lead";
  const previous = line.hash[at - 1] ?? WILD;
  return isPreposition(previous) || isTo(previous) ? "slot" : "inner";
}

/**
 * How many sentences that differ only in the words of `mask` must be seen (this line included) before those words are
 * taken for values: few where they name things, many or none where they say what happened. Infinity when never.
 */
export function evidenceNeeded(line: Tokens, r: Resemblance): number {
  if (r.same === 0 || (r.mixed > 0 && r.same <= r.mixed + r.different)) return Number.POSITIVE_INFINITY;
  let most = 0;
  let leads = false;
  let names = 0;
  for (let i = 0; i < 31 && i < line.count; i++) {
    const bit = 1 << i;
    if ((r.mask & bit) === 0) continue;
    const flags = line.flags[i] ?? 0;
    const place = placeOf(line, i);
    leads ||= place === "lead";
    const isKnown = r.same > 1 && (r.known & bit) !== 0 && (place !== "lead" || (flags & FLAG.soft) !== 0);
    const isIntroduced = place !== "lead" && (flags & (FLAG.product | FLAG.slot)) !== 0;
    const kind = kindOf(r, bit);
    if (kind === "name" || kind === "constant") names++;
    const table = NEEDED[place][kind];
    const needed = table[Math.min(r.same, table.length) - 1] ?? 2;
    most = Math.max(
      most,
      kind !== "event" && (isKnown || isIntroduced) ? Math.min(needed, place === "lead" ? 3 : 2) : needed,
    );
  }
  // A word where the other has a value is another difference.
  const differences = r.different + r.mixedWords;
  if (differences === 1) return most;
  if ((leads && r.different > 1) || r.same < r.different || (r.same === r.different && names < differences))
    return Number.POSITIVE_INFINITY;
  if (r.same >= 3 * differences || names === differences) return most;
  return r.same >= 2 * differences ? most + differences - 1 : most + differences;
}
