import { expect, test } from "vitest";
import { storableJson, storableText } from "../../../src/lib/storable-text.ts";

const half = "\ud83d";

test("what PostgreSQL does not know is replaced; everything else stays", () => {
  expect(storableText("a\0b\0")).toBe("a\ufffdb\ufffd");
  expect(storableText(`a${half}b`)).toBe("a\ufffdb");
  expect(storableText(`\0${half}`)).toBe("\ufffd\ufffd");
  expect(storableText("ä 😀\n")).toBe("ä 😀\n");
});

test("in JSON at every depth", () => {
  expect(JSON.parse(storableJson({ a: ["x\0", { b: half }], c: 1, d: null }))).toEqual({
    a: ["x\ufffd", { b: "\ufffd" }],
    c: 1,
    d: null,
  });
});
