import { skipSpaces, skipWord } from "./chars.ts";
import type { Header } from "./header.ts";
import { levelRank } from "./level.ts";
import { scanTime, TIME, type TimeScan } from "./scan-time.ts";

/** Names that stand before the time of a line: of a file, a host, a pod and its container. */

/** Date and clock; a date alone is part of a sentence (`backup 2026-11-20 finished`). */
const MIN_STAMP = 14;
const COLON = 58;
const BAR = 124;
const OPEN_OBJECT = 123;

const time: TimeScan = { end: 0, kind: 0 };

/** ` INFO  ==> ` behind the clock, as Bitnami's images write it. */
const ARROW = / {1,4}[A-Z]{4,5} {1,4}==> /y;
function leadsToArrow(text: string, at: number): boolean {
  ARROW.lastIndex = at;
  return ARROW.test(text);
}

/**
 * A host or the name of the file before the time (`app.log 2026-11-20 ...`), pod and container (`carts-7d9f carts 2026-11-20 ...`), or a name
 * and the level (`Carts:error 2026-11-20 ...`).
 */
export function afterFileName(text: string, from: number, end: number, out: Header): number {
  if (text.charCodeAt(from) === OPEN_OBJECT) return from;
  let next = from;
  for (let name = 0; name < 2; name++) {
    const word = skipWord(text, next, end);
    const last = text.charCodeAt(word - 1);
    const stop = last === COLON || last === BAR ? word - 1 : word;
    if (name === 0 && (word - from < 3 || levelRank(text, next, stop) > 0)) return from;
    next = skipSpaces(text, word, end);
    if (!scanTime(text, next, end, time)) continue;
    const isDate = time.kind === TIME.iso || time.kind === TIME.short;
    if (isDate ? time.end - next >= MIN_STAMP : time.kind === TIME.clock && leadsToArrow(text, time.end)) {
      const colon = text.lastIndexOf(":", stop - 1);
      if (colon > from) out.level = levelRank(text, colon + 1, stop);
      return next;
    }
  }
  return from;
}
