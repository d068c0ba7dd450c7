import type { AskSentence } from "../../incident/diagnosis/ask-answer.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { refText } from "../../incident/object-ref.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import { utcTime } from "../../lib/clock.ts";

export interface Material {
  /** Absent before the first diagnosis. */
  readonly diagnosis: Diagnosis | undefined;
  readonly evidence: readonly Evidence[];
  /** What was recommended with it, best first. */
  readonly recommendations?: readonly Recommendation[];
  readonly redact: Redact;
}

const maxSentences = 5;
const maxChars = 400;
const fixesTold = 3;
/** Words that say how something is asked, not about what. */
const empty = new Set(
  "the and for are was were has had have did does not but with that this from what who whom which when where why how can could would should you our its into out about any there been being will than then them they tell show please still happening happened".split(
    " ",
  ),
);
const whyWords =
  /\b(?:why|cause|caused|reason|root|culprit|broke|broken|wrong|blame|responsible)\b|^(?:is|was|could|may|might) (?:it|this|that)\b/i;
const helpWords =
  /\b(?:fix(?:es|ed)?|solve|repair|remedy|help|mitigat\w*|(?:can|should|must) (?:i|we) do|to do|next step)\b/i;
const whenWords = /\b(?:when|since|began|begin|start|started|first|onset|long)\b/i;

/** Words of a text that carry meaning; names are kept whole and in their parts. */
function wordsOf(text: string): readonly string[] {
  const found: string[] = [];
  for (const whole of text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}._/-]*/gu) ?? []) {
    for (const part of new Set([whole.replace(/[._/-]+$/, ""), ...whole.split(/[._/-]+/)])) {
      // Plural and tense do not change what is meant: `restarts`, `restarted`, `restarting`.
      const stem = part.length > 5 ? part.replace(/(?:ing|ed|es|s)$/, "") : part.replace(/s$/, "");
      if (stem.length > 1 && !empty.has(part)) found.push(stem);
    }
  }
  return found;
}

/** Evidence that has words of the question, best first. A word counts the more, the fewer pieces of evidence have it. */
function matching(question: string, evidence: readonly Evidence[]): readonly Evidence[] {
  const asked = new Set(wordsOf(question));
  if (asked.size === 0) return [];
  const texts = evidence.map((entry) => new Set(wordsOf(`${entry.source} ${refText(entry.about)} ${entry.text}`)));
  const weight = new Map<string, number>();
  for (const word of asked) {
    const having = texts.filter((words) => words.has(word)).length;
    if (having > 0) weight.set(word, Math.log(1 + evidence.length / having));
  }
  return evidence
    .map((entry, i) => ({
      entry,
      score: [...weight].reduce((sum, [word, value]) => sum + (texts[i]?.has(word) ? value : 0), 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.entry.at - a.entry.at)
    .map(({ entry }) => entry);
}

/**
 * Answers from what is already known, without a model: the first hypothesis when it is asked why, the earliest evidence when it
 * is asked since when, the fixes when it is asked what to do, and the lines of evidence that have most in common with the question. Nothing is concluded here.
 */
export function answerByRules(
  question: string,
  { diagnosis, evidence, redact, recommendations = [] }: Material,
): readonly AskSentence[] {
  const known = new Map(evidence.map((entry) => [entry.id, entry]));
  const sentences: AskSentence[] = [];
  const first = diagnosis?.hypotheses[0];
  const proofs = first?.evidence.filter((id) => known.has(id)) ?? [];
  if (first && proofs.length > 0 && whyWords.test(question)) {
    const sure = `${Math.round(first.probability * 100)} %`;
    sentences.push({
      text: quoted(
        `Most likely, with ${sure}: ${causeText(first.cause, first.culprit)}: ${first.statement}`,
        maxChars,
        redact,
      ),
      kind: "inferred",
      evidence: proofs.slice(0, 5),
    });
  }
  if (proofs.length > 0 && helpWords.test(question)) {
    for (const { action, target, reason, confidence } of recommendations.slice(0, fixesTold)) {
      const text = `${actionTitle(action, target)}: ${reason} (${Math.round(confidence * 100)} % likely to help)`;
      sentences.push({ text: quoted(text, maxChars, redact), kind: "inferred", evidence: proofs.slice(0, 5) });
    }
    if (recommendations.length > 0) return sentences;
  }
  const start = whenWords.test(question)
    ? diagnosis?.timeline.find((entry) => known.has(entry.evidence ?? ""))
    : undefined;
  if (start?.evidence)
    sentences.push({
      text: quoted(`It began at ${utcTime(start.at)}: ${start.text}`, maxChars, redact),
      kind: "observed",
      evidence: [start.evidence],
    });
  for (const entry of matching(question, evidence)) {
    if (sentences.length >= maxSentences) break;
    if (sentences.some((sentence) => sentence.evidence.length === 1 && sentence.evidence[0] === entry.id)) continue;
    const text = entry.text.replace(/\s+/g, " ").trim();
    sentences.push({
      text: redact(text.length > maxChars ? `${text.slice(0, maxChars)} …` : text),
      kind: "observed",
      evidence: [entry.id],
    });
  }
  return sentences;
}
