import { untilToken } from "../lib/until-token.ts";

/** Longer than any token that the redactor knows by its form, private keys aside. */
const lookaheadChars = 4_096;

/** The first `limit` characters of a text and some more, redacted: half a token is no longer recognised as one. */
export const redactedAhead = <Out extends string>(text: string, limit: number, redact: (text: string) => Out): Out =>
  redact(untilToken(text, limit + lookaheadChars));

/** The first `limit` characters of a text, redacted before they are cut, and again when that has cut a placeholder. */
export function quoted<Out extends string>(text: string, limit: number, redact: (text: string) => Out): Out {
  const whole = redactedAhead(text, limit, redact);
  return whole.length > limit ? redact(whole.slice(0, limit)) : whole;
}
