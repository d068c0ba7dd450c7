import { classOf, isCloseBracket, isOpenBracket, SEPARATOR, skipSpaces, skipWord } from "../lines/chars.ts";
import { isAccessTime, takeUser } from "./access-user.ts";
import { isEventWord } from "./event-words.ts";
import { endOfCompound, endOfValue, flagsOf, isQualified } from "./judge-token.ts";
import { endOfMarkedValue } from "./marked-value.ts";
import { createShape, isMessageCode, KIND, maskKind } from "./masks.ts";
import { measureToken } from "./measure-token.ts";
import { markFrom, markLast, push, pushValue } from "./push-token.ts";
import { beginsSql, isRequestLine, leadsTarget } from "./requests.ts";
import { endOfLongValue } from "./scan-place.ts";
import { isQuote } from "./scan-quoted.ts";
import { endOfGroup } from "./scan-value.ts";
import { afterSign, isRule, RULE } from "./signs.ts";
import { FLAG, MAX_TOKENS, type TokenLine, WILD } from "./token-line.ts";
import {
  hashWord,
  isEventKey,
  isMethodHash,
  isPayloadWord,
  isSlotWord,
  isStateKey,
  isUnit,
  leadsVerb,
  METHOD,
  REQUEST,
} from "./words.ts";

const LETTER_S = 115;
const COLON = 58;
const SLASH = 47;
const BACKSLASH = 92;
const EQUALS = 61;
const BAR = 124;
const OPEN_GROUP = 40;
const CLOSE_GROUP = 41;
const CLOSE_ANGLE = 62;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
/** Longest unit word. */
const MAX_UNIT = 12;
/** Words, values and signs looked at; each may begin a search of some hundred characters. Longer lines are dumps. */
const MAX_STEPS = 1_024;

const shape = createShape();

const isSign = (code: number) => code === COLON || code === EQUALS;

/** `(.)`, `[*]`: does a bracket hold text[from, to) and nothing else? */
const isEnclosed = (text: string, from: number, to: number) =>
  isOpenBracket(text.charCodeAt(from - 1)) && isCloseBracket(text.charCodeAt(to));

/** `(start)`, `(end)`: do the parentheses that open before token `from` hold a word that says what happened, and nothing else? */
const tellsAlone = ({ count, flags }: TokenLine, from: number, close: number) =>
  close === CLOSE_GROUP && from === count - 1 && ((flags[from] ?? 0) & FLAG.event) !== 0;

/** `Options.write_buffer_size: 64`: is what ends at `at` the name of a single value with which the line ends? That of `shop: opened` is none. */
function isSetting(text: string, at: number, end: number): boolean {
  const sign = skipSpaces(text, at, end);
  if (text.charCodeAt(sign) !== COLON || text.charCodeAt(sign + 1) !== 32) return false;
  const from = skipSpaces(text, sign + 1, end);
  const stop = skipWord(text, from, end);
  return skipSpaces(text, stop, end) >= end && !isEventWord(hashWord(text, from, stop), text, from, stop);
}

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

/** `pending -> paid`: does an arrow lead to the word at `from`? Then the word it comes from is a value as well. */
function followsArrow(line: TokenLine, from: number): boolean {
  const { text } = line;
  const arrow = from - 3;
  if (line.words < 2 || text.charCodeAt(from - 1) !== 32) return false;
  if (!text.startsWith("->", arrow) && !text.startsWith("=>", arrow)) return false;
  const last = line.count - 1;
  if (line.hash[last] !== WILD && line.end[last] === arrow - 1) {
    line.hash[last] = WILD;
    line.words--;
  }
  return true;
}

/**
 * Splits text[start, end) into words and masked values and appends them to `line`. One forward pass; each character is
 * looked at once or twice. Punctuation separates and is not compared, so `user=7`, `user 7` and `user (7)` are alike.
 */
export function tokenize(line: TokenLine, start: number, end: number): void {
  const text = line.text;
  let i = afterSign(line, start, end);
  let afterNumber = false;
  /** Of `afterNumber`: a number that counts, digits between spaces. */
  let afterCount = false;
  let previousWord = 0;
  let pairs = 0;
  let depth = 0;
  let group = 0;
  let steps = 0;
  while (i < end && line.count < MAX_TOKENS && steps++ < MAX_STEPS) {
    let code = text.charCodeAt(i);
    let separator = 0;
    let marked = -1;
    while (i < end && classOf(code) === SEPARATOR) {
      if (code > 32 && steps++ < MAX_STEPS) {
        if (code === OPEN_LIST && isAccessTime(text, i)) takeUser(line);
        marked = endOfMarkedValue(line, i, end, separator);
        if (marked > 0) break;
        separator = code;
        if (isOpenBracket(code) && depth++ === 0) group = line.count;
        else if (isCloseBracket(code) && depth > 0 && --depth === 0 && !tellsAlone(line, group, code))
          markFrom(line, group, FLAG.inside);
      }
      code = text.charCodeAt(++i);
    }
    if (i >= end) {
      // `id:7 path: ` at the end: the last pair has no value.
      if (separator === COLON && pairs > 0) pushValue(line, end, end, FLAG.named);
      return;
    }
    if (marked > 0) {
      pushValue(line, i, marked, FLAG.named);
      i = marked;
      afterNumber = false;
      previousWord = 0;
      continue;
    }
    // `Job::start` names no value.
    const isScope = separator === COLON && text.charCodeAt(i - 1) === COLON && text.charCodeAt(i - 2) === COLON;
    const named = (separator === EQUALS || separator === COLON) && !isScope ? FLAG.named : 0;
    const isGroup = separator === OPEN_GROUP && text.charCodeAt(end - 1) === CLOSE_GROUP;
    // Of `rlm_sql (sql): ` the sentence follows.
    const isDirect = isGroup || text.charCodeAt(line.end[line.count - 1] ?? 0) === separator;
    if ((named !== 0 || isGroup) && isDirect && isPayloadWord(previousWord)) {
      pushValue(line, i, end, named);
      return;
    }
    if (code === SLASH || code === BACKSLASH || text.charCodeAt(i + 1) === COLON) {
      const long = endOfLongValue(text, i, end);
      if (long > i) {
        pushValue(line, i, long, named);
        i = long;
        afterNumber = false;
        continue;
      }
    }
    const from = i;
    i = measureToken(text, from, end, shape);
    const isMark = shape.letters === 0 && shape.digits === 0 && shape.length < 3;
    if (isMark) {
      // A dot on its own is read as nothing.
      i = Math.max(i, from + 1);
      if (isEnclosed(text, from, i)) pushValue(line, from, i, FLAG.named);
      continue;
    }
    if (isRule(shape, text, from, i)) {
      push(line, RULE, from, i, 0);
      continue;
    }
    let kind = maskKind(shape, text, from, i);
    // `stopped org.example.cart.store`: who speaks stands at the beginning, and keys before their sign.
    if (kind === KIND.soft && shape.dots > 1 && shape.upper === 0 && line.words > 0 && !isSign(text.charCodeAt(i)))
      kind = KIND.variable;
    if (text.charCodeAt(i) === COLON && kind !== KIND.variable && line.words > 0 && pairs === 0) {
      const compound = endOfCompound(text, shape, i, end);
      if (compound > 0) {
        i = compound;
        kind = shape.digits > 0 ? KIND.variable : KIND.soft;
      }
    }
    const isAssigned = from > start && text.charCodeAt(from - 1) === EQUALS;
    const isAttached = text.charCodeAt(from - 1) === COLON && previousWord !== 0;
    const leads = line.words === 0 || separator === CLOSE_LIST;
    const isCode = leads && kind === KIND.variable && text.charCodeAt(i) === COLON && isMessageCode(shape);
    const value =
      isCode || (kind === KIND.variable && isQualified(text, shape, from, i))
        ? -1
        : endOfValue(line, shape, from, i, end, separator, kind);
    if (value > 0) {
      afterNumber = kind === KIND.variable && shape.letters === 0;
      afterCount = afterNumber && shape.digits === shape.length && text.charCodeAt(from - 1) === 32;
      // `starting catalogue 1.8.2`: what stands before a version is a name.
      if (shape.dots === 2 && afterNumber && previousWord !== 0) markLast(line, FLAG.product);
      previousWord = 0;
      i = Math.min(value, end);
      if (isAssigned) i = endOfAssigned(text, i, end);
      pushValue(line, from, i, named);
      if (isAttached) pairs++;
      continue;
    }
    const after = text.charCodeAt(i);
    const isKey = after === EQUALS || (after === COLON && text.charCodeAt(i + 1) > 32);
    if (afterNumber && !isKey && shape.length <= MAX_UNIT && isUnit(shape.hash)) {
      line.end[line.count - 1] = i;
      afterNumber = false;
      continue;
    }
    // `1 change`, `2 changes`
    if (afterNumber && afterCount && separator === 0 && shape.length > 3 && text.charCodeAt(i - 1) === LETTER_S)
      shape.hash = hashWord(text, from, i - 1);
    afterNumber = false;
    // `database=shop`: whatever follows the sign directly; and `id:7 type:create`, once a pair was seen to hold a value.
    const isPair = isAssigned || (from > start && isAttached && pairs > 0);
    const isState = isPair && isStateKey(previousWord) && isEventWord(shape.hash, text, from, i);
    if (isPair && !isState && !isEventKey(previousWord)) {
      line.known.note(shape.hash);
      if (isOpenBracket(text.charCodeAt(i))) i = Math.max(i, endOfGroup(text, i, end));
      else if (isAssigned) i = endOfAssigned(text, i, end);
      pushValue(line, from, i, named);
      previousWord = 0;
      continue;
    }
    if (
      kind === KIND.constant &&
      isMethodHash(shape.hash) &&
      leadsTarget(text, i, end) &&
      !isRequestLine(text, from, end)
    ) {
      push(line, isQuote(text.charCodeAt(from - 1)) ? REQUEST : METHOD, from, i, named | FLAG.kind);
      previousWord = 0;
      continue;
    }
    if (kind === KIND.constant && line.words > 0 && beginsSql(text, from)) {
      pushValue(line, from, end, named);
      return;
    }
    if (separator === CLOSE_ANGLE && followsArrow(line, from)) {
      pushValue(line, from, i, named);
      previousWord = 0;
      continue;
    }
    const slot = separator === 0 && previousWord !== 0 && isSlotWord(previousWord) ? FLAG.slot : 0;
    const alone = separator === OPEN_LIST && text.charCodeAt(i) === CLOSE_LIST ? FLAG.soft : 0;
    const key =
      text.charCodeAt(i) === EQUALS || ((line.words === 0 || separator === COLON) && isSetting(text, i, end))
        ? FLAG.key
        : 0;
    const isVerb = kind === KIND.text && separator === 0 && leadsVerb(previousWord, line.hash[line.count - 2] ?? WILD);
    const told = isCode || isVerb ? FLAG.event : 0;
    push(line, shape.hash, from, i, named | slot | alone | key | told | flagsOf(text, shape, from, i, kind));
    previousWord = shape.hash;
  }
}
