import { describe, expect, test } from "vitest";
import { severities, worse } from "../../../src/incident/severity.ts";
import {
  advance,
  type IncidentStatus,
  type StatusChange,
  statusesAllowing,
  unresolvedStatuses,
} from "../../../src/incident/status.ts";

test("of two severities the worse one is the same, whichever is named first", () => {
  for (const [i, a] of severities.entries())
    for (const [j, b] of severities.entries()) expect(worse(a, b)).toBe(severities[Math.min(i, j)]);
});

describe("an incident's status", () => {
  const allowed: Readonly<Record<StatusChange, Partial<Record<IncidentStatus, IncidentStatus>>>> = {
    acknowledge: { open: "acknowledged", mitigating: "acknowledged", reopened: "acknowledged" },
    "start-mitigation": { open: "mitigating", acknowledged: "mitigating", reopened: "mitigating" },
    resolve: { open: "resolved", acknowledged: "resolved", mitigating: "resolved", reopened: "resolved" },
    recur: { resolved: "reopened" },
    absorb: { open: "resolved" },
  };
  const all: readonly IncidentStatus[] = [...unresolvedStatuses, "resolved"];

  test.each(
    Object.entries(allowed) as [StatusChange, Partial<Record<IncidentStatus, IncidentStatus>>][],
  )("%s leads where its table says, and is refused with a reason from everywhere else", (change, to) => {
    for (const status of all) {
      const reached = to[status];
      expect(advance(status, change)).toEqual(
        reached ? { ok: true, status: reached } : { ok: false, reason: `cannot-${change}-when-${status}` },
      );
    }
    expect([...statusesAllowing(change)].toSorted()).toEqual(Object.keys(to).toSorted());
  });
});
