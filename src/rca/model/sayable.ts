import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { quoted } from "../../incident/quoted.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { withoutHidden } from "../../lib/visible-text.ts";
import type { ModelSentence } from "./answer.ts";

/** Links, mentions and commands in a model's words come from nowhere good: the plan shows the real command. */
const unwanted =
  /:\/\/|\bwww\.|[`@]|[<>](?!(?:redacted|email|address|name|phone)-)|\b(?:kubectl|curl|wget|bash|helm|ssh)\s|\brm -|\bapprove\b|ignore (?:all|the|previous)/i;
const placeholders = /<(?:redacted|email|address|name|phone)-[0-9a-f]{8}>/g;
const turning = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
const mailAddress = /[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/g;

/** `registry.example/shop/orders`: an address, whatever it leads to. */
const address = /(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?\/[^\s,;)"']{1,200}/g;

export interface SayLimits {
  readonly limit?: number;
  /** The evidence that the words cite; only what the cluster itself says can vouch for an address in them. */
  readonly cited?: readonly Evidence[];
}

/** A model's words as they may be shown: on one line, without anything that could act or mislead. Undefined when nothing is left. */
export function sayable(
  text: string,
  redact: Redact,
  { limit = 400, cited = [] }: SayLimits = {},
): Redacted | undefined {
  // What turns the reading stands between two words; what has no width would hide a word from the look below.
  const plain = withoutHidden(text.replace(turning, " ")).replace(/\s+/g, " ").trim();
  // A pseudonym, and the address of a person that one was put back to, are no markup and no mention.
  const judged = plain.replace(placeholders, "").replace(mailAddress, "");
  if (plain === "" || unwanted.test(judged)) return undefined;
  const vouched = (found: string) => cited.some((entry) => entry.source !== "log" && entry.text.includes(found));
  for (const [found] of judged.matchAll(address)) if (!vouched(found.replace(/[.:]+$/, ""))) return undefined;
  return quoted(plain, limit, redact);
}

export interface Said {
  readonly text: Redacted;
  readonly kind: "observed" | "inferred";
  readonly evidence: readonly string[];
}

/** The sentences that cite evidence which was shown, and nothing else; how many were dropped. */
export function citedSentences(
  sentences: readonly ModelSentence[],
  shown: ReadonlyMap<string, Evidence>,
  redact: Redact,
): { readonly said: readonly Said[]; readonly dropped: number } {
  const said: Said[] = [];
  for (const sentence of sentences) {
    const ids = [...new Set(sentence.evidence)];
    const known = ids.length > 0 && ids.every((id) => shown.has(id));
    const cited = ids.flatMap((id) => shown.get(id) ?? []);
    const text = known ? sayable(sentence.text, redact, { cited }) : undefined;
    if (text) said.push({ text, kind: sentence.kind, evidence: ids });
  }
  return { said, dropped: sentences.length - said.length };
}

/** `The container stops (inferred, E3, E4).` */
export function withCitation({ text, kind, evidence }: Said): string {
  return `${text.replace(/[.\s]+$/, "")} ${kind === "inferred" ? "(inferred, " : "("}${evidence.join(", ")}).`;
}
