import { isDigit, isLetter, isSpace, skipDigits, skipSpaces, skipWord } from "./chars.ts";

/** What a container runtime or a log daemon wraps around a line. Each function gives where the inner part starts, or -1. */

const QUOTE = 34;
const BACKSLASH = 92;
const DASH = 45;
const OPEN = 91;
const CLOSE = 93;
const ESCAPE = "\u001b";
/** Colours and cursor movements (ECMA-48, CSI). */
const SEQUENCES = new RegExp(`${ESCAPE}\\[[0-9;?]{0,32}[A-Za-z]`, "g");

/** The line without the colours that programs write for terminals. */
export function withoutColours(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCES, "") : text;
}

/** `[pod/web-1/app] `, as `kubectl logs --prefix` writes before each line. */
const PREFIXED = /^\[pod\/[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,63}\] /;
const COLOURED = `${ESCAPE}\\[[0-9;]{1,16}m([a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)${ESCAPE}\\[0m `;
/** Pod and container in colours, before them a namespace perhaps, as stern writes them. */
const IN_COLOURS = new RegExp(`^(?:${COLOURED})?${COLOURED}${COLOURED}`);

/**
 * The line without the pod and container that a reader of several logs has put before it. Without brackets or colours they are words like
 * others; and a level and a logger in colours are no pod and container: the name of a pod has a dash.
 */
export function withoutPod(text: string): string {
  const code = text.charCodeAt(0);
  const match = code === OPEN ? PREFIXED.exec(text) : code === 27 ? IN_COLOURS.exec(text) : null;
  if (match === null || (code === 27 && !match[2]?.includes("-"))) return text;
  return text.slice(match[0].length);
}

/** ` stdout F ` after the time of a line, as the kubelet's log files have it (CRI): where the container's own line starts. */
export function afterStream(text: string, at: number, end: number): number {
  if (!text.startsWith(" stdout ", at) && !text.startsWith(" stderr ", at)) return -1;
  const tag = text.charCodeAt(at + 8);
  return (tag === 70 || tag === 80) && at + 9 <= end && (at + 9 === end || text.charCodeAt(at + 9) === 32)
    ? Math.min(at + 10, end)
    : -1;
}

/** `<34>` before a line of syslog. */
export function afterPriority(text: string, from: number, end: number): number {
  if (text.charCodeAt(from) !== 60) return -1;
  const close = skipDigits(text, from + 1, end);
  return close > from + 1 && close <= from + 4 && text.charCodeAt(close) === 62 ? close + 1 : -1;
}

/** Where the time of RFC 5424 stands after the priority: behind `1 `. */
export function afterVersion(text: string, at: number): number {
  return text.charCodeAt(at) === 49 && text.charCodeAt(at + 1) === 32 && isDigit(text.charCodeAt(at + 2)) ? at + 2 : -1;
}

/** RFC 5424 after its time: host, program, process and message id, then `-` or structured data in brackets. */
export function afterStructuredData(text: string, at: number, end: number): number {
  let i = at;
  for (let field = 0; field < 4; field++) i = skipSpaces(text, skipWord(text, skipSpaces(text, i, end), end), end);
  if (text.charCodeAt(i) === DASH) return skipSpaces(text, i + 1, end);
  while (text.charCodeAt(i) === OPEN) {
    let quoted = false;
    for (i++; i < end && (quoted || text.charCodeAt(i) !== CLOSE); i++) {
      const code = text.charCodeAt(i);
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) quoted = !quoted;
    }
    i = Math.min(i + 1, end);
  }
  return skipSpaces(text, i, end);
}

/** `WARNING:root:` as Python writes it without a configuration: where the name after the level's colon ends. */
export function afterLoggerName(text: string, at: number, end: number): number {
  let i = at;
  while (
    i < end &&
    (isLetter(text.charCodeAt(i)) ||
      isDigit(text.charCodeAt(i)) ||
      text.charCodeAt(i) === 46 ||
      text.charCodeAt(i) === 95)
  )
    i++;
  const isName = i > at && text.charCodeAt(i) === 58 && !isSpace(text.charCodeAt(i + 1)) && i + 1 < end;
  return isName ? i + 1 : -1;
}
