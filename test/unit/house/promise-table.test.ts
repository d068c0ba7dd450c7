import { expect, test } from "vitest";
import { promiseRows, promiseTable } from "../../support/promise-table.ts";

const passed = { id: "A1", title: "applied once", status: "passed" } as const;

test.each([
  { name: "a promise is kept when every test of it ran and passed", tests: [passed], want: "kept" },
  { name: "one failed test breaks it", tests: [passed, { ...passed, status: "failed" as const }], want: "broken" },
  {
    name: "one that did not run is not called kept",
    tests: [passed, { ...passed, status: "skipped" as const }],
    want: "skipped",
  },
  { name: "no test at all is told", tests: [], want: "missing" },
  { name: "tests of another promise do not count", tests: [{ ...passed, id: "A2" as const }], want: "missing" },
])("$name", ({ tests, want }) => {
  const [row] = promiseRows(["A1"], tests, []);
  expect(row?.result).toBe(want);
  expect(row?.why.length === 0).toBe(want === "kept");
});

test("the table says what was measured, and why something did not hold", () => {
  const rows = promiseRows(
    ["A1", "A2"],
    [passed, { id: "A2", title: "mutations", status: "failed", why: "expected 0 to be 1" }],
    [
      { id: "A1", n: "100 plans", figure: "1 execution each" },
      { id: "A1", n: "2 plans", figure: "in turn" },
    ],
  );
  expect(promiseTable(rows)).toContain(
    "| A1 | A fix is applied exactly once | 100 plans; 2 plans | 1 execution each; in turn | kept |",
  );
  expect(promiseTable(rows)).toContain("A2 failed: mutations: expected 0 to be 1");
});
