import { describe, expect, test } from "vitest";
import { isGood, type Report, reportText } from "../../cluster/report.ts";
import type { FaultRow } from "../../cluster/run-fault.ts";
import { startChild } from "../../support/child.ts";

const mended: FaultRow = {
  fault: "a memory limit below what the program needs",
  seenIn: "state",
  detectedAfterSeconds: 14,
  cause: "memory-limit-too-low",
  causeRight: true,
  culprit: "Deployment carts",
  culpritRight: true,
  fixOffered: "patch-resources",
  fixApplied: "patch-resources",
  verdict: "recovered",
  recoveredAfterSeconds: 71,
  undo: "undone",
  falseIncidents: [],
};
const good: Report = {
  cluster: "v1.31.2",
  emulated: false,
  checks: [{ name: "K1", result: "holds", detail: "248 access reviews" }],
  faults: [mended],
  falseInQuietTime: [],
  quietMinutes: 10,
  skipped: [{ what: "node-down", why: "would stop a node" }],
};

test("the table has every figure of a fault in its row", () => {
  const text = reportText(good);
  const row = text.split("\n").find((line) => line.startsWith(mended.fault)) ?? "";
  for (const cell of [
    "14 s",
    "memory-limit-too-low (right)",
    "Deployment carts (right)",
    "recovered",
    "71 s",
    "undone",
  ])
    expect(row).toContain(cell);
  expect(text).toContain("ok    K1: 248 access reviews");
  expect(text).toContain("node-down: would stop a node");
  expect(text).toContain("All as it should be.");
});

describe("is not as it should be:", () => {
  test.each<{ what: string; report: Report }>([
    { what: "a check is broken", report: { ...good, checks: [{ name: "K2", result: "broken", detail: "" }] } },
    { what: "an incident in quiet time", report: { ...good, falseInQuietTime: ["carts is slow"] } },
    { what: "the wrong cause", report: { ...good, faults: [{ ...mended, causeRight: false }] } },
    { what: "the wrong culprit", report: { ...good, faults: [{ ...mended, culpritRight: false }] } },
    { what: "a fix that did not help", report: { ...good, faults: [{ ...mended, verdict: "not-recovered" }] } },
    { what: "a change that could not be taken back", report: { ...good, faults: [{ ...mended, undo: "not undone" }] } },
    { what: "a fault that nobody noticed", report: { ...good, faults: [{ ...mended, trouble: "not detected" }] } },
    {
      what: "an incident about something else",
      report: { ...good, faults: [{ ...mended, falseIncidents: ["load is slow"] }] },
    },
  ])("$what", ({ report }) => {
    expect(isGood(report)).toBe(false);
    expect(reportText(report)).toContain("Not all as it should be.");
  });
});

test("a check that could not be asked spoils nothing, but shows", () => {
  const report: Report = { ...good, checks: [{ name: "K2", result: "skipped", detail: "Kubernetes 1.29" }] };
  expect(isGood(report)).toBe(true);
  expect(reportText(report)).toContain("skip  K2: Kubernetes 1.29");
});

test("without a cluster it says so in one sentence, with the remedy, and ends with 2", async () => {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  await using child = startChild(new URL("../../cluster/main.ts", import.meta.url).pathname, [], {
    PATH,
    HOME,
    NODE_COMPILE_CACHE,
  });
  expect(await child.ended).toMatchObject({ code: 2 });
  expect(child.output().trim().split("\n")).toEqual([expect.stringContaining("set KUBECONFIG")]);
});
