import { expect, test } from "vitest";
import { createLineSplitter } from "../../../src/log-lines/line-splitter.ts";

function split(chunks: readonly (string | Uint8Array)[], limit?: number): { lines: string[]; cut: number } {
  const splitter = createLineSplitter(limit);
  const lines = chunks.flatMap((chunk) => splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk));
  lines.push(...splitter.end());
  return { lines, cut: splitter.cut };
}

test.each([
  { name: "line ends of both kinds", chunks: ["a\nb\r\nc\n"], lines: ["a", "b", "c"] },
  { name: "a last line without an end", chunks: ["a\nb"], lines: ["a", "b"] },
  { name: "empty lines", chunks: ["\n\na\n"], lines: ["", "", "a"] },
  { name: "a line over several chunks", chunks: ["a", "b", "c\nd"], lines: ["abc", "d"] },
  { name: "a character over two chunks", chunks: [Buffer.from([0xc3]), Buffer.from([0xa4, 0x0a])], lines: ["ä"] },
  { name: "bytes that are no UTF-8", chunks: [Buffer.from([0x61, 0xff, 0x62, 0x0a])], lines: ["a\uFFFDb"] },
  { name: "nothing", chunks: [], lines: [] },
  { name: "one character", chunks: ["a"], lines: ["a"] },
  { name: "a byte order mark", chunks: ["\uFEFFa\nb\n"], lines: ["a", "b"] },
  {
    name: "a byte order mark, byte by byte",
    chunks: [...Buffer.from("\uFEFFä\n")].map((byte) => Buffer.from([byte])),
    lines: ["ä"],
  },
  { name: "the mark's character within the text", chunks: ["a\n\uFEFFb\n"], lines: ["a", "\uFEFFb"] },
  { name: "UTF-16LE", chunks: [Buffer.from("\uFEFFa ä\r\nb\r\n", "utf16le")], lines: ["a ä", "b"] },
  {
    name: "UTF-16LE, byte by byte",
    chunks: [...Buffer.from("\uFEFFä\n", "utf16le")].map((byte) => Buffer.from([byte])),
    lines: ["ä"],
  },
])("$name", ({ chunks, lines }) => expect(split(chunks)).toEqual({ lines, cut: 0 }));

test("a long line is cut and counted, in one chunk or in many", () => {
  expect(split(["12345678\nab\n"], 5)).toEqual({ lines: ["12345", "ab"], cut: 1 });
  expect(split(["1234", "5678", "9\nab\n"], 5)).toEqual({ lines: ["12345", "ab"], cut: 1 });
  expect(split(["12345\r\n"], 5)).toEqual({ lines: ["12345"], cut: 0 });
});

test("a hundred megabytes without a line end keep to the limit", () => {
  const splitter = createLineSplitter(1_000);
  const chunk = Buffer.alloc(1_048_576, 120);
  for (let i = 0; i < 100; i++) splitter.push(chunk);
  expect(splitter.end()).toEqual(["x".repeat(1_000)]);
  expect(splitter.cut).toBe(1);
});
