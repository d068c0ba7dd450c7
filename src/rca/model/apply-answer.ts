import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis, Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { ModelAnswer } from "./answer.ts";
import { applyClaims, shownOf } from "./apply-claims.ts";
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

function sumToOne(hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  const sorted = [...hypotheses].sort((a, b) => b.probability - a.probability);
  const total = sorted.reduce((sum, item) => sum + item.probability, 0);
  return total > 1 ? sorted.map((item) => ({ ...item, probability: item.probability / total })) : sorted;
}

/** Words of a model about a fix or a question to people, at most. */
const ownWordsChars = 240;

/** What the model says for fixes on offer, by the fix's id, each with its citations. */
function reasonsOf(
  fixes: ModelAnswer["fixes"],
  offered: readonly Recommendation[],
  shown: ReadonlyMap<string, Evidence>,
  redact: Redact,
): { readonly reasons: ReadonlyMap<string, string>; readonly dropped: number } {
  let dropped = 0;
  const reasons = new Map<string, string>();
  for (const fix of fixes) {
    const ids = shownOf(fix.evidence, shown);
    const cited = ids.flatMap((id) => shown.get(id) ?? []);
    const text = ids.length > 0 ? sayable(fix.reason, redact, { limit: ownWordsChars, cited }) : undefined;
    if (text && offered.some(({ id }) => id === fix.id))
      reasons.set(fix.id, `${text.replace(/[.\s]+$/, "")} (${ids.join(", ")})`);
    else dropped++;
  }
  return { reasons, dropped };
}

/**
 * Takes from a model's answer what holds: sentences that cite evidence, hypotheses among the engine's candidates, words for
 * fixes that the engine offers. Order and probabilities stay the engine's, except that a candidate for which the model cites
 * evidence that the engine did not weigh may gain a little.
 */
export function applyAnswer(input: ApplyInput): Applied {
  const { answer, diagnosis, recommendations, exists, containersOf, redact, wordsOnly = false } = input;
  const shown = new Map(input.shown.map((entry) => [entry.id, entry]));
  const { said, dropped: sentences } = citedSentences(answer.sentences, shown, redact);
  const claims = applyClaims({ claims: answer.hypotheses, diagnosis, shown, exists, redact, wordsOnly });
  const ranked = sumToOne(claims.hypotheses);
  const { reasons, dropped: fixes } = reasonsOf(answer.fixes, recommendations, shown, redact);
  const patch = wordsOnly
    ? undefined
    : offeredPatch({
        offered: answer.patch,
        hypotheses: diagnosis.hypotheses,
        recommendations,
        cited: (ids) => shownOf(ids, shown),
        containersOf,
        redact,
      });
  const asked = diagnosis.inconclusive ? answer.questions : [];
  const questions = asked.flatMap((question) => sayable(question, redact, { limit: ownWordsChars }) ?? []);
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
      ...recommendations.map((item) => ({
        ...item,
        reason: reasons.has(item.id) ? redact(`${item.reason}. ${reasons.get(item.id)}`) : item.reason,
      })),
      ...(patch ? [patch] : []),
    ],
    said,
    dropped: {
      sentences,
      hypotheses: claims.dropped,
      fixes,
      patches: answer.patch && !patch ? 1 : 0,
      questions: asked.length - questions.length,
    },
  };
}
