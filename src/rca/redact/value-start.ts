import { afterColour, isBlank, isLetterOrDigit, isQuote } from "./marks.ts";

const newline = 10;

/** `b'…'` of Python, `Some("…")` of Rust: what stands before the quote of a value. */
export function afterWrapper(text: string, at: number): number {
  let i = at;
  while (i - at < 32 && isLetterOrDigit(text.charCodeAt(i))) i++;
  const code = text.charCodeAt(i);
  // Most values are no such thing: what would stand behind the first word is asked for before it is read.
  if (i === at || (code !== 40 && code !== 92 && !isQuote(code))) return at;
  const match = /^(?:[bBuUrRfF]{1,2}|[A-Za-z_]\w{0,30}\()(?=\\{0,15}["'`])/.exec(text.slice(at, at + 50));
  return match ? at + match[0].length : at;
}

/** The start of the value behind a separator that ends at `at`. */
export function valueStart(text: string, at: number): number {
  let i = afterColour(text, at);
  let code = text.charCodeAt(i);
  for (
    let spaces = 0;
    spaces < 40 && (isBlank(code) || (code === newline && /^\n\s{0,20}(?:["']|string\()/.test(text.slice(i, i + 28))));
    spaces++
  )
    code = text.charCodeAt(++i);
  const mark = i > at && (code === 38 || code === 33) ? yamlMark.exec(text.slice(i, i + 40)) : undefined;
  const dump = code === 115 && i > at ? /^string\(\d{1,6}\) (?=")/.exec(text.slice(i, i + 20)) : undefined;
  return afterColour(text, i + (mark ?? dump ?? [""])[0].length);
}
/** `password: &anchor …`, `password: !!str …`. */
const yamlMark = /^(?:&\w{1,30}|!!?[\w.]{1,30})[ \t]{1,4}(?=\S)/;
