const equals = 61;

function printable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code > 126) return false;
  }
  return text.length > 0;
}

/** Upper and lower case letters, digits and the signs of base64, padded at most twice, and nothing else. */
function mayBeBase64(text: string, from: number, to: number): boolean {
  let upper = false;
  let lower = false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) lower = true;
    else if (code >= 65 && code <= 90) upper = true;
    else if (!(code >= 48 && code <= 57) && code !== 43 && code !== 47 && code !== 45 && code !== 95 && code !== equals)
      return false;
  }
  return upper && lower;
}

/** Encodings around encodings that are looked through; each is shorter than what holds it. */
export const mostWrappings = 2;

function percentDecoded(piece: string): string {
  let text = piece;
  for (let round = 0; round < 3 && text.includes("%"); round++) text = decodeURIComponent(text);
  return text;
}

interface Word {
  readonly from: number;
  readonly to: number;
  readonly hasPercent: boolean;
}

/** How a text is looked through that stands inside another; `depth` counts what is around it. */
type Find = (text: string, depth: number) => readonly unknown[];

/** Base64 or percent-encoding around something that would be redacted in the clear. Words decided about are in `known`. */
export function wraps(
  text: string,
  { from, to, hasPercent }: Word,
  known: Map<string, boolean>,
  depth: number,
  find: Find,
): boolean {
  const length = to - from;
  if (length < 8 || length > 8_192 || (!hasPercent && !mayBeBase64(text, from, to))) return false;
  const piece = text.slice(from, to);
  const before = known.get(piece);
  if (before !== undefined) return before;
  let found = false;
  if (hasPercent) {
    try {
      const decoded = percentDecoded(piece);
      found = decoded !== piece && find(decoded, mostWrappings).length > 0;
    } catch {
      // Not percent-encoding after all: a stray sign in ordinary text.
    }
  } else {
    const decoded = Buffer.from(piece, "base64").toString("latin1");
    found = decoded.length >= 8 && printable(decoded) && find(decoded, depth + 1).length > 0;
  }
  if (known.size < 1_000) known.set(piece, found);
  return found;
}
