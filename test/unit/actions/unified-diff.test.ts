import { describe, expect, test } from "vitest";
import { readableDiff } from "../../../src/actions/change/readable-diff.ts";
import { unifiedDiff } from "../../../src/actions/change/unified-diff.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join("");
const numbered = (count: number, change: Record<number, string> = {}) =>
  lines(...Array.from({ length: count }, (_, index) => change[index + 1] ?? `l${index + 1}`));

// Each `want` is what GNU diff -u prints below its two header lines.
describe("a unified diff", () => {
  test.each([
    { name: "equal texts have none", before: lines("a", "b"), after: lines("a", "b"), want: "" },
    {
      name: "one line in the middle",
      before: numbered(9),
      after: numbered(9, { 5: "new" }),
      want: "@@ -2,7 +2,7 @@\n l2\n l3\n l4\n-l5\n+new\n l6\n l7\n l8",
    },
    {
      name: "two changes far apart are two hunks",
      before: numbered(20),
      after: numbered(20, { 2: "x", 18: "y" }),
      want: "@@ -1,5 +1,5 @@\n l1\n-l2\n+x\n l3\n l4\n l5\n@@ -15,6 +15,6 @@\n l15\n l16\n l17\n-l18\n+y\n l19\n l20",
    },
    {
      name: "two changes close together are one hunk",
      before: numbered(9),
      after: numbered(9, { 3: "x", 7: "y" }),
      want: "@@ -1,9 +1,9 @@\n l1\n l2\n-l3\n+x\n l4\n l5\n l6\n-l7\n+y\n l8\n l9",
    },
    { name: "something out of nothing", before: "", after: lines("a", "b"), want: "@@ -0,0 +1,2 @@\n+a\n+b" },
    { name: "nothing out of something", before: lines("a"), after: "", want: "@@ -1,1 +0,0 @@\n-a" },
    {
      name: "an inserted line",
      before: lines("a", "b"),
      after: lines("a", "x", "b"),
      want: "@@ -1,2 +1,3 @@\n a\n+x\n b",
    },
  ])("$name", ({ before, after, want }) => {
    expect(unifiedDiff(before, after)).toBe(want);
  });
});

describe("what people see of a change", () => {
  const object = (more: object): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "c",
      namespace: "n",
      uid: "u",
      resourceVersion: "7",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    },
    status: { x: 1 },
    ...more,
  });

  test("neither status nor bookkeeping", () => {
    const diff = readableDiff(object({ data: { a: "1" } }), object({ data: { a: "2" }, status: { x: 2 } }));
    expect(diff).toContain('-  a: "1"\n+  a: "2"');
    expect(diff).not.toMatch(/status|resourceVersion|last-applied|uid/);
  });

  test("the values of a Secret are not shown", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "n", uid: "u" },
      data: { password: "aHVudGVyMg==" },
    };
    expect(readableDiff(secret, { ...secret, data: { password: "bmV3" } })).not.toMatch(/aHVudGVyMg|bmV3/);
  });

  test("a huge change is cut, and that is said", () => {
    const diff = readableDiff(
      object({ data: { a: "x\n".repeat(20_000) } }),
      object({ data: { a: "y\n".repeat(20_000) } }),
    );
    expect(diff.length).toBeLessThan(12_100);
    expect(diff).toMatch(/… \d+ more characters$/);
  });

  test("a token at the place where it is cut is left out as a whole: in half it would pass the redactor", () => {
    const token = `ghp_${"A1b2".repeat(9)}`;
    for (let shift = 0; shift < 3 * token.length; shift++) {
      const lines = "y ".repeat(5_880) + "z".repeat(shift);
      const diff = readableDiff(
        object({ data: { a: "x" } }),
        object({ data: { a: `${lines} ${token} end ${"q ".repeat(900)}` } }),
      );
      expect(diff.includes(token) || !diff.includes("ghp_")).toBe(true);
    }
  });
});
