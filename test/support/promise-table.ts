import type { PromiseFigure } from "./promise-figure.ts";
import { type PromiseId, promiseList } from "./promise-list.ts";

/** One test as vitest's JSON report tells it. */
export interface PromiseTest {
  readonly id: PromiseId;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
  /** First line of what went wrong. */
  readonly why?: string;
}

export interface PromiseRow {
  readonly id: PromiseId;
  readonly promise: string;
  readonly n: string;
  readonly figure: string;
  /** The figures one by one; empty when no test has told one. */
  readonly told: readonly PromiseFigure[];
  /** `skipped`: a part of its tests, or all of them, did not run, and `why` says which. `missing`: there is no test. */
  readonly result: "kept" | "broken" | "skipped" | "missing";
  readonly why: readonly string[];
}

/** One row for each promise asked for. Broken when any of its tests failed, kept only when every one ran and passed. */
export function promiseRows(
  ids: readonly PromiseId[],
  tests: readonly PromiseTest[],
  figures: readonly PromiseFigure[],
): PromiseRow[] {
  return ids.map((id) => {
    const own = tests.filter((test) => test.id === id);
    const told = figures.filter((figure) => figure.id === id);
    const failed = own.filter(({ status }) => status === "failed");
    const skipped = own.filter(({ status }) => status === "skipped");
    const result =
      own.length === 0 ? "missing" : failed.length > 0 ? "broken" : skipped.length > 0 ? "skipped" : "kept";
    const why =
      own.length === 0
        ? ["no test in test/promises"]
        : [...failed, ...skipped].map(
            ({ title, status, why: reason }) => `${status}: ${title}${reason ? `: ${reason}` : ""}`,
          );
    return {
      id,
      promise: promiseList[id],
      n: told.length > 0 ? told.map(({ n }) => n).join("; ") : `${own.length} tests`,
      figure:
        told.length > 0
          ? told.map(({ figure }) => figure).join("; ")
          : `${own.length - failed.length - skipped.length} passed`,
      told,
      result,
      why,
    };
  });
}

/** As Markdown, so that it can be pasted where people read it. Reasons follow the table. */
export function promiseTable(rows: readonly PromiseRow[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const lines = rows.map(
    ({ id, promise, n, figure, result }) => `| ${id} | ${cell(promise)} | ${cell(n)} | ${cell(figure)} | ${result} |`,
  );
  const reasons = rows.flatMap(({ id, why }) => why.map((text) => `${id} ${text}`));
  return [
    "| id | promise | N | figure | result |",
    "|---|---|---|---|---|",
    ...lines,
    ...(reasons.length > 0 ? ["", ...reasons] : []),
  ].join("\n");
}
