import type { Diagnosis, ModelPart } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Refutation } from "./answer.ts";
import { citedSentences, sayable, withCitation } from "./sayable.ts";

export interface RefutationInput {
  readonly refutation: Refutation;
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  readonly shown: readonly Evidence[];
  readonly redact: Redact;
  /** Asked when the doubt leaves the evidence undecided and nobody has a better question. */
  readonly questions: readonly string[];
}

export interface Refuted {
  readonly verification: ModelPart["verification"];
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
}

/** What is left of a probability after a doubt that the engine had weighed already, and after one that it had not. */
const remains = { doubtful: { weighed: 0.95, news: 0.85 }, refuted: { weighed: 0.85, news: 0.65 } } as const;
/** Below this the first hypothesis is not worth acting on without a question. */
const decided = 0.5;

/**
 * Lets the second reading lower the confidence of the first; it can do nothing else. The order stays, so a doubt never puts
 * another cause first. A doubt that proves nothing is no second reading: the answer counts as unverified.
 */
export function applyRefutation(input: RefutationInput): Refuted {
  const { refutation, diagnosis, recommendations, redact } = input;
  const { verdict } = refutation;
  if (verdict === "stands") return { verification: "stands", diagnosis, recommendations };
  const [first, second] = diagnosis.hypotheses;
  const shown = new Map(input.shown.map((entry) => [entry.id, entry]));
  const { said } = citedSentences(refutation.objections, shown, redact);
  if (!first || said.length === 0) return { verification: "unverified", diagnosis, recommendations };
  const weighed = new Set(diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
  const ids = [...new Set(said.flatMap((one) => one.evidence))];
  // Lines that anybody can write into a log are no news either.
  const news = ids.some((id) => !weighed.has(id) && shown.get(id)?.source !== "log");
  const factor = remains[verdict][news ? "news" : "weighed"];
  const probability = Math.min(first.probability, Math.max(first.probability * factor, second?.probability ?? 0));
  const share = first.probability > 0 ? probability / first.probability : 1;
  const undecided = probability < decided && first.probability >= decided;
  const question = undecided && refutation.question ? sayable(refutation.question, redact, { limit: 240 }) : undefined;
  return {
    verification: verdict,
    diagnosis: {
      ...diagnosis,
      summary: redact(
        `${diagnosis.summary} A second reading ${verdict === "refuted" ? "speaks against this" : "doubts this"}: ${said.slice(0, 2).map(withCitation).join(" ")}`,
      ),
      hypotheses: [
        { ...first, probability, against: [...new Set([...first.against, ...ids])].slice(0, 8) },
        ...diagnosis.hypotheses.slice(1),
      ],
      inconclusive: diagnosis.inconclusive || undecided,
      questions: undecided
        ? [...(question ? [String(question)] : []), ...diagnosis.questions, ...input.questions].slice(0, 2)
        : diagnosis.questions,
    },
    recommendations: recommendations.map((item) =>
      item.cause === undefined || item.cause === first.cause ? { ...item, confidence: item.confidence * share } : item,
    ),
  };
}
