import { StringDecoder } from "node:string_decoder";

export interface LineSplitter {
  /** Takes bytes and returns the lines they complete, without line ends. Invalid UTF-8 becomes U+FFFD. */
  push(chunk: Uint8Array): string[];
  /** The last line, when the stream did not end with a line end. */
  end(): string[];
  /** Lines that were longer than the limit and lost their end. */
  readonly cut: number;
}

/**
 * Splits a byte stream into lines with bounded memory, whatever it holds.
 * @param maxLineChars a longer line is cut there
 */
export function createLineSplitter(maxLineChars = 65_536): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let cut = 0;

  function bounded(line: string): string {
    const end = line.charCodeAt(line.length - 1) === 13 ? line.length - 1 : line.length;
    if (end > maxLineChars) cut++;
    return end === line.length && end <= maxLineChars ? line : line.slice(0, Math.min(end, maxLineChars));
  }

  function take(text: string): string[] {
    const lines = text.split("\n");
    // One character over the limit is kept, so that the line is known to be too long once it ends.
    const joined = rest + (lines[0] ?? "");
    if (lines.length === 1) {
      rest = joined.slice(0, maxLineChars + 2);
      return [];
    }
    lines[0] = joined;
    rest = (lines.pop() ?? "").slice(0, maxLineChars + 2);
    return lines.map(bounded);
  }

  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      const last = rest + decoder.end();
      rest = "";
      return last === "" ? [] : [bounded(last)];
    },
    get cut() {
      return cut;
    },
  };
}
