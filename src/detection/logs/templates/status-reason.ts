import { isLetter } from "../../../log-lines/chars.ts";

/** RFC 9110, section 15, as programs write them. */
const REASONS = [
  "OK",
  "Created",
  "Accepted",
  "No Content",
  "Partial Content",
  "Moved Permanently",
  "Found",
  "See Other",
  "Not Modified",
  "Temporary Redirect",
  "Permanent Redirect",
  "Bad Request",
  "Unauthorized",
  "Forbidden",
  "Not Found",
  "Method Not Allowed",
  "Not Acceptable",
  "Request Timeout",
  "Conflict",
  "Gone",
  "Precondition Failed",
  "Content Too Large",
  "Unprocessable Content",
  "Unprocessable Entity",
  "Too Many Requests",
  "Internal Server Error",
  "Not Implemented",
  "Bad Gateway",
  "Service Unavailable",
  "Gateway Timeout",
];

/** `404 Not Found`: where the reason phrase of a status code text[from, to) ends, or -1. */
export function endOfStatus(text: string, from: number, to: number): number {
  if (to - from !== 3 || text.charCodeAt(to) !== 32 || text.charCodeAt(from) > 53) return -1;
  const next = text.charCodeAt(to + 1);
  if (next < 65 || next > 90) return -1;
  const reason = REASONS.find((phrase) => text.startsWith(phrase, to + 1));
  if (reason === undefined) return -1;
  const stop = to + 1 + reason.length;
  return isLetter(text.charCodeAt(stop)) ? -1 : stop;
}
