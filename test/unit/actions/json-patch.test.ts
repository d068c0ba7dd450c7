import { describe, expect, test } from "vitest";
import { applyJsonPatch, jsonPatchBetween } from "../../../src/actions/change/json-patch.ts";
import { type Plain, withValueAt } from "../../../src/actions/change/plain.ts";
import { strategicPatch } from "../../../src/actions/change/strategic-patch.ts";

const containers = (...list: object[]) => ({ spec: { containers: list } });

describe("the difference of two objects, as a patch", () => {
  test.each([
    { name: "equal objects need none", before: { a: 1 }, after: { a: 1 }, paths: [] },
    {
      name: "a changed value is tested, then replaced",
      before: { a: 1 },
      after: { a: 2 },
      paths: ["test /a", "replace /a"],
    },
    { name: "a new map is added whole", before: {}, after: { a: { b: 1 } }, paths: ["add /a"] },
    { name: "a removed key is tested, then removed", before: { a: 1 }, after: {}, paths: ["test /a", "remove /a"] },
    {
      name: "keys are escaped",
      before: { "a/b~c": 1 },
      after: { "a/b~c": 2 },
      paths: ["test /a~1b~0c", "replace /a~1b~0c"],
    },
    {
      name: "a value in a list of named items: the item's name is tested too",
      before: containers({ name: "a", image: "x" }, { name: "b", image: "y" }),
      after: containers({ name: "a", image: "x" }, { name: "b", image: "z" }),
      paths: ["test /spec/containers/1/name", "test /spec/containers/1/image", "replace /spec/containers/1/image"],
    },
    {
      name: "a list with other names is replaced as a whole",
      before: containers({ name: "a" }),
      after: containers({ name: "a" }, { name: "b" }),
      paths: ["test /spec/containers", "replace /spec/containers"],
    },
    {
      name: "a list without names is replaced as a whole",
      before: { args: ["a", "b"] },
      after: { args: ["a", "c"] },
      paths: ["test /args", "replace /args"],
    },
    { name: "null is a value", before: { a: null }, after: { a: 1 }, paths: ["test /a", "replace /a"] },
    { name: "undefined is absence", before: { a: undefined }, after: { a: 1 }, paths: ["add /a"] },
    { name: "a map that becomes a list", before: { a: { b: 1 } }, after: { a: [1] }, paths: ["test /a", "replace /a"] },
  ])("$name", ({ before, after, paths }) => {
    const ops = jsonPatchBetween(before, after);
    expect(ops.map((op) => `${op.op} ${op.path}`)).toEqual(paths);
    expect(applyJsonPatch(before, ops)).toEqual({ ok: true, value: JSON.parse(JSON.stringify(after)) });
  });

  test("applied to something else that differs only elsewhere, it makes the same change", () => {
    const ops = jsonPatchBetween({ a: 1, b: 1 }, { a: 2, b: 1 });
    expect(applyJsonPatch({ a: 1, b: 7 }, ops)).toEqual({ ok: true, value: { a: 2, b: 7 } });
  });

  test.each([
    { name: "a value somebody has changed", document: { a: 3 } },
    { name: "a value somebody has removed", document: {} },
    { name: "a map that is none any more", document: { a: 1, m: 1 } },
  ])("$name is refused, with its place", ({ document }) => {
    const ops = jsonPatchBetween({ a: 1, m: { k: 1 } }, { a: 2, m: { k: 2 } });
    expect(applyJsonPatch(document, ops)).toMatchObject({ ok: false, path: expect.stringMatching(/^\/(a|m\/k)$/) });
  });

  test("a key that somebody else has added meanwhile is not overwritten", () => {
    expect(applyJsonPatch({ a: "theirs" }, jsonPatchBetween({}, { a: "ours" }))).toEqual({ ok: false, path: "/a" });
  });

  test("a document cannot be reached around its own keys", () => {
    const ops = [{ op: "add", path: "/__proto__/polluted", value: true }] as const;
    applyJsonPatch({ a: 1 }, ops);
    expect({}).not.toHaveProperty("polluted");
  });

  test("300 random pairs: the patch leads there, and turned around back again", () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * below);
    };
    const value = (depth: number): unknown => {
      const kind = random(depth > 0 ? 6 : 3);
      if (kind === 0) return random(3);
      if (kind === 1) return `s${random(3)}`;
      if (kind === 2) return random(2) === 0;
      if (kind === 3) return Array.from({ length: random(3) }, () => ({ name: `n${random(2)}`, v: value(depth - 1) }));
      if (kind === 4) return Array.from({ length: random(3) }, () => value(0));
      return Object.fromEntries(Array.from({ length: random(4) }, () => [`k${random(3)}`, value(depth - 1)]));
    };
    for (let round = 0; round < 300; round++) {
      const [before, after] = [value(3), value(3)];
      expect(applyJsonPatch(before, jsonPatchBetween(before, after))).toEqual({ ok: true, value: after });
      expect(applyJsonPatch(after, jsonPatchBetween(after, before))).toEqual({ ok: true, value: before });
    }
  });
});

describe.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("a ConfigMap may have the key %s", (key) => {
  const without = { kind: "ConfigMap", data: { pool: "10" } };
  const withKey = JSON.parse(`{"kind":"ConfigMap","data":{"pool":"10",${JSON.stringify(key)}:"x"}}`) as object;

  test("which comes and goes like any other", () => {
    const ops = jsonPatchBetween(without, withKey);
    expect(ops).toEqual([{ op: "add", path: `/data/${key}`, value: "x" }]);
    expect(JSON.stringify(applyJsonPatch(without, ops))).toBe(JSON.stringify({ ok: true, value: withKey }));
    const back = jsonPatchBetween(withKey, without);
    expect(JSON.stringify(applyJsonPatch(withKey, back))).toBe(JSON.stringify({ ok: true, value: without }));
  });

  test("and which stands in a patch to commit", () => {
    expect(JSON.stringify(strategicPatch(without, withKey as Plain))).toBe(`{"data":{${JSON.stringify(key)}:"x"}}`);
    expect(JSON.stringify(withValueAt(without, ["data", key], "x"))).toBe(JSON.stringify(withKey));
  });
});
