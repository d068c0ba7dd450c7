import { expect, test } from "vitest";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { lastLinesFinding } from "../../../src/rca/gather/logs.ts";

const textOf = (...lines: string[]) =>
  lastLinesFinding(makeRef("Pod", "shop", "orders-1"), makeRef("Deployment", "shop", "orders"), "app", lines, 0).text;
const head = "Last lines of container app in orders-1 before it ended:";

test("alike lines are told once, as the newest of them, with their number", () => {
  expect(
    textOf(
      "2026-11-20T22:10:01Z GET /items/7 200 in 11 ms",
      "2026-11-20T22:10:02Z GET /items/9 200 in 8 ms",
      "2026-11-20T22:10:03Z pool is exhausted",
      "2026-11-20T22:10:04Z GET /items/3 200 in 9 ms",
      "2026-11-20T22:10:05Z FATAL out of memory",
    ),
  ).toBe(
    [
      head,
      "2026-11-20T22:10:03Z pool is exhausted",
      "2026-11-20T22:10:04Z GET /items/3 200 in 9 ms (3 such lines)",
      "2026-11-20T22:10:05Z FATAL out of memory",
    ].join("\n"),
  );
});

test("lines that differ in a word all stand there, each cut to what is read", () => {
  const long = `panic: ${"x ".repeat(400)}`;
  const text = textOf("opening db", "opening cache", long);
  expect(text.split("\n")).toHaveLength(4);
  expect(text.length).toBeLessThan(head.length + 400);
});
