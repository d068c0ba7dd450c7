import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { looksRandom } from "./randomness.ts";
import { isSecretObject, type Noun } from "./secret-noun.ts";
import { bare, lineEnd, nothing, type Word, wordsOf } from "./sentence-words.ts";
import type { Span } from "./span.ts";

const newline = 10;
const carriageReturn = 13;
const dash = 45;
const colon = 58;
/** No sentence between the noun and its value is longer; nothing is looked at twice. */
const maxSentence = 160;
const mostLines = 20;
/** What stands before the noun says how sure its value is. */
const maxLead = 60;

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
interface Said {
  readonly spans: readonly Span[];
  readonly readUntil: number;
}

/** A noun that speaks of a secret, and what stands behind it on its line. */
interface Sentence {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly noun: Noun;
  readonly words: readonly Word[];
  readonly end: number;
  /** What stands before it. */
  readonly lead: string;
}

const said = ({ from, to }: { readonly from: number; readonly to: number }): Span => ({ from, to, kind: "said" });

/**
 * `from`..`to`: the noun. Reads its line for at most 160 characters, and where that ends with a colon up to 20 lines
 * below; no spans where a sentence only speaks of the secret. Whoever asks goes on behind `readUntil`.
 */
export function saidSecret(text: string, from: number, to: number, noun: Noun): Said {
  const next = to < text.length ? text.charCodeAt(to) : 0;
  const goesOn = isBlank(next) || next === colon;
  const end = lineEnd(text, to, Math.min(text.length, to + maxSentence));
  const words = goesOn ? wordsOf(text, to, end) : [];
  const lead = text.slice(Math.max(0, from - maxLead), from);
  const sentence = { text, from, to, noun, words, end, lead };
  if (noun === "digest") return digests(sentence);
  if (noun === "codes") return listedCodes(sentence);
  return codeAhead(sentence) ?? accountPassword(sentence) ?? inSentence(sentence);
}

function digests({ text, from, to, words }: Sentence): Said {
  const least = /^se/i.test(text.slice(from, to)) ? 16 : 32;
  return { spans: digestsIn(text, words, least), readUntil: words.at(-1)?.to ?? to };
}

/** `recovery codes: …, …`. */
function listedCodes({ words, end }: Sentence): Said {
  const listed = words.map(bare).filter((word) => looksChosen(word.text, "said"));
  return { spans: listed.map(said), readUntil: end };
}

/** `482913 is your verification code`. */
function codeAhead({ text, from, to, noun }: Sentence): Said | undefined {
  const begin = Math.max(0, from - 40);
  const ahead = noun === "code" ? numberAhead.exec(text.slice(begin, from)) : null;
  if (!ahead?.[1]) return undefined;
  const at = begin + ahead.index;
  return { spans: [said({ from: at, to: at + ahead[1].length })], readUntil: to };
}

/** `credentials admin/…`, `credentials admin:…`. */
function accountPassword({ noun, words: [first] }: Sentence): Said | undefined {
  if (noun !== "account" || !first) return undefined;
  const word = bare(first);
  const [, name, password] = /^([\w.@-]{2,40}[:/])(\S{6,128})$/.exec(word.text) ?? [];
  if (!name || !password || !looksChosen(password, "beside")) return undefined;
  const at = word.from + name.length;
  return { spans: [said({ from: at, to: at + password.length })], readUntil: first.to };
}

/** Reads word by word, up to the value or the end of the sentence. */
function inSentence(sentence: Sentence): Said {
  const { text, to, words, end } = sentence;
  const spans: Span[] = [];
  let readUntil = to;
  for (const [i, word] of words.entries()) {
    readUntil = word.to;
    const value = saidAt(sentence, i, spans.length > 0);
    if (value) return { spans: [...spans, said(value)], readUntil: value.to };
    const former = formerAt(sentence, i);
    if (former) spans.push(said(former));
    const beside = i === 0 ? besideNoun(sentence, word) : typedAt(sentence, i);
    if (beside) return { spans: [said(beside)], readUntil: beside.to };
    if (/[.;,!?]$/.test(word.text)) return { spans, readUntil };
  }
  if (!words.at(-1)?.text.endsWith(":")) return { spans, readUntil };
  return { spans: [...spans, ...below(text, end)], readUntil: end };
}

/** `is x`, `now set to x`, `for ann: x`; with one found already, `from x to y`. */
function saidAt(sentence: Sentence, i: number, hasFormer: boolean): Word | undefined {
  const { noun, words } = sentence;
  const word = words[i] ?? nothing;
  const before = words[i - 1]?.text;
  const isLast = i === words.length - 1;
  const says = isSaid(words, i) || (before === "to" && hasFormer) || (isLast && before?.endsWith(":"));
  return says ? chosen(word, noun, "said") : undefined;
}

/** `from x to y`: the former. */
function formerAt({ noun, words, lead }: Sentence, i: number): Word | undefined {
  if (words[i - 1]?.text !== "from") return undefined;
  return chosen(words[i] ?? nothing, noun, changing.test(lead) || i > 1 ? "said" : "beside");
}

/** `password x`, `token 3045…`. `secret carts-db-7f9c8` is the name of an object of Kubernetes. */
function besideNoun({ text, from, to, noun, lead }: Sentence, word: Word): Word | undefined {
  if (word.to - word.from >= 24 && hexadecimal.test(bare(word).text)) return bare(word);
  if (isSecretObject(text, from, to)) return undefined;
  const standsAlone = from === 0 || text.charCodeAt(from - 1) === newline;
  const isOwn = standsAlone || noun === "code" || /^(?:token|key)$/i.test(text.slice(from, to)) || leads.test(lead);
  return isOwn ? chosen(word, noun, noun === "password" && surely.test(lead) ? "said" : "beside") : undefined;
}

/** `password 7 0822455D0A16`: the number says how it is encrypted. */
function typedAt({ noun, words }: Sentence, i: number): Word | undefined {
  const isTyped = i === 1 && words.length === 2 && noun === "password" && /^\d$/.test(words[0]?.text ?? "");
  return isTyped ? chosen(words[1] ?? nothing, noun, "said") : undefined;
}

/** The word without the marks around it, where it looks like what the noun speaks of. */
function chosen(word: Word, noun: Noun, by: "said" | "beside"): Word | undefined {
  const inner = bare(word);
  if (noun === "code") return /^\d{4,8}$/.test(inner.text) ? inner : undefined;
  if ((noun === "token" || noun === "account") && /^\d+$/.test(inner.text)) return undefined;
  if (noun === "token" && bootstrapToken.test(inner.text)) return inner;
  const quoted = isQuote(word.text.charCodeAt(0)) && inner.text.length > 2 && by === "said";
  return looksChosen(inner.text, by) || (quoted && /^[^\s/.]{6,}$/.test(inner.text)) ? inner : undefined;
}
