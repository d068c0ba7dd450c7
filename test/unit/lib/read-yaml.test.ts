import { describe, expect, test } from "vitest";
import { readYaml } from "../../../src/lib/read-yaml.ts";

const nested = (levels: number) => `a: ${"[".repeat(levels)}${"]".repeat(levels)}`;
const laughs = [
  "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]",
  ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`),
].join("\n");

describe("a text that is made to do harm is refused in a sentence", () => {
  test.each([
    { name: "aliases that multiply", text: laughs, says: /alias/ },
    { name: "an alias of itself", text: "a: &a [1, { b: *a }]", says: /line 1: the alias a is a part of itself/ },
    { name: "thousands of aliases", text: `a: &a x\nb: [${"*a, ".repeat(20_000)}]`, says: /more than 50 aliases/ },
    { name: "lists in lists", text: nested(90_000), says: /nested too deeply/ },
    { name: "lists that do not end", text: `a: ${"[".repeat(100_000)}`, says: /nested too deeply/ },
    { name: "keys that are lists", text: `? ${"[".repeat(3_000)}`, says: /nested too deeply/ },
    { name: "more than anybody writes", text: `a: ${"x".repeat(600_000)}`, says: /longer than 500,000/ },
    { name: "one key again and again", text: "k: 1\n".repeat(20_000), says: /line 2: k stands twice/ },
    { name: "an unknown alias", text: "a: *nobody", says: /nobody/ },
    { name: "bytes", text: "\u0000\u0001\ufffd: [", says: /line 1/ },
  ])("$name", ({ text, says }) => {
    const read = readYaml(text);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.problems.join("\n")).toMatch(says);
    expect(read.problems.length).toBeLessThanOrEqual(51);
    for (const problem of read.problems) expect(problem.length).toBeLessThan(600);
  });
});

test("time is in proportion to the length: each key is not compared with all others", () => {
  const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${i}: 1`).join("\n");
  const took = (count: number) => {
    const text = keys(count);
    const began = performance.now();
    expect(readYaml(text).ok).toBe(true);
    return performance.now() - began;
  };
  took(4_000);
  const [short, long] = [Math.min(took(4_000), took(4_000)), Math.min(took(32_000), took(32_000))];
  // Eight times as much: 8 in proportion, 64 with comparisons of all with all.
  expect(long / short).toBeLessThan(32);
});

test("keys that objects have by birth are keys like any other, and change no other object", () => {
  const read = readYaml("__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\ntoString: 5");
  expect(read.ok && Object.keys(read.value as object)).toEqual(["__proto__", "constructor", "toString"]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test("what is well keeps its lines", () => {
  const read = readYaml("a: &x { b: 1 }\nc: *x\n# more\nd:\n  - e\n");
  expect(read).toMatchObject({ ok: true, value: { a: { b: 1 }, c: { b: 1 }, d: ["e"] } });
  expect(read.ok && [read.lineOf(["a", "b"]), read.lineOf(["d", 0]), read.lineOf(["z"])]).toEqual([1, 5, undefined]);
});
