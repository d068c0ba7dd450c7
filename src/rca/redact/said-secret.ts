import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { looksRandom } from "./randomness.ts";
import { isSecretObject, type Noun } from "./secret-noun.ts";
import { bare, lineEnd, nothing, type Word, wordsOf } from "./sentence-words.ts";
import type { Span } from "./span.ts";

const newline = 10;
const carriageReturn = 13;
const dash = 45;
/** No sentence between the noun and its value is longer; nothing is looked at twice. */
const maxSentence = 160;
const mostLines = 20;

const cues = new Set(["is", "was", "are", "be", "equals", "lautet", "ist", "est", "es", ":", "="]);
/** May stand between a cue and the value; `changed to`, `set as` are a cue together. */
const fillers = new Set(["now", "currently", "still", "been", "set", "changed", "reset", "rotated", "to", "as"]);
const changing = /(?:chang|rotat|updat|replac|reset)\w{0,4}[ \t](?:\S{1,20}[ \t]){0,2}$/i;
/** Of kubeadm (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/). */
const bootstrapToken = /^[a-z0-9]{6}\.[a-z0-9]{16}$/;
const base32 = /^(?=[A-Z]*[2-7])[A-Z2-7]{16,}={0,6}$/;
/** `482913 is your verification code`. */
const numberAhead = /(?<!\d)(\d{4,8}) (?:as|is) (?:your|the) (?:[\w-]{1,16} ){0,2}$/i;
const hexadecimal = /^(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]+$/i;
const changes = new Set(["set", "changed", "reset", "rotated"]);
/** Before the noun: `with password x`, `using password x`. */
const surely = /(?:^|[\s(,;])(?:with|using|trying|tried|wrong|default|temporary|initial)[ \t]+$/i;
const leads =
  /(?:^|[\s(,;])(?:with|using|trying|tried|wrong|default|temporary|initial|and|use|login \S{1,40}|account \S{1,40}|user(?:name)? \S{1,40})[ \t]+$/i;

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

/** Long numbers and texts drawn at random in a sentence about a signature or a session: `expected 3045…, got 3046…`. */
function digestsIn(text: string, words: readonly Word[], least: number): readonly Span[] {
  return words
    .map(bare)
    .filter(
      (word) =>
        word.text.length >= least &&
        ((least < 32 && base32.test(word.text)) ||
          hexadecimal.test(word.text) ||
          looksRandom(text, word.from, word.to)),
    )
    .map(({ from, to }) => ({ from, to, kind: "said" }));
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
  if (noun === "digest")
    return {
      spans: digestsIn(text, words, /^se/i.test(text.slice(from, to)) ? 16 : 32),
      readUntil: words.at(-1)?.to ?? to,
    };
  const ahead = noun === "code" ? numberAhead.exec(text.slice(Math.max(0, from - 40), from)) : null;
  if (ahead?.[1]) {
    const at = Math.max(0, from - 40) + ahead.index;
    return { spans: [{ from: at, to: at + ahead[1].length, kind: "said" }], readUntil: to };
  }
  // `recovery codes: …, …`.
  if (noun === "codes") {
    const listed = words.map(bare).filter((word) => looksChosen(word.text, "said"));
    return { spans: listed.map((word) => ({ from: word.from, to: word.to, kind: "said" })), readUntil: end };
  }
  // `credentials admin/…`, `credentials admin:…`.
  const account = noun === "account" ? /^([\w.@-]{2,40}[:/])(\S{6,128})$/.exec(bare(words[0] ?? nothing).text) : null;
  if (account?.[1] && account[2] && words[0] && looksChosen(account[2], "beside")) {
    const at = bare(words[0]).from + account[1].length;
    return { spans: [{ from: at, to: at + account[2].length, kind: "said" }], readUntil: words[0].to };
  }
  const lead = text.slice(Math.max(0, from - 60), from);
  const found = (word: Word) => ({ spans: [{ from: word.from, to: word.to, kind: "said" }], readUntil: word.to });
  const chosen = (word: Word, by: "said" | "beside") => {
    const inner = bare(word);
    if (noun === "code") return /^\d{4,8}$/.test(inner.text) ? inner : undefined;
    if ((noun === "token" || noun === "account") && /^\d+$/.test(inner.text)) return undefined;
    if (noun === "token" && bootstrapToken.test(inner.text)) return inner;
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
    const former = before?.text === "from" ? chosen(word, changing.test(lead) || i > 1 ? "said" : "beside") : undefined;
    if (former) spans.push({ from: former.from, to: former.to, kind: "said" });
    if (i === 0 && word.to - word.from >= 24 && hexadecimal.test(bare(word).text)) return found(bare(word));
    // `secret carts-db-7f9c8` is the name of an object of Kubernetes.
    if (i === 0 && !isSecretObject(text, from, to)) {
      const own =
        text.charCodeAt(from - 1) === newline ||
        from === 0 ||
        /^(?:token|key)$/i.test(text.slice(from, to)) ||
        noun === "code" ||
        leads.test(lead);
      const beside = own ? chosen(word, noun === "password" && surely.test(lead) ? "said" : "beside") : undefined;
      if (beside) return found(beside);
    }
    // `password 7 0822455D0A16`: the number says how it is encrypted.
    const typed =
      i === 1 && last && noun === "password" && /^\d$/.test(before?.text ?? "") ? chosen(word, "said") : undefined;
    if (typed) return found(typed);
    if (/[.;,!?]$/.test(word.text)) return { spans, readUntil };
  }
  return words.at(-1)?.text.endsWith(":")
    ? { spans: [...spans, ...below(text, end)], readUntil: end }
    : { spans, readUntil };
}
