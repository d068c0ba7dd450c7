import { expect, test } from "vitest";
import { visibleJson, visibleLine, visibleText, withoutHidden } from "../../../src/lib/visible-text.ts";

test.each([
  { name: "clears no screen", text: "hi \u001b[2J", want: "hi [U+001B][2J" },
  { name: "renames no terminal", text: "\u001b]0;root\u0007", want: "[U+001B]]0;root[U+0007]" },
  { name: "turns no line around", text: "a\u202Eb", want: "a[U+202E]b" },
  { name: "carries nothing that nobody sees", text: "a\u{e0041}\u00ad\u3164b", want: "a[U+E0041][U+00AD][U+3164]b" },
  { name: "is no half of a pair", text: "a\ud800", want: "a\ufffd" },
  { name: "keeps tabs and lines", text: "a\tb\r\nc", want: "a\tb\nc" },
  { name: "keeps other languages", text: "Größe 模板 🙂 ⚠️", want: "Größe 模板 🙂 ⚠️" },
])("a log line is shown, not played: it $name", ({ text, want }) => expect(visibleText(text)).toBe(want));

// What Slack, Markdown, mail and pages used to treat each in its own way.
const hidden = [
  ...["\u0000", "\u001b", "\u007f", "\u0085", "\u009b", "\u00ad", "\u034f", "\u061c", "\u115f", "\u17b4", "\u180e"],
  ...["\u200b", "\u200d", "\u200e", "\u2028", "\u202e", "\u2060", "\u2066", "\u206f", "\u3164", "\ufeff", "\uffa0"],
  ...["\ufff9", "\u{1d173}", "\u{e0001}", "\u{e007f}", "\u{e0100}"],
];
test.each(hidden.map((char) => [char.codePointAt(0)?.toString(16), char] as const))("U+%s hides nowhere", (_, char) => {
  expect(withoutHidden(`a${char}b`)).toBe("ab");
  expect(visibleText(`a${char}b`)).toMatch(/^a\[U\+[0-9A-F]{4,5}\]b$/);
});

test("a line stays one line, whatever ends lines", () => {
  expect(visibleLine("a\nb\r\nc\rd\u2028e\u0085f\u000bg")).toBe("a b c d[U+2028]e[U+0085]f[U+000B]g");
});

test("JSON shown on a terminal plays nothing there, and reads back as it was", () => {
  const value = { text: `\u009b2J\u202e${hidden.join("")}"\\ Größe \n`, "\u200bkey": ["\ud83d\ude42"] };
  for (const indent of [undefined, 2]) {
    const json = visibleJson(value, indent);
    expect(json).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}\u2028]/u);
    expect(JSON.parse(json)).toEqual(value);
  }
});
