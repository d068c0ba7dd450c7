import { missingWords, type Standing } from "./cause-confidence.ts";
import type { Ranked } from "./rank.ts";

function exactness({ features }: Standing): string {
  const { specificity } = features;
  if (specificity >= 0.93) return "both the fault and what brought it about were seen";
  if (specificity >= 0.8) return "the fault itself was seen";
  if (specificity >= 0.6) return "what is seen fits this cause better than others";
  return "what is seen merely fits this cause";
}

/** A share to the per cent says more than is known of it: 97 % and 100 % of a dozen symptoms are the same to who reads it at night. */
function coverage(explains: number): string {
  if (explains >= 0.995) return "it explains every symptom";
  if (explains >= 0.9) return "it explains nearly every symptom";
  return `it explains ${Math.round(explains * 100)} % of the symptoms`;
}

/** Why the first cause is as sure as it is, in one sentence without a full stop. */
export function confidenceReason([best, second]: readonly Ranked[]): string | undefined {
  if (!best) return undefined;
  const { standing, candidate } = best;
  const { explains, contradictions, late } = standing.features;
  const parts =
    candidate.cause === "unknown" ? ["no rule recognises what is seen"] : [exactness(standing), coverage(explains)];
  if (contradictions > 0)
    parts.push(`${contradictions === 1 ? "one fact speaks" : `${contradictions} facts speak`} against it`);
  if (late) parts.push("its change came after the first symptoms");
  if (second && second.probability >= 0.1)
    parts.push(`the next cause stands at ${Math.round(second.probability * 100)} %`);
  parts.push(...standing.missing.map(missingWords));
  return parts.join("; ");
}
