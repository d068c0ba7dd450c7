import { looksChosen } from "./looks-chosen.ts";
import { isBlank, isQuote } from "./marks.ts";
import { secretName } from "./secret-names.ts";
import { bare, lineEnd, wordsOf } from "./sentence-words.ts";
import type { Span } from "./span.ts";

const dash = 45;
/** No value stands further behind its name. */
const maxBeside = 160;

/** `('password', '…')`, `["password", "…"]`: a pair of two. `at` is behind the name. */
const pair = /["'],[ ]{0,2}["']([^"'\n]{4,128})["'][ ]?[)\]]/y;

/** `access_token`, `clientSecret`, `secret_key`: of several words, the last being one of these. */
function endsLikeKey(text: string, from: number, to: number): boolean {
  const third = text.charCodeAt(to - 3) | 32;
  if ((third !== 107 && third !== 114) || (text.charCodeAt(to - 2) | 32) !== 101) return false;
  if (to - from < 8 || to - from > 64 || !isBlank(text.charCodeAt(to))) return false;
  for (let i = from + 1; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 95 || (code >= 65 && code <= 90 && text.charCodeAt(i - 1) >= 97)) return true;
  }
  return false;
}

/** Whether the word ends like a name whose value may stand beside it: `…pass`, `…word`. */
export function mayStandBeside(text: string, from: number, to: number): boolean {
  const last = text.charCodeAt(to - 1) | 32;
  if (last === 110 || last === 116 || last === 121) return endsLikeKey(text, from, to);
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
  const name = text.slice(flag ? from + 1 : from, to);
  const several = flag || /[-_]|[a-z][A-Z]/.test(name);
  const kind = several ? secretName(name) : undefined;
  // `db-secret` is the name of an object; `secret_key`, `accessToken` are names of values.
  if (!kind || (kind !== "password" && (flag || name.includes("-")))) return undefined;
  const [word] = wordsOf(text, to, lineEnd(text, to, Math.min(text.length, to + maxBeside)), 1);
  const inner = word && bare(word);
  return inner && looksChosen(inner.text, flag ? "said" : "beside") && (kind === "password" || inner.text.length >= 12)
    ? { from: inner.from, to: inner.to, kind: "said" }
    : undefined;
}
