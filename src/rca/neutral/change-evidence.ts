import { ambientCauses } from "./ambient-cause.ts";
import { diffBehaviour } from "./diff-behaviour.ts";
import type { Changes, Commit, NeutralCase } from "./neutral-case.ts";
import { climbSince } from "./slow-burn.ts";
import type { Symptoms } from "./symptoms.ts";

export interface RankedChange {
  /** Commit id, or `none`: no change that is known explains the incident. */
  readonly id: string;
  /** Share of the belief; all shares add up to 1. */
  readonly score: number;
  readonly evidence: string;
}

const noChange = "none";

/** A bad rollout shows within minutes: belief falls by two thirds in this time. Seconds. */
const rolloutSeconds = 300;
/** Clocks and scrapes may put the first sign a little before the rollout that brought it. */
const clockSlackSeconds = 15;
/** Weight of "no known change": above it, a change has to have shown at once, or in the words of the incident. */
const noChangeWeight = 0.22;
const ambientWeight = 0.4;
/** Nearness of an entity beside the alerting one, of one that complains itself, and of one that nobody speaks of. */
const besideWeight = 0.7;
const complainingWeight = 0.6;
const silentWeight = 0.15;
/** What is left of a change none of whose words the incident speaks. */
const unspokenShare = 0.3;
const wordPart = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
const minWordChars = 4;

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(wordPart)].map(([word]) => word.toLowerCase()).filter((word) => word.length >= minWordChars),
  );

/** How much of a commit's own vocabulary the incident speaks: rare words count, words of most commits do not. */
function sharedWords(commit: Commit, spoken: ReadonlySet<string>, commonness: ReadonlyMap<string, number>): number {
  const changed = commit.diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line));
  const own = wordsOf([...changed, ...commit.files, commit.message].join("\n"));
  let shared = 0;
  for (const word of own) if (spoken.has(word)) shared += 1 / (commonness.get(word) ?? 1);
  return shared / (shared + 1);
}

function commonnessIn(commits: readonly Commit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const commit of commits)
    for (const word of wordsOf([commit.diff, ...commit.files, commit.message].join("\n")))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** 1 for the alerting entity, less for entities beside it, least for those nobody complains about. */
function nearness(entity: string, input: NeutralCase, symptoms: Symptoms): number {
  if (entity === input.alert.entity) return 1;
  if (
    [...input.edges, ...input.sampledEdges].some(
      ([a, b]) => (a === entity && b === input.alert.entity) || (b === entity && a === input.alert.entity),
    )
  )
    return besideWeight;
  return symptoms.newShapes.some((one) => one.entity === entity) ? complainingWeight : silentWeight;
}

/** Flags that were switched shortly before the first sign: not ranked, but the reader has to know of them. */
function flagsSwitched(changes: Changes, onset: number): readonly string[] {
  return changes.flags.flatMap(({ time, entity, flag }) =>
    time <= onset + clockSlackSeconds && time > onset - rolloutSeconds
      ? [`flag ${flag} of ${entity} was switched ${Math.round(Math.max(0, onset - time))} s before the first sign`]
      : [],
  );
}

/** Ranks the commits of a case, with `none` among them. */
export function rankChanges(input: NeutralCase, changes: Changes, symptoms: Symptoms): readonly RankedChange[] {
  const spoken = wordsOf(symptoms.words);
  const commonness = commonnessIn(changes.commits);
  const weighed = changes.commits.map((commit) => {
    const rollouts = changes.deploys.filter(
      ({ commit: id, time }) => id === commit.id && time <= symptoms.onset + clockSlackSeconds,
    );
    const { weight, why } = diffBehaviour(commit);
    const shared = sharedWords(commit, spoken, commonness);
    let reach = 0;
    let text = "never rolled out before the first sign";
    for (const { time, entity } of rollouts) {
      const climb = climbSince(input, entity, time, symptoms.onset);
      const waitSeconds = climb === undefined ? Math.max(0, symptoms.onset - time) : 0;
      const here = Math.exp(-waitSeconds / rolloutSeconds) * nearness(entity, input, symptoms);
      if (here > reach) {
        reach = here;
        text =
          climb === undefined
            ? `rolled out to ${entity} ${Math.round(waitSeconds)} s before the first sign`
            : `${climb} of ${entity} climbs ever since it was rolled out, ${Math.round(symptoms.onset - time)} s before the first sign`;
      }
    }
    return {
      id: commit.id,
      weight: reach * weight * (unspokenShare + (1 - unspokenShare) * shared),
      evidence: `${text}; ${why}`,
    };
  });
  const ambient = ambientCauses(input, symptoms);
  weighed.push({
    id: noChange,
    weight: noChangeWeight + (ambient.length > 0 ? ambientWeight : 0),
    evidence: [
      ambient.length > 0 ? ambient.join("; ") : "no sign of a cause outside of the changes",
      ...flagsSwitched(changes, symptoms.onset).slice(0, 3),
    ].join("; "),
  });
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed
    .map(({ id, weight, evidence }) => ({ id, score: weight / total, evidence }))
    .sort((a, b) => b.score - a.score);
}
