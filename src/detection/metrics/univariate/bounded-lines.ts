/** No row of a series is longer; a longer line is cut, so that a file without line ends cannot fill the memory. */
export const lineLimitChars = 65_536;

/** Lines of a byte stream, without `\n` or `\r\n`. Invalid UTF-8 becomes U+FFFD; a final line end adds no line. */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array>,
  limitChars = lineLimitChars,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, limitChars);
    for (const line of lines) yield withoutReturn(line, limitChars);
  }
  rest += decoder.decode();
  if (rest !== "") yield withoutReturn(rest, limitChars);
}

function withoutReturn(line: string, limitChars: number): string {
  const end = line.endsWith("\r") ? line.length - 1 : line.length;
  return line.slice(0, Math.min(end, limitChars));
}
