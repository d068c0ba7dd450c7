import { expect, test } from "vitest";
import { canonicalJson, digestOf } from "../../../src/lib/stable-hash.ts";

test("equal values have equal texts, in whatever order their keys stand", () => {
  const one = { b: [1, { d: undefined, c: "x" }], a: null };
  const other = { a: null, b: [1, { c: "x" }] };
  expect(canonicalJson(one)).toBe('{"a":null,"b":[1,{"c":"x"}]}');
  expect(digestOf(one)).toBe(digestOf(other));
  expect(digestOf(one)).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  [{ a: 1 }, { a: "1" }],
  [
    [1, 2],
    [2, 1],
  ],
  [{ a: null }, {}],
  [{ a: { b: 1 } }, { a: { b: 2 } }],
  ["a", ["a"]],
])("%o and %o differ", (a, b) => expect(digestOf(a)).not.toBe(digestOf(b)));
