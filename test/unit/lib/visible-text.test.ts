import { expect, test } from "vitest";
import { visibleText } from "../../../src/lib/visible-text.ts";

test.each([
  { name: "clears no screen", text: "hi \u001b[2J", want: "hi [U+001B][2J" },
  { name: "renames no terminal", text: "\u001b]0;root\u0007", want: "[U+001B]]0;root[U+0007]" },
  { name: "turns no line around", text: "a\u202Eb", want: "a[U+202E]b" },
  { name: "keeps tabs and lines", text: "a\tb\r\nc", want: "a\tb\nc" },
  { name: "keeps other languages", text: "Größe 模板 🙂", want: "Größe 模板 🙂" },
])("a log line is shown, not played: it $name", ({ text, want }) => expect(visibleText(text)).toBe(want));
