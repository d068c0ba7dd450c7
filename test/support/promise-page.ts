import { type PromiseId, promiseList } from "./promise-list.ts";
import type { PromiseRow } from "./promise-table.ts";

/** What the last run with the promised numbers measured. */
export interface RecordedFigure {
  readonly n: readonly string[];
  readonly figure: readonly string[];
  readonly result: PromiseRow["result"];
  /** How long the tests took (s). */
  readonly seconds: number;
  /** Day of the run, YYYY-MM-DD. */
  readonly on: string;
}

export type RecordedFigures = Partial<Readonly<Record<PromiseId, RecordedFigure>>>;

/** Of a promise with many figures the page shows this many; the run prints all. */
const mostShown = 4;

const intro = `# Promises

What must never happen, with its proof. Each promise has an id and a test, \`test/promises/<id>-*.test.ts\`; \`npm test\` runs all of them with
small numbers, and this runs one or more with the promised ones:

    npm run promises -- A1 D3

It runs one file after the other, prints what each measured, and takes hours for all. \`--json FILE\` keeps the result; \`--record\` writes it
down here (the figures are in \`test/promises/figures.json\`). PostgreSQL, processes, signals and HTTP are real in these tests; the cluster is
an emulated API server that is compared with transcripts of a real one. Figures of a machine with 2 cores that did other work as well.
`;

const cell = (text: string) => text.replaceAll("|", "\\|");

function listed(items: readonly string[]): string {
  const shown = items.slice(0, mostShown).join("; ");
  return items.length > mostShown ? `${shown}; and ${items.length - mostShown} more` : shown;
}

function took(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function line(id: PromiseId, recorded: RecordedFigure | undefined): string {
  if (!recorded) return `| ${id} | ${cell(promiseList[id])} | not measured yet | | |`;
  const { n, figure, result, seconds, on } = recorded;
  const came = result === "kept" ? listed([...new Set(figure)]) : `**${result}**`;
  return `| ${id} | ${cell(promiseList[id])} | ${cell(listed(n))} | ${cell(came)} | ${took(seconds)}, ${on} |`;
}

/** docs/promises.md: every promise, and what its last run with the promised numbers measured. */
export function promisePage(recorded: RecordedFigures): string {
  const ids = Object.keys(promiseList) as PromiseId[];
  return [
    intro,
    "| id | promise | measured with | what came of it | took, on |",
    "|---|---|---|---|---|",
    ...ids.map((id) => line(id, recorded[id])),
    "",
  ].join("\n");
}
