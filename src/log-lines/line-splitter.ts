import { StringDecoder } from "node:string_decoder";

const BYTE_ORDER_MARK = 0xfeff;

export interface LineSplitter {
  /**
   * Takes bytes and returns the lines they complete, without line ends. UTF-8, or UTF-16LE when the stream begins with its
   * byte order mark, as files of Windows do; no mark is part of a line. Invalid bytes become U+FFFD.
   */
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
  let decoder: StringDecoder | undefined;
  let start = new Uint8Array(0);
  let isFirst = true;
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

  /** The text of the bytes, once there are enough of them to know the encoding. */
  function decode(chunk: Uint8Array): string {
    const bytes = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (decoder === undefined) {
      if (bytes.length < 2) {
        start = bytes.slice();
        return "";
      }
      decoder = new StringDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : "utf8");
      start = new Uint8Array(0);
    }
    return withoutMark(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  function withoutMark(text: string): string {
    if (!isFirst || text === "") return text;
    isFirst = false;
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  return {
    push: (chunk) => take(decode(chunk)),
    end() {
      const last = rest + (decoder ?? new StringDecoder("utf8")).end(Buffer.from(start));
      rest = "";
      return last === "" ? [] : [bounded(last)];
    },
    get cut() {
      return cut;
    },
  };
}
