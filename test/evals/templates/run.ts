import { parseArgs } from "node:util";
import { groupingAccuracy, rightLines } from "../../unit/detection/logs/templates/grouping-accuracy.ts";
import { atLeast, type Figure, finish } from "../result.ts";
import { agreementOf, type Reader, readerOf } from "./readings.ts";
import { idsOf, interleaved, labelOf, mean, PARTS, type Row, readSources } from "./statements.ts";

/** Goal of the project for real logs. */
const GOAL = 0.9;
const placeOf = ({ source, place }: Row) => `${source} ${place}`;
const accuracy = (rows: readonly Row[], ids: readonly number[], by: (row: Row) => string) =>
  groupingAccuracy(rows.map(by), ids);

/** Share of lines whose template holds no line of another label: what is missing to 1 is mixed, the rest of the error is split. */
function purity(rows: readonly Row[], ids: readonly number[]): number {
  const labels = new Map<number | undefined, Set<string>>();
  for (const [i, row] of rows.entries()) {
    const found = labels.get(ids[i]) ?? new Set();
    labels.set(ids[i], found.add(labelOf(row)));
  }
  return ids.filter((id) => labels.get(id)?.size === 1).length / rows.length;
}

/** The labels that are split over templates and the templates that mix labels, the largest first. */
function printErrors(rows: readonly Row[], ids: readonly number[], limit: number): void {
  const found: { size: number; text: string }[] = [];
  const show = (at: readonly number[]) =>
    at.map((i) => `    ${ids[i]} ${rows[i]?.place}\t${rows[i]?.line.slice(0, 260)}`);
  for (const [label, at] of Map.groupBy(rows.keys(), (i) => rows[i]?.label)) {
    const firsts = [...Map.groupBy(at, (i) => ids[i]).values()].map((group) => group[0] ?? 0);
    if (firsts.length > 1)
      found.push({
        size: at.length,
        text: [`  SPLIT ${label}: ${at.length} lines, ${firsts.length} templates`, ...show(firsts.slice(0, 5))].join(
          "\n",
        ),
      });
  }
  for (const [id, at] of Map.groupBy(rows.keys(), (i) => ids[i])) {
    const firsts = [...Map.groupBy(at, (i) => rows[i]?.label).values()].map((group) => group[0] ?? 0);
    if (firsts.length > 1)
      found.push({
        size: at.length,
        text: [`  MIXED ${id}: ${at.length} lines, ${firsts.length} labels`, ...show(firsts.slice(0, 5))].join("\n"),
      });
  }
  for (const { text } of found.toSorted((a, b) => b.size - a.size).slice(0, limit)) console.log(text);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { errors: { type: "string", default: "0" }, by: { type: "string", default: "statement" } },
});

/** What the readers of a source say, and its statements; lines that a reader has no template for are not counted. */
interface Read {
  readonly ids: number[];
  readonly labels: string[];
  readonly statements: string[];
}

/** The lines that were read, with the labels of their readers. */
function readOf(rows: readonly Row[], ids: readonly number[], readers: ReadonlyMap<string, Reader>): Read {
  const read: Read = { ids: [], labels: [], statements: [] };
  for (const [i, row] of rows.entries()) {
    const { source, line } = row;
    const label = readers.get(source)?.(line);
    if (label === undefined) continue;
    read.ids.push(ids[i] ?? 0);
    read.labels.push(`${source} ${label}`);
    read.statements.push(labelOf(row));
  }
  return read;
}

/** Share of lines that are right by one labelling at least: where the two contradict each other, no miner can be right by both. */
function byEither({ ids, labels, statements }: Read): number | undefined {
  if (labels.length === 0) return undefined;
  const [one, other] = [rightLines(labels, ids), rightLines(statements, ids)];
  return one.filter((isRight, i) => isRight || other[i]).length / labels.length;
}

/** Of the lines that both labellings group alike, the share that is right: what these lines are is beyond doubt. */
function byBoth({ ids, labels, statements }: Read): number | undefined {
  const alike = rightLines(labels, statements);
  const right = rightLines(labels, ids).filter((isRight, i) => isRight && alike[i]);
  const size = alike.filter(Boolean).length;
  return size === 0 ? undefined : right.length / size;
}

const byReading = ({ ids, labels }: Read) => (labels.length === 0 ? undefined : groupingAccuracy(labels, ids));
const shown = (value: number | undefined) => value?.toFixed(3) ?? "";
const known = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined);

const figures: Figure[] = [];
console.log(
  "| source | lines | labels | templates | by statement | unmixed | by place | by reading | by either | where both agree | two readers agree |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const part of PARTS) {
  const sources = readSources(part).filter(
    ([row]) => positionals.length === 0 || positionals.includes(row?.source ?? ""),
  );
  if (sources.length === 0) continue;
  const names = sources.map(([row]) => row?.source ?? "");
  const readers = new Map(
    names.flatMap((name) => {
      const reader = readerOf(name);
      return reader === undefined ? [] : [[name, reader] as const];
    }),
  );
  const each: number[] = [];
  const eachRead: (number | undefined)[] = [];
  const eachEither: (number | undefined)[] = [];
  const eachBoth: (number | undefined)[] = [];
  const agreements = sources.map((rows) =>
    agreementOf(
      rows[0]?.source ?? "",
      rows.map(({ line }) => line),
    ),
  );
  for (const [at, rows] of [...sources, interleaved(sources)].entries()) {
    const ids = idsOf(rows);
    const isAll = at === sources.length;
    const value = accuracy(rows, ids, labelOf);
    const read = readOf(rows, ids, readers);
    const reading = byReading(read);
    const either = byEither(read);
    const both = byBoth(read);
    each.push(value);
    eachRead.push(reading);
    eachEither.push(either);
    eachBoth.push(both);
    const cells = [
      isAll ? `${part}: all in one stream` : names[at],
      rows.length,
      new Set(rows.map(labelOf)).size,
      new Set(ids).size,
      shown(value),
      shown(purity(rows, ids)),
      shown(accuracy(rows, ids, placeOf)),
      shown(reading),
      shown(either),
      shown(both),
      shown(agreements[at]),
    ];
    console.log(`| ${cells.join(" | ")} |`);
    if (isAll || part !== "development") continue;
    const reader = readers.get(names[at] ?? "");
    const judged =
      values.by === "reading" ? rows.map((row) => ({ ...row, label: reader?.(row.line) ?? "unread" })) : rows;
    printErrors(judged, ids, Number(values.errors));
  }
  const stream = each.pop() ?? 0;
  const streamRead = eachRead.pop();
  eachEither.pop();
  eachBoth.pop();
  const meanRead = known(eachRead).length === 0 ? undefined : mean(known(eachRead));
  const meanEither = known(eachEither).length === 0 ? undefined : mean(known(eachEither));
  const meanBoth = known(eachBoth).length === 0 ? undefined : mean(known(eachBoth));
  const agreed = known(agreements).length === 0 ? undefined : mean(known(agreements));
  console.log(
    `| ${part}: mean | | | | ${shown(mean(each))} | | | ${shown(meanRead)} (${known(eachRead).length} read) | ${shown(meanEither)} | ${shown(meanBoth)} | ${shown(agreed)} |`,
  );
  figures.push(
    atLeast(`${part} sources, mean accuracy by statement`, mean(each), GOAL),
    atLeast(`${part} sources in one stream, by statement`, stream, GOAL),
  );
  if (meanRead !== undefined) figures.push(atLeast(`${part} sources, mean accuracy by reading`, meanRead, GOAL));
  if (meanBoth !== undefined)
    figures.push(atLeast(`${part} sources, lines that both labellings group alike`, meanBoth, GOAL));
  if (streamRead !== undefined) figures.push(atLeast(`${part} sources in one stream, by reading`, streamRead, GOAL));
}
await finish({ figures });
