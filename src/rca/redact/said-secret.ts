import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";

const newline = 10;
const carriageReturn = 13;
const dash = 45;
/** No sentence between the noun and its value is longer; nothing is looked at twice. */
const maxSentence = 160;
const mostWords = 12;
const mostLines = 20;

const passwords = new Set([
  "password",
  "passwords",
  "passwd",
  "pwd",
  "passphrase",
  "passcode",
  "passwort",
  "kennwort",
  "pw",
]);
const others = new Set(["token", "secret", "credential", "credentials"]);
const keysOf =
  /(?:api|access|licen[cs]e|secret|private|encryption|signing|auth|master|unseal|shared|account|storage|activation|product|recovery)[ _-]$/i;
const codesOf =
  /(?:verification|one-?time|otp|security|login|auth(?:entication)?|confirmation|recovery|2fa|mfa)[ _-]$/i;
const cues = new Set(["is", "was", "are", "be", "equals", "lautet", "ist", "est", "es", ":", "="]);
/** May stand between a cue and the value; `changed to`, `set as` are a cue together. */
const fillers = new Set(["now", "currently", "still", "been", "set", "changed", "reset", "rotated", "to", "as"]);
const changes = new Set(["set", "changed", "reset", "rotated"]);
/** Before the noun: `with password x`, `using password x`. */
const leads = /(?:^|[\s(,;])(?:with|using|and|use|login \S{1,40}|account \S{1,40}|user(?:name)? \S{1,40})[ \t]+$/i;

export type Noun = "password" | "token" | "code";

/** `('password', '…')`, `["password", "…"]`: a pair of two. `at` is behind the name. */
const pair = /["'],[ ]{0,2}["']([^"'\n]{4,128})["'][ ]?[)\]]/y;

/** Whether the word ends like a name whose value may stand beside it: `…pass`, `…word`. */
export function mayStandBeside(text: string, from: number, to: number): boolean {
  const last = text.charCodeAt(to - 1) | 32;
  if ((last !== 100 && last !== 115) || to - from < 4 || to - from > 64) return false;
  const ending = text.charCodeAt(to - 4) | 32;
  return (ending === 119 || ending === 112) && (isBlank(text.charCodeAt(to)) || isQuote(text.charCodeAt(to)));
}

/** `setenv DB_PASSWORD …`, `insecure-password …`, `-dbPassword …`: a name of several words, its value beside it. */
export function besideName(text: string, from: number, to: number): Span | undefined {
  if (!mayStandBeside(text, from, to)) return undefined;
  if (isQuote(text.charCodeAt(to))) {
    pair.lastIndex = to;
    const value = pair.exec(text)?.[1];
    if (value === undefined || secretName(text.slice(from, to)) !== "password" || !looksChosen(value, "said"))
      return undefined;
    const at = text.lastIndexOf(value, pair.lastIndex);
    return { from: at, to: at + value.length, kind: "said" };
  }
  if (!isBlank(text.charCodeAt(to))) return undefined;
  const flag = text.charCodeAt(from) === dash;
  const several = flag || /[-_]|[a-z][A-Z]/.test(text.slice(from, to));
  if (!several || secretName(text.slice(flag ? from + 1 : from, to)) !== "password") return undefined;
  const [word] = wordsOf(text, to, lineEnd(text, to, Math.min(text.length, to + maxSentence)), 1);
  const inner = word && bare(word);
  return inner && looksChosen(inner.text, flag ? "said" : "beside")
    ? { from: inner.from, to: inner.to, kind: "said" }
    : undefined;
}

/** Whether the word speaks of a secret: `password`; `key` behind `api`; `code` behind `verification`. */
export function nounAt(text: string, from: number, to: number): Noun | undefined {
  const length = to - from;
  if (length < 2 || length > 12) return undefined;
  const first = text.charCodeAt(from) | 32;
  const second = text.charCodeAt(from + 1) | 32;
  // pa, pw, to, se, cr, co, ke
  const may =
    first === 112
      ? second === 97 || second === 119
      : first === 116
        ? second === 111 && length > 4
        : first === 115
          ? second === 101
          : first === 99
            ? second === 114 || (second === 111 && length === 4)
            : first === 107 && ((second === 101 && length === 3) || (second === 101 && length === 8));
  if (!may) return undefined;
  const word = text.slice(from, to).toLowerCase();
  if (passwords.has(word)) return "password";
  if (others.has(word)) return "token";
  if (word === "key") return keysOf.test(text.slice(Math.max(0, from - 14), from)) ? "token" : undefined;
  if (word === "passe") return /mot de $/i.test(text.slice(Math.max(0, from - 7), from)) ? "password" : undefined;
  if (word === "code") return codesOf.test(text.slice(Math.max(0, from - 16), from)) ? "code" : undefined;
  return undefined;
}

/** Kubernetes calls objects so, whose names stand beside the word and below it. */
export const isSecretObject = (text: string, from: number, to: number) =>
  to - from === 6 && /^s/i.test(text.charAt(from));

interface Word {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const marksAround = /^["'`(<[]+|["'`)>\].,;:!?]+$/g;

/** Without quotes and the marks of a sentence around it. */
function bare({ from, text }: Word): Word {
  const lead = /^["'`(]*/.exec(text)?.[0].length ?? 0;
  const inner = text.replace(marksAround, "");
  return { from: from + lead, to: from + lead + inner.length, text: inner };
}

function lineEnd(text: string, at: number, limit: number): number {
  let i = at;
  while (i < limit && text.charCodeAt(i) !== newline && text.charCodeAt(i) !== carriageReturn) i++;
  return i;
}

function wordsOf(text: string, at: number, end: number, most = mostWords): Word[] {
  const words: Word[] = [];
  let i = at;
  while (words.length < most) {
    while (i < end && isBlank(text.charCodeAt(i))) i++;
    if (i >= end) break;
    const from = i;
    while (i < end && !isBlank(text.charCodeAt(i))) i++;
    words.push({ from, to: i, text: text.slice(from, i) });
  }
  return words;
}

/** Lines of one word each below the noun: `Password:` over the password, a list under `passwords:`. */
function below(text: string, end: number): readonly Span[] {
  const spans: Span[] = [];
  let at = end;
  let empty = 0;
  for (let lines = 0; lines < mostLines; lines++) {
    while (text.charCodeAt(at) === carriageReturn) at++;
    if (text.charCodeAt(at) !== newline) break;
    const next = at + 1;
    const stop = lineEnd(text, next, Math.min(text.length, next + maxSentence));
    const words = wordsOf(text, next, stop);
    at = stop;
    if (words.length === 0) {
      if (spans.length > 0 || ++empty > 2) break;
      continue;
    }
    const listed = words.length === 2 && words[0]?.text.charCodeAt(0) === dash && words[0].text.length === 1;
    const only = listed ? words[1] : words.length === 1 ? words[0] : undefined;
    const word = only && bare(only);
    if (!word || !looksChosen(word.text, "said")) break;
    spans.push({ from: word.from, to: word.to, kind: "said" });
    if (!listed) break;
  }
  return spans;
}

/** Whether the words before the one at `at` say that it is the value: `is`, `is now`, `has been changed to`. */
function isSaid(words: readonly Word[], at: number): boolean {
  let i = at - 1;
  let change = false;
  let word = "";
  for (; i >= 0; i--) {
    word = words[i]?.text.replace(/:$/, "").toLowerCase() ?? "";
    if (!fillers.has(word)) break;
    change ||= changes.has(word);
  }
  const nearest = words[at - 1]?.text.toLowerCase() ?? "";
  return (i >= 0 && (cues.has(word) || words[i]?.text === ":")) || (change && (nearest === "to" || nearest === "as"));
}

/** What a sentence about a secret says it is, and how far it was read. */
export function saidSecret(
  text: string,
  from: number,
  to: number,
  noun: Noun,
): { readonly spans: readonly Span[]; readonly readUntil: number } {
  const next = text.charCodeAt(to);
  const goesOn = isBlank(next) || next === 58;
  const end = lineEnd(text, to, Math.min(text.length, to + maxSentence));
  const words = goesOn ? wordsOf(text, to, end) : [];
  const found = (word: Word) => ({ spans: [{ from: word.from, to: word.to, kind: "said" }], readUntil: word.to });
  const chosen = (word: Word, by: "said" | "beside") => {
    const inner = bare(word);
    if (noun === "code") return /^\d{4,8}$/.test(inner.text) ? inner : undefined;
    if (noun === "token" && /^\d+$/.test(inner.text)) return undefined;
    const quoted = isQuote(word.text.charCodeAt(0)) && inner.text.length > 2 && by === "said";
    return looksChosen(inner.text, by) || (quoted && /^[^\s/.]{6,}$/.test(inner.text)) ? inner : undefined;
  };
  const spans: Span[] = [];
  let readUntil = to;
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    readUntil = word.to;
    const says = isSaid(words, i) || (before?.text === "to" && spans.length > 0);
    const last = i === words.length - 1;
    const value = says || (last && before?.text.endsWith(":")) ? chosen(word, "said") : undefined;
    if (value) return { spans: [...spans, ...found(value).spans], readUntil: value.to };
    // `from x to y`: both.
    const former = before?.text === "from" ? chosen(word, "beside") : undefined;
    if (former) spans.push({ from: former.from, to: former.to, kind: "said" });
    // `secret carts-db-7f9c8` is the name of an object of Kubernetes.
    if (i === 0 && noun !== "code" && !isSecretObject(text, from, to)) {
      const own =
        text.charCodeAt(from - 1) === newline ||
        from === 0 ||
        /^(?:token|key)$/i.test(text.slice(from, to)) ||
        leads.test(text.slice(Math.max(0, from - 60), from));
      const beside = own ? chosen(word, "beside") : undefined;
      if (beside) return found(beside);
    }
    if (/[.;,!?]$/.test(word.text)) return { spans, readUntil };
  }
  return words.at(-1)?.text.endsWith(":")
    ? { spans: [...spans, ...below(text, end)], readUntil: end }
    : { spans, readUntil };
}
