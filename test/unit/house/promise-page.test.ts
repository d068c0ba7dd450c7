import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promiseList } from "../../support/promise-list.ts";
import { promisePage, type RecordedFigures } from "../../support/promise-page.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const files = readdirSync(join(root, "test/promises"));
const idOf = (file: string) => file.split("-")[0] ?? "";

test("docs/promises.md says what was measured last", () => {
  expect(read("docs/promises.md")).toBe(promisePage(JSON.parse(read("test/promises/figures.json")) as RecordedFigures));
});

test("each promise has a test, and each test a promise", () => {
  const tests = files.filter((file) => file.endsWith(".test.ts"));
  expect([...new Set(tests.map(idOf))].toSorted()).toEqual(Object.keys(promiseList).toSorted());
});

test.each(Object.keys(promiseList))("%s tells what it measured", (id) => {
  const own = files
    .filter((file) => file.endsWith(".test.ts") && idOf(file) === id)
    .map((file) => read(`test/promises/${file}`));
  expect(own.some((text) => text.includes("promiseFigure("))).toBe(true);
});

test("a promise that does not hold is shown as broken, and many figures are cut", () => {
  const of = (result: "kept" | "broken") => ({
    n: ["a", "b", "c", "d", "e|f"],
    figure: ["one", "one"],
    result,
    seconds: 100,
    on: "2026-11-21",
  });
  const page = promisePage({ A1: of("kept"), A2: of("broken") });
  expect(page).toContain("| A1 | A fix is applied exactly once | a; b; c; d; and 1 more | one | 2 min, 2026-11-21 |");
  expect(page).toMatch(/\| A2 \|.*\*\*broken\*\*/);
  expect(page).toMatch(/\| A3 \|.*not measured yet/);
});
