/**
 * Characters that hide, or make a line read differently from what it is: controls, separators of lines, directions, and all that
 * Unicode has shown as nothing (UAX #44, `Default_Ignorable_Code_Point`). Tab and line feed stay, and the two that choose between
 * text and picture of a sign, which some of our own have.
 */
const deceptive = /[[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\ufff9-\ufffb]--[\t\n\ufe0e\ufe0f]]/gv;

const codeOf = (char: string) => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/** Makes visible what would hide: NUL as `[U+0000]`, a change of direction as `[U+202E]`. A log line is shown, not played. */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(deceptive, (char) => `[U+${codeOf(char)}]`)
    .toWellFormed();
}

/** The same on one line: nothing in it begins a line of its own. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll("\n", " ");
}

/** JSON, on one line unless `indent` is given, whose texts do nothing to a terminal that shows it. Read back, it is the same value. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(deceptive, (char) =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** Leaves out what would hide, where signs for it would be noise. */
export function withoutHidden(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(deceptive, "");
}
