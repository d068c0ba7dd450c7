import { isDigit, isSpace, skipSpaces, skipWord } from "./chars.ts";
import { isComponent } from "./header-parts.ts";

/** Longest field between two signs. */
const MAX_FIELD = 96;

const OPEN = 91;
const OPEN_GROUP = 40;
const OPEN_OBJECT = 123;
const COLON = 58;
const DASH = 45;
const BAR = 124;
const TAB = 9;

const CLOSING: Readonly<Record<number, number>> = { [OPEN]: 93, [OPEN_GROUP]: 41 };

/** End of `[main]`, `(Scheduler Task)`, `(Thread-3 (netty))`: a bracket that opens at `at`; -1 when it does not close soon. */
export function endOfEnclosed(text: string, at: number, end: number): number {
  const open = text.charCodeAt(at);
  const sign = CLOSING[open];
  const limit = Math.min(end, at + MAX_FIELD);
  let depth = 0;
  for (let i = at; sign !== undefined && i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === open) depth++;
    else if (code === sign && --depth === 0) return i > at + 1 ? i + 1 : -1;
  }
  return -1;
}

/** Does the sign at `at` part fields? A dash and a colon do between spaces only. */
export function partsFields(text: string, at: number, separator: number): boolean {
  if (text.charCodeAt(at) !== separator) return false;
  return (
    separator === BAR || separator === TAB || (isSpace(text.charCodeAt(at - 1)) && isSpace(text.charCodeAt(at + 1)))
  );
}

/**
 * ` main | `, ` [pool 7] - `, ` orders.api : `: a field that is followed by the sign that parted the ones before it. A word alone
 * is one if bars or tabs part the fields, when it looks like the name of a part or another follows, because sentences hold dashes and
 * colons too.
 * @param named any word will do
 * @returns where the next field begins, or -1
 */
export function afterSeparatedField(text: string, at: number, end: number, separator: number, named: boolean): number {
  const enclosed = endOfEnclosed(text, at, end);
  let stop = enclosed;
  if (enclosed < 0) {
    stop = at;
    while (stop < end && !isSpace(text.charCodeAt(stop)) && !(separator === BAR && text.charCodeAt(stop) === BAR))
      stop++;
    if (stop === at || stop - at > MAX_FIELD || text.charCodeAt(at) === OPEN_OBJECT) return -1;
    const isPart = isComponent(text, at, stop) || isDigit(text.charCodeAt(stop - 1));
    const next = afterSign(text, stop, end, separator);
    const isKnown = named || isPart || separator === BAR || separator === TAB;
    // `main - orders - `: two of them are no sentence.
    return isKnown || (next > 0 && afterSign(text, skipWord(text, next, end), end, separator) > 0) ? next : -1;
  }
  return afterSign(text, stop, end, separator);
}

/** Where the next field begins when the sign stands behind `stop`, or -1. */
function afterSign(text: string, stop: number, end: number, separator: number): number {
  let sign = stop;
  while (sign < end && text.charCodeAt(sign) === 32) sign++;
  if (sign >= end || !partsFields(text, sign, separator)) return -1;
  const next = skipSpaces(text, sign + 1, end);
  return next < end && text.charCodeAt(next) !== OPEN_OBJECT ? next : -1;
}

/** The sign after text[at, …) that parts it from what follows: a bar, a tab, or a dash or colon between spaces; 0 when it is space. */
export function separatorAt(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) === TAB) return TAB;
  const next = skipSpaces(text, at, end);
  const code = text.charCodeAt(next);
  if (code === BAR) return BAR;
  return (code === DASH || code === COLON) && next > at && skipWord(text, next, end) === next + 1 ? code : 0;
}
