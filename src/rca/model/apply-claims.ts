import { isCauseCode } from "../../incident/cause.ts";
import type { Diagnosis, Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { ModelAnswer } from "./answer.ts";
import { sayable } from "./sayable.ts";

export interface ClaimsInput {
  readonly claims: ModelAnswer["hypotheses"];
  readonly diagnosis: Diagnosis;
  /** Evidence that the model was shown or has looked up, by id. */
  readonly shown: ReadonlyMap<string, Evidence>;
  readonly exists: (ref: ObjectRef) => boolean;
  readonly redact: Redact;
  /** True when nobody could check the answer: no claim moves a candidate or adds one. */
  readonly wordsOnly: boolean;
}

/** One claim of the model, held against what it was shown. */
interface Claim {
  readonly said: ModelAnswer["hypotheses"][number];
  readonly culprit: ObjectRef;
  /** Its citations that were shown, and those of them that speak of the culprit. */
  readonly cited: readonly string[];
  readonly about: readonly string[];
}

/** How much an own reading of unweighed evidence may move the odds of a candidate. */
const promotion = 1.8;
const mostPromoted = 0.95;
/** A cause that the engine did not think of stays a side note. */
const strangerProbability = 0.08;
/** An engine this sure is not argued with. */
const settled = 0.9;
const maxEvidence = 12;

/** Those of the ids that were shown, each once. */
export const shownOf = (ids: readonly string[], shown: ReadonlyMap<string, Evidence>): readonly string[] =>
  [...new Set(ids)].filter((id) => shown.has(id));

const isAbout = (entry: Evidence | undefined, ref: ObjectRef) =>
  entry !== undefined && (sameRef(entry.about, ref) || entry.text.includes(ref.name));
/** Whoever can reach an application can write its log: lines of it alone carry no weight here. */
const carriesWeight = (entry: Evidence | undefined) =>
  entry !== undefined && entry.source !== "log" && entry.status === "ok";

function read(said: Claim["said"], shown: ClaimsInput["shown"]): Claim {
  const culprit = makeRef(said.culprit.kind, said.culprit.namespace ?? undefined, said.culprit.name);
  const cited = shownOf(said.evidence, shown);
  return { said, culprit, cited, about: cited.filter((id) => isAbout(shown.get(id), culprit)) };
}

/** A cause that the engine did not think of, where enough speaks for it; its share is what the others have left. */
function strangerOf(claim: Claim, input: ClaimsInput, left: number): Hypothesis | undefined {
  const { said, culprit, cited, about } = claim;
  const { diagnosis, shown, redact } = input;
  const refuted = diagnosis.ruledOut.some((item) => item.cause === said.cause && sameRef(item.culprit, culprit));
  const proven = about.length >= 2 && about.some((id) => carriesWeight(shown.get(id)));
  if (input.wordsOnly || !isCauseCode(said.cause) || refuted || !proven) return undefined;
  const statement = sayable(said.statement, redact, { cited: cited.flatMap((id) => shown.get(id) ?? []) });
  if (!statement || !input.exists(culprit)) return undefined;
  return {
    cause: said.cause,
    culprit,
    probability: Math.min(strangerProbability, left),
    statement,
    evidence: cited,
    against: shownOf(said.against, shown),
    explains: 0,
  };
}

/**
 * The engine's hypotheses with what a model's claims add: citations; for the first claim, more weight where it cites evidence that
 * the engine did not weigh; and causes that it did not think of. Not sorted, and the probabilities may sum to more than 1.
 * `dropped` counts claims that cite nothing, or are new and not shown well enough.
 */
export function applyClaims(input: ClaimsInput): {
  readonly hypotheses: readonly Hypothesis[];
  readonly dropped: number;
} {
  const { claims, diagnosis, shown, wordsOnly } = input;
  const weighed = new Set(diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
  const hypotheses: Hypothesis[] = [...diagnosis.hypotheses];
  const isSure = (diagnosis.hypotheses[0]?.probability ?? 0) >= settled;
  /** A candidate of the engine with what the claim cites; the first claim may bring forward one that is not the first. */
  const supported = (known: Hypothesis, { said, cited, about }: Claim): Hypothesis => {
    if (wordsOnly) return known;
    const isNews = about.some((id) => !weighed.has(id) && carriesWeight(shown.get(id)));
    const gains = !isSure && isNews && said === claims[0] && known !== hypotheses[0];
    return {
      ...known,
      evidence: [...new Set([...known.evidence, ...cited])].slice(0, maxEvidence),
      probability: gains ? Math.min(mostPromoted, known.probability * promotion) : known.probability,
    };
  };
  let dropped = 0;
  for (const said of claims) {
    const claim = read(said, shown);
    const index = hypotheses.findIndex((item) => item.cause === said.cause && sameRef(item.culprit, claim.culprit));
    const known = hypotheses[index];
    const left = Math.max(0, 1 - hypotheses.reduce((sum, item) => sum + item.probability, 0));
    const held = known ? supported(known, claim) : strangerOf(claim, input, left);
    if (claim.cited.length === 0 || !held) dropped++;
    else if (known) hypotheses[index] = held;
    else hypotheses.push(held);
  }
  return { hypotheses, dropped };
}
