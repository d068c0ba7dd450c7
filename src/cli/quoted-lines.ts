import { cut } from "../bot/words.ts";

/** Room for what a line of a log begins with and for the error behind it. */
const lineChars = 300;
const linesBehind = 3;

/** What a text begins with, for a list; of lines that are only introduced by the first, the last ones, which tell how it ended. */
export function quotedLines(text: string): readonly string[] {
  const [first = "", ...others] = text.trim().split("\n");
  const shown = first.endsWith(":") ? others.filter((line) => line.trim() !== "").slice(-linesBehind) : [];
  return [first, ...shown].map((line) => cut(line, lineChars));
}
