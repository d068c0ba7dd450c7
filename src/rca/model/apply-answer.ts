import { type CauseCode, causeCodes } from "../../incident/cause.ts";
import type { Diagnosis, Hypothesis } from "../../incident/diagnosis.ts";
import type { Evidence } from "../../incident/evidence.ts";
import { makeRef, type ObjectRef, refText, sameRef } from "../../incident/object-ref.ts";
import type { Recommendation } from "../../incident/recommendation.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import type { ModelAnswer } from "./answer.ts";

export interface ApplyInput {
  readonly answer: ModelAnswer;
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  /** What the model was shown; only these ids count. */
  readonly shown: readonly Evidence[];
  readonly exists: (ref: ObjectRef) => boolean;
  readonly redact: Redact;
}

export interface Applied {
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  /** What was thrown away, for the counters of promise L4. */
  readonly dropped: {
    readonly sentences: number;
    readonly hypotheses: number;
    readonly fixes: number;
    readonly questions: number;
  };
}

/** Links, mentions and commands in a model's words come from nowhere good: the plan shows the real command. */
const unwanted =
  /:\/\/|\bwww\.|[<>`]|@(?:channel|here|everyone)\b|\b(?:kubectl|curl|wget|bash|helm|ssh)\s|\brm -|\bapprove\b|ignore (?:all|the|previous)/i;
/** How much an own reading of unweighed evidence may move the odds of a candidate. */
const promotion = 1.8;
/** A cause that the engine did not think of stays a side note. */
const strangerProbability = 0.08;
/** An engine this sure is not argued with. */
const settled = 0.9;

function say(text: string, redact: Redact, limit = 400): Redacted | undefined {
  const plain = text.replace(/\s+/g, " ").trim();
  return plain === "" || unwanted.test(plain) ? undefined : redact(plain.slice(0, limit));
}

/**
 * Takes from a model's answer what holds: sentences that cite evidence, hypotheses among the engine's candidates, words for
 * fixes that the engine offers. Order and probabilities stay the engine's, except that a candidate for which the model cites
 * evidence that the engine did not weigh may gain a little.
 */
export function applyAnswer(input: ApplyInput): Applied {
  const { answer, diagnosis, redact } = input;
  const valid = new Map(input.shown.map((entry) => [entry.id, entry]));
  const cited = (ids: readonly string[]) => [...new Set(ids)].filter((id) => valid.has(id));
  const dropped = { sentences: 0, hypotheses: 0, fixes: 0, questions: 0 };

  const sentences: string[] = [];
  for (const sentence of answer.sentences) {
    const ids = cited(sentence.evidence);
    const text = ids.length > 0 ? say(sentence.text, redact) : undefined;
    if (!text || ids.length < sentence.evidence.length) {
      dropped.sentences++;
      continue;
    }
    sentences.push(
      `${text.replace(/[.\s]+$/, "")} ${sentence.kind === "inferred" ? "(inferred, " : "("}${ids.join(", ")}).`,
    );
  }

  const hypotheses: Hypothesis[] = diagnosis.hypotheses.map((item) => ({ ...item }));
  const sure = (hypotheses[0]?.probability ?? 0) >= settled;
  for (const claim of answer.hypotheses) {
    const culprit = makeRef(claim.culprit.kind, claim.culprit.namespace ?? undefined, claim.culprit.name);
    const ids = cited(claim.evidence);
    const index = hypotheses.findIndex((item) => item.cause === claim.cause && sameRef(item.culprit, culprit));
    const known = hypotheses[index];
    if (ids.length === 0) {
      dropped.hypotheses++;
      continue;
    }
    if (known) {
      const unweighed = ids.filter(
        (id) => !diagnosis.hypotheses.some((item) => item.evidence.includes(id) || item.against.includes(id)),
      );
      const gains = !sure && unweighed.length > 0 && index > 0 && claim === answer.hypotheses[0];
      hypotheses[index] = {
        ...known,
        evidence: [...new Set([...known.evidence, ...ids])].slice(0, 12),
        probability: gains ? Math.min(0.95, known.probability * promotion) : known.probability,
      };
      continue;
    }
    const about = ids.filter(
      (id) =>
        sameRef(valid.get(id)?.about ?? { kind: "", name: "" }, culprit) ||
        String(valid.get(id)?.text).includes(culprit.name),
    );
    const refuted = diagnosis.ruledOut.some((item) => item.cause === claim.cause && sameRef(item.culprit, culprit));
    const isCode = (causeCodes as readonly string[]).includes(claim.cause);
    const statement = say(claim.statement, redact);
    if (!isCode || refuted || about.length < 2 || !statement || !input.exists(culprit)) {
      dropped.hypotheses++;
      continue;
    }
    const rest = Math.max(0, 1 - hypotheses.reduce((sum, item) => sum + item.probability, 0));
    hypotheses.push({
      cause: claim.cause as CauseCode,
      culprit,
      probability: Math.min(strangerProbability, rest),
      statement,
      evidence: ids,
      against: cited(claim.against),
      explains: 0,
    });
  }
  hypotheses.sort((a, b) => b.probability - a.probability);
  const total = hypotheses.reduce((sum, item) => sum + item.probability, 0);
  const scaled =
    total > 1 ? hypotheses.map((item) => ({ ...item, probability: item.probability / total })) : hypotheses;

  const reasons = new Map<string, string>();
  for (const fix of answer.fixes) {
    const ids = cited(fix.evidence);
    const text = ids.length > 0 ? say(fix.reason, redact, 240) : undefined;
    if (text && input.recommendations.some((item) => item.id === fix.id))
      reasons.set(fix.id, `${text.replace(/[.\s]+$/, "")} (${ids.join(", ")})`);
    else dropped.fixes++;
  }
  const questions = diagnosis.inconclusive
    ? answer.questions.flatMap((question) => {
        const text = say(question, redact, 240);
        if (!text) dropped.questions++;
        return text ? [String(text)] : [];
      })
    : [];
  const moved =
    scaled[0] &&
    diagnosis.hypotheses[0] &&
    !(scaled[0].cause === diagnosis.hypotheses[0].cause && sameRef(scaled[0].culprit, diagnosis.hypotheses[0].culprit));
  const lead =
    moved && scaled[0]
      ? `After reading the evidence, the model holds ${scaled[0].cause} of ${refText(scaled[0].culprit)} more likely. `
      : "";
  return {
    diagnosis: {
      ...diagnosis,
      by: "rules+model",
      summary: redact(
        sentences.length > 0
          ? `${diagnosis.summary} ${lead}${sentences.slice(0, 6).join(" ")}`
          : `${diagnosis.summary}`,
      ),
      hypotheses: scaled,
      questions: questions.length > 0 ? questions.slice(0, 2) : diagnosis.questions,
    },
    recommendations: input.recommendations.map((item) => ({
      ...item,
      reason: reasons.has(item.id) ? redact(`${item.reason}. ${reasons.get(item.id)}`) : item.reason,
    })),
    dropped,
  };
}
