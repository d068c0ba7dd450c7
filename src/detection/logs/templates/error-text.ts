import { classOf, isHexDigit, SEPARATOR } from "../../../log-lines/chars.ts";

/** What the C library says of error numbers (errno(3), POSIX), which other languages pass on, Go in lower case. */
const TEXTS = [
  "Address already in use",
  "Argument list too long",
  "Bad address",
  "Bad file descriptor",
  "Broken pipe",
  "Cannot allocate memory",
  "Cannot assign requested address",
  "Connection refused",
  "Connection reset by peer",
  "Connection timed out",
  "Device or resource busy",
  "Directory not empty",
  "Exec format error",
  "File exists",
  "File name too long",
  "File too large",
  "Host is down",
  "Illegal seek",
  "Inappropriate ioctl for device",
  "Input/output error",
  "Interrupted system call",
  "Invalid argument",
  "Invalid cross-device link",
  "Invalid exchange",
  "Is a directory",
  "Message too long",
  "Name or service not known",
  "Network is down",
  "Network is unreachable",
  "No buffer space available",
  "No child processes",
  "No data available",
  "No route to host",
  "No space left on device",
  "No such device",
  "No such device or address",
  "No such file or directory",
  "No such process",
  "Not a directory",
  "Numerical result out of range",
  "Operation already in progress",
  "Operation canceled",
  "Operation not permitted",
  "Operation not supported",
  "Operation now in progress",
  "Permission denied",
  "Protocol error",
  "Protocol not available",
  "Protocol not supported",
  "Read-only file system",
  "Resource temporarily unavailable",
  "Software caused connection abort",
  "Socket is not connected",
  "Stale file handle",
  "Temporary failure in name resolution",
  "Text file busy",
  "Too many levels of symbolic links",
  "Too many links",
  "Too many open files",
  "Too many open files in system",
  "Transport endpoint is already connected",
  "Transport endpoint is not connected",
  "Value too large for defined data type",
];

/** By their first word with its first letter in lower case, longest first. */
const byFirst = Map.groupBy(
  TEXTS.map((text) => text.slice(1)).toSorted((a, b) => b.length - a.length),
  (rest) => rest.charCodeAt(0),
);
const firstLetters = new Set(TEXTS.map((text) => text.charCodeAt(0) | 32));

/** `Permission denied`: where the text of an error number that begins at `from` ends, or -1. */
export function endOfErrorText(text: string, from: number, end: number): number {
  if (!firstLetters.has(text.charCodeAt(from) | 32)) return -1;
  for (const rest of byFirst.get(text.charCodeAt(from + 1)) ?? []) {
    const stop = from + 1 + rest.length;
    if (stop > end || !text.startsWith(rest, from + 1)) continue;
    if (stop === end || classOf(text.charCodeAt(stop)) === SEPARATOR || text.charCodeAt(stop) === 46) return stop;
  }
  return -1;
}

const COLON = 58;
const CODE_DIGITS = 8;
const ENDS = ",;()[]\"'";

/**
 * `error:0A00010B:SSL routines::wrong version number`, as OpenSSL prints what it was (ERR_error_string(3)), the word `error` being
 * text[from, to): where it ends, or -1.
 */
export function endOfLibraryError(text: string, from: number, to: number, end: number): number {
  if (to - from !== 5 || !text.startsWith("error:", from)) return -1;
  let i = to + 1;
  while (i < end && isHexDigit(text.charCodeAt(i))) i++;
  if (i - to - 1 !== CODE_DIGITS || text.charCodeAt(i) !== COLON) return -1;
  while (i < end && text.charCodeAt(i) >= 32 && !ENDS.includes(text.charAt(i))) i++;
  while (text.charCodeAt(i - 1) === 32) i--;
  return i;
}
