import { createHeader } from "./header.ts";
import { scanHeader } from "./scan-header.ts";

const header = createHeader();

/**
 * A message of several lines up to the end of the line that holds its sentence: the first, or the next where a header is a line of its own,
 * as .NET's console and Erlang write it. What follows are frames and details.
 */
export function throughSentence(text: string): string {
  const first = text.indexOf("\n");
  if (first < 0) return text;
  scanHeader(text, 0, text.length, header);
  const end = header.message > first ? text.indexOf("\n", header.message) : first;
  return end < 0 ? text : text.slice(0, end);
}
