import { describe, expect, test } from "vitest";
import { matchesLabels, matchesSelector } from "../../../src/cluster/selector.ts";

const labels = { app: "carts", tier: "back" };

describe("the selector of a Service", () => {
  test.each([
    ["one label of several", { app: "carts" }, true],
    ["all labels", labels, true],
    ["one right and one wrong value", { app: "carts", tier: "front" }, false],
    ["a label that is not there", { version: "1" }, false],
    ["nothing", {}, false],
    ["no selector", undefined, false],
  ])("%s", (_name, selector, want) => expect(matchesLabels(selector, labels)).toBe(want));
  test("what has no labels is selected by none", () => expect(matchesLabels({ app: "carts" }, undefined)).toBe(false));
});

describe("the selector of a workload", () => {
  const says = (key: string, operator: "In" | "NotIn" | "Exists" | "DoesNotExist", ...values: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });
  test.each([
    ["everything", {}, true],
    ["a label", { matchLabels: { app: "carts" } }, true],
    ["another value", { matchLabels: { app: "orders" } }, false],
    ["a value in a list", says("app", "In", "carts", "orders"), true],
    ["no value of a list", says("app", "In", "orders"), false],
    ["a label in a list that is not there", says("version", "In", "1"), false],
    ["not a value of a list", says("app", "NotIn", "orders"), true],
    ["a value that is ruled out", says("app", "NotIn", "carts"), false],
    ["a label that is not there is none that is ruled out", says("version", "NotIn", "1"), true],
    ["a label that is there", says("app", "Exists"), true],
    ["a label that should be there", says("version", "Exists"), false],
    ["a label that is not there", says("version", "DoesNotExist"), true],
    ["a label that should not be there", says("app", "DoesNotExist"), false],
    ["both parts hold", { matchLabels: { app: "carts" }, ...says("tier", "In", "back") }, true],
    ["one part does not", { matchLabels: { app: "carts" }, ...says("tier", "In", "front") }, false],
    ["no selector", undefined, false],
  ])("%s", (_name, selector, want) => expect(matchesSelector(selector, labels)).toBe(want));
});
