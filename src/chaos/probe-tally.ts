import type { Probe, ProbeAnswer } from "./probe.ts";
import type { RunResult } from "./result.ts";

/** What each probe came to while the fault was there. */
export interface ProbeTally {
  add(answer: ProbeAnswer): void;
  rows(): RunResult["probes"]["during"];
  /** What breaks the hypothesis, in words: what had to hold and did not, and what was to change and did not. */
  broken(): readonly string[];
}

/**
 * Counts only the probes it is given; an answer of another one is passed over. Kept as one row a probe, however often
 * it is asked.
 */
export function createProbeTally(probes: readonly Probe[]): ProbeTally {
  const tallies = new Map(
    probes.map(({ name, during }) => [name, { probe: name, mode: during, asked: 0, failed: 0, seen: 0, detail: "" }]),
  );
  return {
    add(answer) {
      const row = tallies.get(answer.probe);
      if (!row) return;
      row.asked++;
      if (answer.holds) return;
      row.failed++;
      row.detail = answer.detail;
      // What could not be asked was not seen to fail.
      if (!answer.blind) row.seen++;
    },
    rows: () => [...tallies.values()].map(({ probe, asked, failed, detail }) => ({ probe, asked, failed, detail })),
    broken: () =>
      [...tallies.values()].flatMap(({ probe, mode, asked, failed, seen, detail }) => {
        if (mode === "holds" && failed > 0) return [`${probe} failed ${failed} of ${asked} times (${detail})`];
        if (mode === "breaks" && seen === 0)
          return [`${probe}: this was to change while the fault was there, and did not`];
        return [];
      }),
  };
}
