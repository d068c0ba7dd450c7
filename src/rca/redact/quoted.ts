import type { Redact, Redacted } from "../../incident/redacted.ts";

/** Longer than most tokens that the redactor knows by their form. */
const lookaheadChars = 1_000;

/** The first `limit` characters of a text, redacted before they are cut: half a token is no longer recognised as one. */
export function quoted(text: string, limit: number, redact: Redact): Redacted {
  const whole = redact(text.slice(0, limit + lookaheadChars));
  return whole.length > limit ? redact(whole.slice(0, limit)) : whole;
}
