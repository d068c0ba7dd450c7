import { describe, expect, test } from "vitest";
import { evidenceTexts } from "../../../../src/incident/diagnosis/evidence-texts.ts";
import { pointingAt, toldOnce } from "../../../../src/incident/diagnosis/told-once.ts";
import { clean } from "../../../support/incident-view.ts";

const noNode = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available";
const refused =
  'Liveness probe failed: Get "http://10.0.0.9:9090/healthz": dial tcp 10.0.0.9:9090: connect: connection refused';

describe("a message is shown once", () => {
  test.each([
    {
      name: "a pod's status and its event",
      first: `Pod web-1: phase Pending, not ready; unschedulable: ${noNode}`,
      next: `Warning FailedScheduling Pod web-1 (2 times): ${noNode}`,
      want: "Warning FailedScheduling Pod web-1 (2 times): as in E1",
    },
    {
      name: "the event first; what the status says behind it stays",
      first: `Warning Failed Pod web-1: ${noNode}`,
      next: `Pod web-1: phase Pending; unschedulable: ${noNode}; container web waiting, 2 restarts`,
      want: "Pod web-1: phase Pending; unschedulable: as in E1; container web waiting, 2 restarts",
    },
    {
      name: "in the middle of a sentence",
      first: `The probe kills a container that works: ${refused}. It came with a rollout.`,
      next: `Warning Unhealthy Pod web-1: ${refused}`,
      want: "Warning Unhealthy Pod web-1: as in E1",
    },
    {
      name: "a text that was cut, of one that was not",
      first: `Warning Failed: ${noNode}`,
      next: `Pod web-1: ${noNode.slice(0, 60)}…`,
      want: "Pod web-1: as in E1…",
    },
    {
      name: "another ending is another message",
      first: `call failed: connect ECONNREFUSED 10.0.0.9:80 for path /carts/u7`,
      next: `call failed: connect ECONNREFUSED 10.0.0.9:80 for path /carts/u22`,
      want: `call failed: connect ECONNREFUSED 10.0.0.9:80 for path /carts/u22`,
    },
    {
      name: "a short one is told again",
      first: "Pod web-1: probe failed with status 503",
      next: "Warning Unhealthy Pod web-1: probe failed with status 503",
      want: "Warning Unhealthy Pod web-1: probe failed with status 503",
    },
  ])("$name", ({ first, next, want }) => expect(toldOnce([{ name: "E1", text: first }, { text: next }])[1]).toBe(want));

  test("what has no name stands above", () => {
    expect(pointingAt(`Warning Unhealthy: ${refused}`, [{ text: `It fails: ${refused}` }])).toBe(
      "Warning Unhealthy: as above",
    );
  });

  test("a text of a thousand clauses costs no more than it is worth", () => {
    const long = "a, b; c: (d) ".repeat(20_000);
    expect(toldOnce(Array.from({ length: 20 }, () => ({ text: long })))).toHaveLength(20);
  });
});

test("evidence beside its time tells neither the time nor a message again", () => {
  const at = Date.UTC(2026, 10, 20, 23, 3, 44);
  const items = [
    { id: "E1", at, text: clean(`2026-11-20 23:03:44 UTC: Warning Unhealthy Pod web-1: ${refused}`) },
    { id: "E2", at: at + 1_000, text: clean(`2026-11-20 23:03:44 UTC: probe: ${refused}`) },
  ];
  expect(evidenceTexts(items)).toEqual([
    `Warning Unhealthy Pod web-1: ${refused}`,
    // The time of another moment is no repetition.
    "2026-11-20 23:03:44 UTC: probe: as in E1",
  ]);
});
