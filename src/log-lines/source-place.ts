import { isDigit, skipDigits, skipSpaces, skipWord } from "./chars.ts";

/** Endings of files that hold statements which log. */
const ENDINGS = new Set(
  "c cc cpp cs cu cxx erl ex go h hpp hs inl ipp java js kt lua m ml mm php pl pm py rb rs scala sh swift ts".split(
    " ",
  ),
);
const LONGEST_ENDING = 5;

const COLON = 58;
const DOT = 46;
const CLOSE = 93;
const OPEN = 91;

/** `smbd/service.c:12(make_connection)`, `cmd/web.go:12:listen()`: where the function behind a place begins; `to` when there is none. */
function beforeFunction(text: string, from: number, to: number): number {
  const open = text.charCodeAt(to - 1) === 41 ? text.lastIndexOf("(", to) : -1;
  const colon = open === to - 2 ? text.lastIndexOf(":", open) : -1;
  if (colon > from && isDigit(text.charCodeAt(colon - 1))) return colon;
  return open > from && isDigit(text.charCodeAt(open - 1)) && !isDigit(text.charCodeAt(open + 1)) ? open : to;
}

/** Does text[from, to) name a file and a line (`core/route.c:12`, `Foo.java(7)`), or a function and a line (`@mod:fn/2:12`)? */
function isPlace(text: string, from: number, to: number): boolean {
  const end = beforeFunction(text, from, to);
  const last = text.charCodeAt(end - 1) === 41 ? end - 1 : end;
  let digits = last;
  while (digits > from && isDigit(text.charCodeAt(digits - 1))) digits--;
  const mark = text.charCodeAt(digits - 1);
  if (digits === last || (mark !== COLON && mark !== 40 && mark !== DOT)) return false;
  const arity = skipDigits(text, text.lastIndexOf("/", digits - 2) + 1, to);
  if (arity === digits - 1 && text.indexOf("@", from) >= from && text.indexOf("@", from) < to) return true;
  const dot = text.lastIndexOf(".", digits - 2);
  return dot > from && digits - 2 - dot <= LONGEST_ENDING && ENDINGS.has(text.slice(dot + 1, digits - 1));
}

/** `rows.go 98: `: where the number of the line behind a file's name ends, with its colon; -1 when there is none. */
function endOfSpacedLine(text: string, from: number, word: number): number {
  if (!isDigit(text.charCodeAt(word + 1))) return -1;
  const dot = text.lastIndexOf(".", word);
  if (dot <= from || word - dot > LONGEST_ENDING + 1 || !ENDINGS.has(text.slice(dot + 1, word))) return -1;
  const digits = skipDigits(text, word + 1, text.length);
  return digits > word + 1 && text.startsWith(": ", digits) ? digits + 1 : -1;
}

/** A name, a colon and a number. */
function isNumbered(text: string, from: number, to: number): boolean {
  const colon = text.indexOf(":", from);
  return colon > from && colon < to - 1 && skipDigits(text, colon + 1, to) === to;
}

/**
 * `[core/route.c:12]: `, `main.go:12 `, `<0.74.0>@supervisor:init/2:12 ` among the first columns: where the message behind it
 * starts, or -1. What stands before it is who wrote the line.
 * @param columns how many are looked at
 */
export function afterSourcePlace(text: string, at: number, end: number, columns: number): number {
  let from = at;
  for (let column = 0; column < columns; column++) {
    const word = skipWord(text, from, end);
    if (word >= end) return -1;
    let to = text.charCodeAt(word - 1) === COLON ? word - 1 : word;
    // `ledger.py:12] `
    if (text.charCodeAt(from) !== OPEN && text.charCodeAt(to - 1) === CLOSE) to--;
    const isGroup = text.charCodeAt(from) === 40 && text.charCodeAt(to - 1) === 41;
    const inner = isGroup || (text.charCodeAt(from) === OPEN && text.charCodeAt(to - 1) === CLOSE) ? from + 1 : from;
    if (inner > from) to--;
    if (to - inner > 3 && isPlace(text, inner, to)) return skipSpaces(text, word, end);
    const line = endOfSpacedLine(text, from, word);
    if (line > 0) return skipSpaces(text, line, end);
    // `virSocketRead:12 : `
    if (text.startsWith(" : ", word) && isNumbered(text, from, word)) return skipSpaces(text, word + 3, end);
    from = skipSpaces(text, word, end);
  }
  return -1;
}
