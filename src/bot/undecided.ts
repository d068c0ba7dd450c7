import { causeText } from "../incident/diagnosis/cause-text.ts";
import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import { percent } from "./words.ts";

/**
 * The cause while the evidence does not decide, as the rest of a sentence that began with `Cause:`; undefined when it does.
 * @param text escapes for the surface
 */
export function undecidedWords(
  { inconclusive, hypotheses }: Pick<Diagnosis, "inconclusive" | "hypotheses">,
  text: (text: string, limit: number) => string,
): string | undefined {
  const known = hypotheses.filter(({ cause }) => cause !== "unknown");
  if (!inconclusive && known.length > 0) return undefined;
  const [first, second] = known.map(
    ({ cause, culprit, probability }) => `${text(causeText(cause, culprit), 200)}, ${percent(probability)}`,
  );
  if (!first) return "not found; nothing in the data says why";
  return second ? `not decided; either ${first}, or ${second}` : `not certain; perhaps ${first}`;
}
