import type { Header } from "./header.ts";
import { noteTime } from "./header-cursor.ts";
import { priorityRank } from "./level.ts";
import { scanTime, type TimeScan } from "./scan-time.ts";

/** Characters before it: host, sequence, times. */
const MAX_BEFORE = 160;
/** Of a clock that is not set, or was and is no longer. */
const UNSET = /[*.]/y;

/**
 * `%LINK-3-UPDOWN: `, `%ASA-3-313001: `, `%STORE_CORE-SP-4-FULL: `: facility, severity and mnemonic, as Cisco's systems and those that write like
 * them end a header (https://www.cisco.com, "System Message Guide").
 */
const MNEMONIC = /%[A-Z][A-Z0-9_]{0,31}(?:-[A-Z0-9_]{1,32}){0,3}-([0-7])-[A-Z0-9_]{1,48}: +(?=\S)/y;

const time: TimeScan = { end: 0, kind: 0 };

/** Whatever stands before a mnemonic is header; its number is a severity of syslog. */
export function takeMnemonic(text: string, start: number, end: number, out: Header): void {
  const at = text.indexOf("%", start);
  if (at < 0 || at > Math.min(end, start + MAX_BEFORE)) return;
  MNEMONIC.lastIndex = at;
  const match = MNEMONIC.exec(text);
  if (match === null || MNEMONIC.lastIndex >= end) return;
  out.level = priorityRank(Number(match[1]));
  out.message = MNEMONIC.lastIndex;
  UNSET.lastIndex = start;
  if (out.timeStart < 0 && UNSET.test(text) && scanTime(text, start + 1, end, time)) noteTime(out, start + 1, time);
}
