import { skipSpaces, skipWord } from "./chars.ts";
import { findAfterLevel, findBeforeLevel, type KnownLayout } from "./find-layout.ts";
import type { Header } from "./header.ts";
import { takeColumn, takeComponent, takeDaemon, takePlace } from "./header-components.ts";
import { type Cursor, finish, type Step } from "./header-cursor.ts";
import { takeNumber } from "./header-numbers.ts";
import { openings } from "./header-openings.ts";
import { isNamespace, type LevelAhead, levelAhead, programDash } from "./header-parts.ts";
import { afterContexts, takeEnclosed, takeNumbered, takeSeparated, takeSpans, takeTag } from "./header-writers.ts";
import { levelRank } from "./level.ts";
import { TIME } from "./scan-time.ts";
import { afterHostAndTag } from "./syslog-header.ts";

/** More fields than this are message, whatever they look like. */
const MAX_FIELDS = 12;
/** Fields at which the layouts of single programs are looked for. */
const MAX_SEARCHES = 4;

const DASH = 45;

const ahead: LevelAhead = { level: 0, end: 0 };
const cursor: Cursor = {
  at: 0,
  word: 0,
  code: 0,
  numbers: 0,
  brackets: 0,
  threads: 0,
  components: 0,
  searches: 0,
  separator: 0,
  timed: false,
  done: false,
};

/** Before a level is known: columns that lead to one (`node RAS KERNEL INFO`), or `program - `. */
const takeColumns: Step = (text, end, header, c) => {
  if (header.level > 0) return false;
  if (c.components === 0 && levelAhead(text, c.at, end, ahead)) {
    header.level = ahead.level;
    if (header.columns) return finish(c, skipSpaces(text, ahead.end, end));
    c.at = ahead.end;
    return true;
  }
  const dash = programDash(text, c.at, c.word, end);
  return dash > 0 && finish(c, dash);
};

const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const IDENTIFIER = 36;
const TAB = 9;

/** `{3f0c…} ` or `{} ` behind a bracket, and an identifier of 36 characters: which request it was. */
const takeRequest: Step = (text, _end, _header, c) => {
  const size = c.word - c.at;
  const isIdentifier = size === IDENTIFIER && isDashed(text, c.at);
  const isBraced = c.code === OPEN_OBJECT && text.charCodeAt(c.word - 1) === CLOSE_OBJECT && c.brackets > 0;
  if (!isIdentifier && (!isBraced || (size > 2 && (size !== IDENTIFIER + 2 || !isDashed(text, c.at + 1)))))
    return false;
  c.at = c.word;
  return true;
};

/** The dashes of a UUID (RFC 9562). */
const isDashed = (text: string, at: number) => [8, 13, 18, 23].every((i) => text.charCodeAt(at + i) === DASH);

/** Longest name of a part before its level. */
const MAX_PART = 200;

/** `/Stage[main]/File[/srv/a b]/ensure (notice): `, `Puppet (err): `: what it is about, whatever that holds, and the level in parentheses. */
const takeLevelBehind: Step = (text, end, header, c) => {
  if (header.level > 0 || c.components > 0) return false;
  const close = text.indexOf("): ", c.at);
  if (close < 0 || close > Math.min(end, c.at + MAX_PART)) return false;
  const open = text.lastIndexOf(" (", close);
  const rank = open > c.at ? levelRank(text, open + 2, close) : 0;
  if (rank === 0) return false;
  header.level = rank;
  header.component = c.at;
  return finish(c, skipSpaces(text, close + 2, end));
};

/** Host and program of syslog, before anything else is known. */
const takeHost: Step = (text, end, header, c) => {
  if (header.level > 0 || c.components + c.numbers + c.brackets > 0) return false;
  const message = afterHostAndTag(text, c.at, end, header);
  if (message < 0) return false;
  header.wrapped = true;
  return finish(c, message);
};

/** The part that wrote it, where no level is stated: `express:router `. */
const takeNamespace: Step = (text, end, header, c) => {
  if (header.level > 0 || c.components > 0 || !isNamespace(text, c.at, c.word) || c.word >= end) return false;
  header.component = c.at;
  return finish(c, skipSpaces(text, c.word, end));
};

const known: KnownLayout = { end: 0, level: 0, ends: false };

/** What single programs write before and behind a level. */
const takeKnown: Step = (text, _end, header, c) => {
  if (++c.searches > MAX_SEARCHES) return false;
  const isMore = header.level > 0 && c.components > (c.separator === 0 ? 1 : MAX_FIELDS);
  if (isMore || !(header.level > 0 ? findAfterLevel : findBeforeLevel)(text, c.at, c.word, known)) return false;
  if (header.level === 0) header.level = known.level;
  c.at = known.end;
  return known.ends ? finish(c, known.end) : true;
};

/** Only after a time or a level, in this order. */
const ONCE_KNOWN: readonly Step[] = [
  takeKnown,
  takeSeparated,
  takeSpans,
  takeNumbered,
  takeNumber,
  takeRequest,
  takeLevelBehind,
  takeDaemon,
  takeHost,
  takePlace,
  takeTag,
  takeEnclosed,
  takeColumn,
  takeNamespace,
  takeColumns,
  takeComponent,
];

function takeOne(steps: readonly Step[], text: string, end: number, header: Header): boolean {
  for (const step of steps) if (step(text, end, header, cursor)) return true;
  return false;
}

/**
 * Skips the columns of a header from `from` on: time, level, process, thread, component. Stops at the first thing that
 * reads like a message and returns its offset; fills the header in.
 */
export function scanFields(text: string, from: number, end: number, header: Header): number {
  cursor.at = from;
  cursor.numbers = 0;
  cursor.brackets = 0;
  cursor.threads = 0;
  cursor.components = 0;
  cursor.searches = 0;
  cursor.separator = 0;
  cursor.timed = header.kind !== TIME.none;
  cursor.done = false;
  for (let field = 0; field < MAX_FIELDS && cursor.at < end; field++) {
    cursor.at = skipSpaces(text, cursor.at, end);
    cursor.code = text.charCodeAt(cursor.at);
    cursor.word = skipWord(text, cursor.at, end);
    const taken =
      takeOne(openings, text, end, header) ||
      ((cursor.timed || header.level > 0) && takeOne(ONCE_KNOWN, text, end, header));
    if (!taken || cursor.done) break;
    if (cursor.separator === 0 && text.charCodeAt(cursor.at) === TAB) cursor.separator = TAB;
  }
  return Math.min(cursor.timed || header.level > 0 ? afterContexts(text, cursor.at, end) : cursor.at, end);
}
