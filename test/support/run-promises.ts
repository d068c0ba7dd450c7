/**
 * `npm run promises [-- A1 D3 ...] [--json FILE] [--record] [--reduced]`: every promise with the numbers that were promised,
 * and a table of what came of it; `--record` writes it into docs/promises.md. Takes long; `npm test` runs the same tests
 * with smaller numbers.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import type { PromiseFigure } from "./promise-figure.ts";
import { isPromiseId, type PromiseId, promiseList } from "./promise-list.ts";
import { promisePage, type RecordedFigures } from "./promise-page.ts";
import { type PromiseRow, type PromiseTest, promiseRows, promiseTable } from "./promise-table.ts";
import { readOptions } from "./read-options.ts";

const root = join(import.meta.dirname, "../..");
const figuresPath = join(root, "test/promises/figures.json");
const pagePath = join(root, "docs/promises.md");

/** The part of vitest's JSON report that is read here. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      status: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

const idOfFile = (path: string): string => basename(path).split("-")[0] ?? "";
const firstLine = (text: string | undefined): string => (text ?? "").trim().split("\n")[0]?.slice(0, 300) ?? "";

function testsIn({ testResults }: z.infer<typeof report>): PromiseTest[] {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const id = idOfFile(name);
    if (!isPromiseId(id)) return [];
    const tests = assertionResults.map((test): PromiseTest => {
      const known = test.status === "passed" || test.status === "failed" ? test.status : "skipped";
      const why = firstLine(test.failureMessages?.[0]);
      return { id, title: test.fullName.trim(), status: known, ...(why ? { why } : {}) };
    });
    // A file that does not load has no tests of its own to fail.
    if (status !== "failed" || tests.some((test) => test.status === "failed")) return tests;
    return [...tests, { id, title: basename(name), status: "failed", why: firstLine(message) }];
  });
}

/** How long the files of each promise took (s). */
function secondsIn({ testResults }: z.infer<typeof report>): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (const { name, startTime, endTime } of testResults) {
    const id = idOfFile(name);
    seconds.set(id, (seconds.get(id) ?? 0) + (endTime - startTime) / 1_000);
  }
  return seconds;
}

/** Puts the rows into the record, and the record into the page. What did not run keeps what was measured last. */
function record(rows: readonly PromiseRow[], seconds: ReadonlyMap<string, number>): void {
  const known = JSON.parse(readFileSync(figuresPath, "utf8")) as RecordedFigures;
  const on = new Date().toISOString().slice(0, 10);
  const fresh = rows
    .filter(({ result }) => result === "kept" || result === "broken")
    .map(({ id, told, result }) => [
      id,
      {
        n: told.map(({ n }) => n),
        figure: told.map(({ figure }) => figure),
        result,
        seconds: Math.ceil(seconds.get(id) ?? 0),
        on,
      },
    ]);
  const figures = { ...known, ...Object.fromEntries(fresh) } as RecordedFigures;
  writeFileSync(figuresPath, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(pagePath, promisePage(figures));
}

function figuresIn(file: string): PromiseFigure[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as PromiseFigure);
  } catch {
    // No test has reported a figure: the table counts tests instead.
    return [];
  }
}

const usage = `npm run promises -- [promise ...] [--reduced] [--record] [--json <file>]

Runs what must never happen, with the promised numbers (docs/promises.md), one file at a time; all of it takes half an hour and more.

  --reduced  with the numbers of npm test
  --record   write the figures down in docs/promises.md
  --json     the table as JSON as well

Promises: ${Object.keys(promiseList).join(" ")}`;

function main(): number {
  const { values, positionals } = readOptions(usage, {
    json: { type: "string" },
    record: { type: "boolean", default: false },
    reduced: { type: "boolean", default: false },
  });
  if (values.record && values.reduced) {
    console.error("--record is for the promised numbers; leave out --reduced.");
    return 2;
  }
  const unknown = positionals.filter((id) => !isPromiseId(id));
  if (unknown.length > 0) {
    console.error(`There is no promise ${unknown.join(", ")}. Choose from: ${Object.keys(promiseList).join(", ")}.`);
    return 2;
  }
  const every = Object.keys(promiseList).filter(isPromiseId);
  const ids: readonly PromiseId[] = positionals.length > 0 ? every.filter((id) => positionals.includes(id)) : every;
  const folder = mkdtempSync(join(tmpdir(), "kubemend-promises-"));
  const [results, figures] = [join(folder, "report.json"), join(folder, "figures.ndjson")];
  try {
    // One file at a time: a figure is worth nothing when another test had the machine meanwhile.
    const { status } = spawnSync(
      join(root, "node_modules/.bin/vitest"),
      [
        ...["run", "--no-file-parallelism", "--passWithNoTests"],
        ...["--reporter=default", "--reporter=json", `--outputFile.json=${results}`],
        ...ids.map((id) => `test/promises/${id}-`),
      ],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
          ...process.env,
          ...(values.reduced ? {} : { KUBEMEND_PROMISES: "full" }),
          KUBEMEND_PROMISE_FIGURES: figures,
          FORCE_COLOR: "0",
        },
      },
    );
    if (!existsSync(results)) {
      console.error("The tests were stopped before they were done; nothing was measured.");
      return 1;
    }
    const told = report.parse(JSON.parse(readFileSync(results, "utf8")));
    const rows = promiseRows(ids, testsIn(told), figuresIn(figures));
    console.log(`\n${promiseTable(rows)}`);
    const count = (result: string) => rows.filter((row) => row.result === result).length;
    const counts = ["kept", "broken", "skipped", "missing"].map((result) => `${count(result)} ${result}`).join(", ");
    console.log(`\n${values.reduced ? "With the numbers of npm test: " : ""}${counts}`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ reduced: values.reduced, rows }, null, 2)}\n`);
    if (values.record) record(rows, secondsIn(told));
    return status === 0 && count("broken") === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
