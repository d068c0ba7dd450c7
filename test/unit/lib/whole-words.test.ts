import { expect, test } from "vitest";
import { wholeWords } from "../../../src/lib/whole-words.ts";

test.each([
  { name: "what fits stays", text: "evicts the pod", limit: 14, want: "evicts the pod" },
  {
    name: "no half word at the end",
    text: "and the kubelet then evicts the pod",
    limit: 34,
    want: "and the kubelet then evicts the …",
  },
  { name: "one endless word is cut all the same", text: "a".repeat(50), limit: 12, want: `${"a".repeat(10)} …` },
])("$name", ({ text, limit, want }) => {
  expect(wholeWords(text, limit)).toBe(want);
  expect(wholeWords(text, limit).length).toBeLessThanOrEqual(limit);
});
