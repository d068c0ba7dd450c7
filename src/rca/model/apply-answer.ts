import { isCauseCode } from "../../incident/cause.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis, Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { ModelAnswer } from "./answer.ts";
import { offeredPatch } from "./offered-patch.ts";
import { citedSentences, type Said, sayable, withCitation } from "./sayable.ts";

export interface ApplyInput {
  readonly answer: ModelAnswer;
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  /** What the model was shown or has looked up; only these ids count. */
  readonly shown: readonly Evidence[];
  readonly exists: (ref: ObjectRef) => boolean;
  readonly containersOf: (ref: ObjectRef) => readonly string[] | undefined;
  readonly redact: Redact;
  /** True when nobody could check the answer: its words are kept, its weight is not. */
  readonly wordsOnly?: boolean;
}

export interface Applied {
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  /** What was kept of the answer's sentences, for the second reading. */
  readonly said: readonly Said[];
  /** What was thrown away, for the counters of promise L4. */
  readonly dropped: {
    readonly sentences: number;
    readonly hypotheses: number;
    readonly fixes: number;
    readonly patches: number;
    readonly questions: number;
  };
}

/** How much an own reading of unweighed evidence may move the odds of a candidate. */
const promotion = 1.8;
/** A cause that the engine did not think of stays a side note. */
const strangerProbability = 0.08;
/** An engine this sure is not argued with. */
const settled = 0.9;

const isAbout = (entry: Evidence | undefined, ref: ObjectRef) =>
  entry !== undefined && (sameRef(entry.about, ref) || entry.text.includes(ref.name));
/** Whoever can reach an application can write its log: lines of it alone carry no weight here. */
const carriesWeight = (entry: Evidence | undefined) =>
  entry !== undefined && entry.source !== "log" && entry.status === "ok";

function sumToOne(hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  const sorted = [...hypotheses].sort((a, b) => b.probability - a.probability);
  const total = sorted.reduce((sum, item) => sum + item.probability, 0);
  return total > 1 ? sorted.map((item) => ({ ...item, probability: item.probability / total })) : sorted;
}

/**
 * Takes from a model's answer what holds: sentences that cite evidence, hypotheses among the engine's candidates, words for
 * fixes that the engine offers. Order and probabilities stay the engine's, except that a candidate for which the model cites
 * evidence that the engine did not weigh may gain a little.
 */
export function applyAnswer(input: ApplyInput): Applied {
  const { answer, diagnosis, redact, wordsOnly = false } = input;
  const valid = new Map(input.shown.map((entry) => [entry.id, entry]));
  const cited = (ids: readonly string[]) => [...new Set(ids)].filter((id) => valid.has(id));
  const { said, dropped: sentences } = citedSentences(answer.sentences, valid, redact);
  const dropped = { sentences, hypotheses: 0, fixes: 0, patches: 0, questions: 0 };

  const weighed = new Set(diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
  const hypotheses: Hypothesis[] = diagnosis.hypotheses.map((item) => ({ ...item }));
  const sure = (hypotheses[0]?.probability ?? 0) >= settled;
  for (const claim of answer.hypotheses) {
    const culprit = makeRef(claim.culprit.kind, claim.culprit.namespace ?? undefined, claim.culprit.name);
    const ids = cited(claim.evidence);
    const index = hypotheses.findIndex((item) => item.cause === claim.cause && sameRef(item.culprit, culprit));
    const known = hypotheses[index];
    const about = ids.filter((id) => isAbout(valid.get(id), culprit));
    if (ids.length === 0) {
      dropped.hypotheses++;
      continue;
    }
    if (known) {
      const news = about.some((id) => !weighed.has(id) && carriesWeight(valid.get(id)));
      const gains = !wordsOnly && !sure && news && index > 0 && claim === answer.hypotheses[0];
      hypotheses[index] = {
        ...known,
        evidence: wordsOnly ? known.evidence : [...new Set([...known.evidence, ...ids])].slice(0, 12),
        probability: gains ? Math.min(0.95, known.probability * promotion) : known.probability,
      };
      continue;
    }
    const refuted = diagnosis.ruledOut.some((item) => item.cause === claim.cause && sameRef(item.culprit, culprit));
    const proven = about.length >= 2 && about.some((id) => carriesWeight(valid.get(id)));
    const statement = sayable(claim.statement, redact, { cited: ids.flatMap((id) => valid.get(id) ?? []) });
    if (wordsOnly || !isCauseCode(claim.cause) || refuted || !proven || !statement || !input.exists(culprit)) {
      dropped.hypotheses++;
      continue;
    }
    const rest = Math.max(0, 1 - hypotheses.reduce((sum, item) => sum + item.probability, 0));
    hypotheses.push({
      cause: claim.cause,
      culprit,
      probability: Math.min(strangerProbability, rest),
      statement,
      evidence: ids,
      against: cited(claim.against),
      explains: 0,
    });
  }
  const ranked = sumToOne(hypotheses);

  const reasons = new Map<string, string>();
  for (const fix of answer.fixes) {
    const ids = cited(fix.evidence);
    const text =
      ids.length > 0
        ? sayable(fix.reason, redact, { limit: 240, cited: ids.flatMap((id) => valid.get(id) ?? []) })
        : undefined;
    if (text && input.recommendations.some((item) => item.id === fix.id))
      reasons.set(fix.id, `${text.replace(/[.\s]+$/, "")} (${ids.join(", ")})`);
    else dropped.fixes++;
  }
  const patch = wordsOnly
    ? undefined
    : offeredPatch({
        offered: answer.patch,
        hypotheses: diagnosis.hypotheses,
        recommendations: input.recommendations,
        cited,
        containersOf: input.containersOf,
        redact,
      });
  if (answer.patch && !patch) dropped.patches++;
  const questions = diagnosis.inconclusive
    ? answer.questions.flatMap((question) => {
        const text = sayable(question, redact, { limit: 240 });
        if (!text) dropped.questions++;
        return text ? [String(text)] : [];
      })
    : [];
  const [first, before] = [ranked[0], diagnosis.hypotheses[0]];
  const moved = first && before && !(first.cause === before.cause && sameRef(first.culprit, before.culprit));
  const lead = moved
    ? `After reading the evidence, the model holds ${causeText(first.cause, first.culprit)} more likely. `
    : "";
  return {
    diagnosis: {
      ...diagnosis,
      by: "rules+model",
      summary: redact(
        said.length > 0
          ? `${diagnosis.summary} ${lead}${said.slice(0, 6).map(withCitation).join(" ")}`
          : diagnosis.summary,
      ),
      hypotheses: ranked,
      questions: questions.length > 0 ? questions.slice(0, 2) : diagnosis.questions,
    },
    recommendations: [
      ...input.recommendations.map((item) => ({
        ...item,
        reason: reasons.has(item.id) ? redact(`${item.reason}. ${reasons.get(item.id)}`) : item.reason,
      })),
      ...(patch ? [patch] : []),
    ],
    said,
    dropped,
  };
}
