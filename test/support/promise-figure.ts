import { appendFileSync } from "node:fs";
import type { PromiseId } from "./promise-list.ts";

/** True in `npm run promises`: the numbers that were promised instead of the smaller ones of `npm test`. */
export const full = process.env["KUBEMEND_PROMISES"] === "full";

/** The promised number in `npm run promises`, a smaller one of the same test in `npm test`. */
export function promised<T>(inFull: T, reduced: T): T {
  return full ? inFull : reduced;
}

/** What one test of a promise measured, as the row of the table shows it. */
export interface PromiseFigure {
  readonly id: PromiseId;
  /** How many inputs or faults, in words: "1,000 approvals of each of 100 plans". */
  readonly n: string;
  /** What came of them: "1 execution each". */
  readonly figure: string;
}

/**
 * Reports a figure to `npm run promises`; does nothing in `npm test`. Call it after the last expectation, so that only
 * what held is reported. Many tests of one promise may each report.
 */
export function promiseFigure(id: PromiseId, n: string, figure: string): void {
  const file = process.env["KUBEMEND_PROMISE_FIGURES"];
  if (!file) return;
  const row: PromiseFigure = { id, n, figure };
  // One short line in append mode is written whole, also when several test processes write at once.
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** 12,345 */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
