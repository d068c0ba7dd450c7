import type { Span } from "./span.ts";

const begin = "-----BEGIN";
const end = "-----END";
const dashes = "-----";
const maxPemChars = 64_000;

/**
 * Keys and certificates as RFC 7468 writes them, `-----BEGIN … PRIVATE KEY-----`. The block that begins in the word `from`..`to`; asked from
 * left to right. Without an end it reaches as far as a key could.
 */
export function createKeyBlocks(text: string): (from: number, to: number) => Span | undefined {
  const none = text.length;
  let mayEnd = true;
  const next = (from: number) => {
    const at = text.indexOf(begin, from);
    return at < 0 ? none : at;
  };
  let blockAt = next(0);
  return (from, to) => {
    if (blockAt >= to) return undefined;
    if (blockAt < from) blockAt = next(from);
    if (blockAt >= to) return undefined;
    const endAt = mayEnd ? text.indexOf(end, to) : -1;
    if (endAt < 0) mayEnd = false;
    const close = endAt < 0 ? -1 : text.indexOf(dashes, endAt + end.length);
    const stop = close < 0 ? text.length : close + dashes.length;
    return { from: blockAt, to: Math.min(stop, blockAt + maxPemChars), kind: "pem" };
  };
}
