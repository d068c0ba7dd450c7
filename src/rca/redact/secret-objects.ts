import { closingOf, isBlank, isQuote, type Opening, openingAt } from "./marks.ts";
import type { Span } from "./span.ts";

/*
 * Objects of kind Secret, as YAML or JSON, however deep in quotes: everything under `data` and `stringData` is secret,
 * whatever its key is called.
 */
const kindBefore = /(?:^|[^A-Za-z])kind["'\\]{0,16}[ \t]{0,4}:[ \t]{0,4}["'\\]{0,16}$/;
const sections = ["stringData", "data"];
const maxObject = 16_384;
const leastRead = 65_536;
const mostPairs = 500;
const newline = 10;
const openBrace = 123;
const closeBrace = 125;

const maxLine = 4_096;

function lineStart(text: string, at: number): number {
  let i = at;
  while (i > 0 && at - i < maxLine && text.charCodeAt(i - 1) !== newline) i--;
  return i;
}

function lineEnd(text: string, at: number): number {
  let i = at;
  while (i < text.length && i - at < maxLine && text.charCodeAt(i) !== newline) i++;
  return i;
}
const isSpace = (code: number) => isBlank(code) || code === newline || code === 13;

function skip(text: string, at: number, also = -1): number {
  let i = at;
  while (isSpace(text.charCodeAt(i)) || text.charCodeAt(i) === also) i++;
  return i;
}

/** The pairs of `{"a":"…","b":"…"}`; `at` is behind the brace. */
function valuesOfMap(text: string, at: number, limit: number): Span[] {
  const spans: Span[] = [];
  let i = at;
  for (let pairs = 0; pairs < mostPairs && i < limit; pairs++) {
    i = skip(text, i, 44);
    const name = openingAt(text, i);
    if (!name) break;
    i = skip(text, behind(text, i, name, limit), 58);
    const value = openingAt(text, i);
    if (!value) break;
    const from = i + value.length;
    const to = closingOf(text, from, value, limit);
    if (to > from) spans.push({ from, to, kind: "secret" });
    i = to + value.length;
  }
  return spans;
}

const behind = (text: string, at: number, opening: Opening, limit: number) =>
  closingOf(text, at + opening.length, opening, limit) + opening.length;

/** Where `"data` and `"stringData` end in the same braces as the word at `at`. */
function sectionsOfJson(text: string, at: number, spend: (chars: number) => void): number[] {
  const found: number[] = [];
  const look = (step: 1 | -1, opens: number, closes: number) => {
    let depth = 0;
    for (let i = at; i >= 0 && i < text.length && Math.abs(i - at) < maxObject; i += step) {
      const code = text.charCodeAt(i);
      spend(1);
      if (code === opens) depth++;
      else if (code === closes && --depth < 0) return;
      else if (depth === 0 && (code === 34 || code === 39)) {
        const name = sections.find((one) => text.startsWith(one, i + 1));
        if (name) found.push(i + 1 + name.length);
      }
    }
  };
  look(1, openBrace, closeBrace);
  look(-1, closeBrace, openBrace);
  return found;
}

function ofJson(text: string, at: number, spend: (chars: number) => void): Span[] {
  return sectionsOfJson(text, at, spend).flatMap((end) => {
    const rest = /^["'\\]{1,16}\s{0,4}:\s{0,4}\{/.exec(text.slice(end, end + 32));
    const open = rest ? end + rest[0].length : -1;
    return open < 0 ? [] : valuesOfMap(text, open, Math.min(text.length, open + maxObject));
  });
}

const pair = /^[\w.+-]{1,253}["']?:[ \t]*(.*)$/;

/** Lines of one document that stand as deep as the word at `at`, and what is below `data:` among them. */
function ofYaml(text: string, at: number, spend: (chars: number) => void): Span[] {
  const spans: Span[] = [];
  const indent = at - lineStart(text, at);
  const limit = Math.min(text.length, at + maxObject);
  let line = lineStart(text, at);
  const first = Math.max(0, at - maxObject);
  while (line > first && !text.startsWith("---", lineStart(text, line - 1))) line = lineStart(text, line - 1);
  const begin = line;
  let within = false;
  for (; line < limit; line = lineEnd(text, line) + 1) {
    const end = lineEnd(text, line);
    let from = line;
    // The signs of a diff and of a list stand where blanks would.
    while (from < end && (isBlank(text.charCodeAt(from)) || /[+-]/.test(text.charAt(from)))) from++;
    if (text.startsWith("---", line) && line > at) break;
    if (from >= end) continue;
    const body = text.slice(from, end).trimEnd();
    if (from - line <= indent) within = from - line === indent && /^(?:stringData|data):$/.test(body);
    else if (within) {
      const value = pair.exec(body)?.[1] ?? body;
      const start = from + body.length - value.length;
      const quoted = isQuote(value.charCodeAt(0)) ? 1 : 0;
      if (value.length > 2 * quoted && !/^[|>][-+\d]{0,2}$/.test(value))
        spans.push({ from: start + quoted, to: start + value.length - quoted, kind: "secret" });
    }
  }
  spend(at - begin + Math.max(0, line - at));
  return spans;
}

/** What objects of kind Secret hold. Reads little more than the text once, however many of them it has. */
export function secretObjects(text: string): readonly Span[] {
  const spans: Span[] = [];
  let left = leastRead + text.length;
  const spend = (chars: number) => {
    left -= chars;
  };
  for (let at = text.indexOf("Secret"); at >= 0; at = text.indexOf("Secret", at + 6)) {
    if (/\w/.test(text.charAt(at + 6))) continue;
    const before = text.slice(Math.max(0, at - 44), at);
    const kind = kindBefore.exec(before);
    if (!kind || left < 0) continue;
    const word = at - before.length + before.indexOf("kind", kind.index);
    spans.push(
      ...(isQuote(text.charCodeAt(at + 6)) || text.charAt(at + 6) === "\\" ? ofJson : ofYaml)(text, word, spend),
    );
  }
  return spans;
}
