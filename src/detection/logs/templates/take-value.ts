import {
  classOf,
  isCloseBracket,
  isDigit,
  isLetter,
  isOpenBracket,
  SEPARATOR,
  UPPER,
} from "../../../log-lines/chars.ts";
import { isEventWord } from "./event-words.ts";
import { endOfCompound, endOfValue, isQualified } from "./judge-token.ts";
import { isMessageCode, KIND, maskKind } from "./masks.ts";
import { markLast, pushValue } from "./push-token.ts";
import { endOfLongValue } from "./scan-place.ts";
import { endOfGroup } from "./scan-value.ts";
import { shape, type TokenCursor, type TokenStep } from "./token-cursor.ts";
import { FLAG, type TokenLine, WILD } from "./token-line.ts";
import { hashWord, isEventKey, isPayloadWord, isStateKey, isTextKey, isUnit } from "./words.ts";

const SPACE = 32;
const LETTER_S = 115;
const COLON = 58;
const SLASH = 47;
const BACKSLASH = 92;
const EQUALS = 61;
const BAR = 124;
const OPEN_GROUP = 40;
const CLOSE_GROUP = 41;
const CLOSE_LIST = 93;
/** Longest unit word. */
const MAX_UNIT = 12;

const isSign = (code: number) => code === COLON || code === EQUALS;

/** `(.)`, `[*]`: does a bracket hold text[from, to) and nothing else? */
const isEnclosed = (text: string, from: number, to: number) =>
  isOpenBracket(text.charCodeAt(from - 1)) && isCloseBracket(text.charCodeAt(to));

/** `cmd=config|get`, `zone=a:b`: what is joined to a value that ends at `at` by a bar or colon; its end. Pairs are not. */
function endOfAssigned(text: string, at: number, end: number): number {
  let i = at;
  while (i < end && (text.charCodeAt(i) === BAR || text.charCodeAt(i) === COLON)) {
    let next = i + 1;
    while (next < end && classOf(text.charCodeAt(next)) !== SEPARATOR) next++;
    if (next === i + 1 || text.charCodeAt(next) === EQUALS) break;
    i = next;
  }
  return i;
}

/** `statement: select 1`: a text that was handed over, to the end. */
export const takePayload: TokenStep = (line, c) => {
  if (!isPayloadWord(c.previousWord)) return false;
  const { text } = line;
  const isGroup = c.separator === OPEN_GROUP && text.charCodeAt(c.end - 1) === CLOSE_GROUP;
  // Of `rlm_sql (sql): ` the sentence follows.
  const isDirect = isGroup || text.charCodeAt(line.end[line.count - 1] ?? 0) === c.separator;
  if ((c.named === 0 && !isGroup) || !isDirect) return false;
  pushValue(line, c.at, c.end, c.named);
  c.done = true;
  return true;
};

/** Does a further pair (` key=`) begin in text[from, end)? */
function hasPair(text: string, from: number, end: number): boolean {
  for (let sign = text.indexOf("=", from); sign > 0 && sign < end; sign = text.indexOf("=", sign + 1)) {
    let key = sign;
    while (key > from && classOf(text.charCodeAt(key - 1)) !== SEPARATOR) key--;
    if (key < sign && text.charCodeAt(key - 1) === SPACE) return true;
  }
  return false;
}

/** Does a text begin here that is handed over with the last pair? */
export const beginsLastText = (text: string, c: TokenCursor): boolean =>
  text.charCodeAt(c.at - 1) === EQUALS && c.depth === 0 && isTextKey(c.previousWord) && !hasPair(text, c.at, c.end);

/** `err=32 text=no such object`: a text that is handed over with the last pair, to the end. */
export const takeLastText: TokenStep = (line, c) => {
  if (!beginsLastText(line.text, c)) return false;
  pushValue(line, c.at, c.end, c.named);
  c.done = true;
  return true;
};

/** `42501: INSUFFICIENT PRIVILEGE`: the name of a code, in capitals to the end, belongs to it. */
export const takeCodeName: TokenStep = (line, c) => {
  const { text } = line;
  const last = line.count - 1;
  if (c.separator !== COLON || line.hash[last] !== WILD || line.end[last] !== c.at - 2) return false;
  if (!isDigit(text.charCodeAt(c.at - 3)) || text.indexOf(" ", c.at) < 0) return false;
  for (let i = c.at; i < c.end; i++)
    if (classOf(text.charCodeAt(i)) !== UPPER && text.charCodeAt(i) !== SPACE) return false;
  pushValue(line, c.at, c.end, c.named);
  c.done = true;
  return true;
};

/** A path, with spaces perhaps. */
export const takeLongValue: TokenStep = (line, c) => {
  const { text } = line;
  const code = text.charCodeAt(c.at);
  if (code !== SLASH && code !== BACKSLASH && text.charCodeAt(c.at + 1) !== COLON) return false;
  const long = endOfLongValue(text, c.at, c.end);
  if (long <= c.at) return false;
  pushValue(line, c.at, long, c.named);
  c.at = long;
  c.afterNumber = false;
  return true;
};

/** Marks that are neither word nor number: a value where a bracket holds nothing else. */
export const takeMark: TokenStep = (line, c) => {
  if (shape.letters > 0 || shape.digits > 0 || shape.length > 2) return false;
  // A dot on its own is read as nothing.
  c.at = Math.max(c.at, c.from + 1);
  if (isEnclosed(line.text, c.from, c.at)) pushValue(line, c.from, c.at, FLAG.named);
  return true;
};

/** Judges the token that was measured, with what is joined to it by a colon. */
function judge(line: TokenLine, c: TokenCursor): void {
  const { text } = line;
  const after = text.charCodeAt(c.at);
  // `roles/system:node`, `up/a:b`: a path goes on behind the colon.
  if (shape.slashes > 0 && after === COLON && isLetter(text.charCodeAt(c.at + 1))) {
    c.at = endOfAssigned(text, c.at, c.end);
    c.kind = KIND.variable;
    return;
  }
  c.kind = maskKind(shape, text, c.from, c.at);
  // `stopped org.example.cart.store`: who speaks stands at the beginning, and keys before their sign.
  if (c.kind === KIND.soft && shape.dots > 1 && shape.upper === 0 && line.words > 0 && !isSign(after))
    c.kind = KIND.variable;
  if (after !== COLON || c.kind === KIND.variable || line.words === 0 || c.pairs > 0) return;
  const compound = endOfCompound(text, shape, c.at, c.end);
  if (compound <= 0) return;
  c.at = compound;
  c.kind = shape.digits > 0 ? KIND.variable : KIND.soft;
}

/** `AH00128: `, with which a sentence begins: the number of a message is a word. */
export const isCode = (line: TokenLine, c: TokenCursor) =>
  (line.words === 0 || c.separator === CLOSE_LIST) &&
  c.kind === KIND.variable &&
  line.text.charCodeAt(c.at) === COLON &&
  isMessageCode(shape);

/** What is a value by its form. */
export const takeValue: TokenStep = (line, c) => {
  judge(line, c);
  const { text } = line;
  if (isCode(line, c) || (c.kind === KIND.variable && isQualified(text, shape, c.from, c.at))) return false;
  const value = endOfValue(line, shape, c.from, c.at, c.end, c.separator, c.kind);
  if (value <= 0) return false;
  c.afterNumber = c.kind === KIND.variable && shape.letters === 0;
  c.afterCount = c.afterNumber && shape.digits === shape.length && text.charCodeAt(c.from - 1) === 32;
  // `starting catalogue 1.8.2`: what stands before a version is a name.
  if (shape.dots === 2 && c.afterNumber && c.previousWord !== 0) markLast(line, FLAG.product);
  c.previousWord = 0;
  c.at = Math.min(value, c.end);
  if (c.assigned) c.at = endOfAssigned(text, c.at, c.end);
  pushValue(line, c.from, c.at, c.named);
  if (c.attached) c.pairs++;
  return true;
};

/** What stands behind a number: its unit belongs to it, and things that are counted are one word whether there is one or more. */
export const takeUnit: TokenStep = (line, c) => {
  if (!c.afterNumber) return false;
  c.afterNumber = false;
  const { text } = line;
  const after = text.charCodeAt(c.at);
  const isKey = after === EQUALS || (after === COLON && text.charCodeAt(c.at + 1) > 32);
  if (!isKey && shape.length <= MAX_UNIT && isUnit(shape.hash)) {
    line.end[line.count - 1] = c.at;
    return true;
  }
  // `1 change`, `2 changes`
  if (c.afterCount && c.separator === 0 && shape.length > 3 && text.charCodeAt(c.at - 1) === LETTER_S)
    shape.hash = hashWord(text, c.from, c.at - 1);
  return false;
};

/** `database=shop`: whatever follows the sign directly; and `id:7 type:create`, once a pair was seen to hold a value. */
export const takePair: TokenStep = (line, c) => {
  if (!c.assigned && !(c.from > c.start && c.attached && c.pairs > 0)) return false;
  const { text } = line;
  const isState = isStateKey(c.previousWord) && isEventWord(shape.hash, text, c.from, c.at);
  if (isState || isEventKey(c.previousWord)) return false;
  line.known.note(shape.hash);
  if (isOpenBracket(text.charCodeAt(c.at))) c.at = Math.max(c.at, endOfGroup(text, c.at, c.end));
  else if (c.assigned) c.at = endOfAssigned(text, c.at, c.end);
  pushValue(line, c.from, c.at, c.named);
  c.previousWord = 0;
  return true;
};
