import { expect, test } from "vitest";
import { defined, fieldsOf, isFields, listOf, parseJson, textOf } from "../../../src/local-slack/json.ts";

test("only objects have fields", () => {
  expect([{}, { a: 1 }].map(isFields)).toEqual([true, true]);
  expect([null, undefined, [], "a", 1].map(isFields)).toEqual([false, false, false, false, false]);
  expect([fieldsOf({ a: 1 }), fieldsOf(null), fieldsOf([1])]).toEqual([{ a: 1 }, {}, {}]);
});

test("what is not as it should be reads as nothing", () => {
  expect(listOf([{ a: 1 }, null, "x", [2]])).toEqual([{ a: 1 }]);
  expect(listOf({ 0: {} })).toEqual([]);
  expect([textOf("a"), textOf(1), textOf(undefined)]).toEqual(["a", "", ""]);
  expect([parseJson('{"a":1}'), parseJson("{"), parseJson("null")]).toEqual([{ a: 1 }, undefined, null]);
});

test("undefined fields are not carried, others are", () => {
  expect(Object.keys(defined({ a: undefined, b: null, c: 0, d: "" }))).toEqual(["b", "c", "d"]);
});
