import { earlierValue } from "./earlier-value.ts";
import { afterName, closingOf, isBlank, isLetterOrDigit, isQuote, openingAt } from "./marks.ts";
import { isGrant, isReference, textOfPart } from "./places.ts";
import { type NameKind, secretName } from "./secret-names.ts";
import { separatorAfter } from "./separator.ts";
import { namesSecret, none, ofElement, type ValueResult, valueBehind } from "./value-behind.ts";
import { plainEnd } from "./value-end.ts";
import { valueStart } from "./value-start.ts";

/** A name is shorter; what is longer is not looked through. */
const maxPairName = 130;

/** What may stand right behind a name whose value follows; after everything else there is nothing to look for. */
export const behindName = "=:\"'`\\] \t>&\u001b,\n";
/** No name with all that leads it is longer, and none of a secret has a single character. */
export const longestName = 200;

/** The bare name: without what leads it (`--`, `/`), without the path before its last part. */
function nameOf(text: string, from: number, to: number): string {
  let start = from;
  for (let i = to - 2; i >= from; i--) {
    const code = text.charCodeAt(i);
    if (code === 47 || code === 46) {
      start = i + 1;
      break;
    }
  }
  while (start < to && !isLetterOrDigit(text.charCodeAt(start))) start++;
  return text.slice(start, to);
}

const pairNames = new Set([
  "name",
  "key",
  "env",
  "header",
  "field",
  "path",
  "setting",
  "property",
  "variable",
  "parameter",
]);
/** The longest of these, and of the words below. */
const longestPairName = 9;
/** Of a JSON patch (RFC 6902), and no file: `"path": "/data/password"`. */
const patched = /^\/(?:data|stringData|spec|metadata)\//;
const pairValues = new Set(["value", "val", "default"]);
/** Two values of one name: `{"before": …, "after": …}`. */
const pairSides = new Set(["before", "after", "old", "new", "from", "to", "current", "previous"]);

/** Neither a flag nor the name of an element: most words, which another one follows. */
const isAmongWords = (text: string, from: number) =>
  text.charCodeAt(from) !== 45 &&
  (from === 0 || (text.charCodeAt(from - 1) !== 60 && text.charCodeAt(from - 1) !== 58));

/** Looks past the word `from`..`to` for a separator and a value, and says whether that value is secret. */
export function valueAfter(text: string, from: number, to: number, valueIsSecret: boolean): ValueResult {
  const isBlankBehind = isBlank(text.charCodeAt(to));
  if (isBlankBehind && to + 1 < text.length && isLetterOrDigit(text.charCodeAt(to + 1)) && isAmongWords(text, from))
    return none;
  const separator = separatorAfter(text, from, to, isBlankBehind ? to : afterName(text, to));
  if (!separator) return none;
  const name = nameOf(text, from, to);
  const says = whatIsNamed(text, to, name, valueIsSecret);
  if (says === "pair") return separator.type === "quote" ? none : pairName(text, to - name.length, separator.end, name);
  if (says === undefined) return none;
  const kind = says === "side" ? "password" : says;
  if (separator.type !== "equals" && isReference(text, from, to, name)) return none;
  if (separator.type === "quote" && kind !== "password" && name !== "SECRET") return none;
  if (separator.type === "tag") return ofElement(text, separator.end, kind);
  const value = valueBehind(text, { from, name, kind, separator: separator.type, at: valueStart(text, separator.end) });
  return says === "side" && value.type === "secret" ? { ...value, namesNext: true } : value;
}

/** What a name says about its value: `pair` that it is a name itself, `side` that it is one of two values of the name before. */
function whatIsNamed(
  text: string,
  to: number,
  name: string,
  valueIsSecret: boolean,
): NameKind | "pair" | "side" | undefined {
  if (name.length <= longestPairName) {
    const lower = name.toLowerCase();
    if (valueIsSecret && pairSides.has(lower)) return "side";
    if (valueIsSecret && pairValues.has(lower)) return "password";
    if (isGrant(text, to, name)) return "password";
    // A file: `tls.key`.
    if (name === "key" && text.charCodeAt(to - 4) === 46) return "token";
    if (pairNames.has(lower)) return "pair";
  }
  return secretName(name);
}

/** `name: DB_PASSWORD`: what follows under `value` is its. */
function pairName(text: string, from: number, at: number, name: string): ValueResult {
  const i = valueStart(text, at);
  const opening = openingAt(text, i);
  const start = i + (opening?.length ?? 0);
  const limit = Math.min(text.length, start + maxPairName);
  const end = opening ? closingOf(text, start, opening, limit) : plainEnd(text, start, "token", false, maxPairName);
  const named = text.slice(start, end);
  if (end - start <= 120 && secretName(named) && (name !== "path" || patched.test(named))) {
    const earlier = earlierValue(text, from);
    const inside = textOfPart(text, end + (opening?.length ?? 0));
    if (!earlier && !inside) return namesSecret;
    return { type: "names-secret", spans: [earlier, inside].filter((span) => span !== undefined) };
  }
  // `name` begins the next of several pairs; what the one before was about is over.
  return name === "name" ? { type: "names-other" } : none;
}

/** The word of an HTTP header's scheme with its credential: `Bearer xyz`. */
export function credentialAfter(text: string, from: number, to: number): ValueResult {
  const length = to - from;
  if ((length !== 6 && length !== 5) || (text.charCodeAt(from) | 32) !== 98) return none;
  if (!/^(?:bearer|basic)$/i.test(text.slice(from, to))) return none;
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  if (at === to || isQuote(text.charCodeAt(at))) return none;
  const end = plainEnd(text, at, "token", false);
  const value = text.slice(at, Math.min(end, at + 64));
  // "Bearer authentication failed" is a sentence.
  const likely =
    end - at >= 8 && (/\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value.slice(1))) || end - at >= 24);
  return likely && !value.startsWith("<redacted-")
    ? { type: "secret", spans: [{ from: at, to: end, kind: "bearer" }], next: end }
    : none;
}
