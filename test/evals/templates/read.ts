import { matcher, readingOf, sentenceOf } from "./readings.ts";
import { PARTS, type Row, readSources } from "./statements.ts";

// Helps who writes a reading down. It shows the text alone: neither where a line was written nor how it was labelled or mined.
const usage = `usage: node test/evals/templates/read.ts lines <source> [header]   sentences that differ in more than digits, and how many there are
       node test/evals/templates/read.ts check <source> [reader]   lines without a template, templates without lines`;

const rough = (sentence: string) =>
  sentence
    .replace(/\b[0-9a-f]{8,}\b/gi, "#")
    .replace(/\d+/g, "0")
    .slice(0, 160);

function showLines(rows: readonly Row[], header: string): void {
  const reading = { header: new RegExp(header === "" ? "^(?!)" : header), templates: [] };
  const shapes = Map.groupBy(rows, ({ line }) => rough(sentenceOf(line, reading)));
  for (const [, found] of [...shapes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${found.length}\t${sentenceOf(found[0]?.line ?? "", reading).slice(0, 300)}`);
  console.error(`${rows.length} lines, ${shapes.size} shapes`);
}

function check(rows: readonly Row[], source: string, reader: string): void {
  const reading = readingOf(source, reader);
  if (reading === undefined) throw new Error(`nobody has read ${source}${reader} yet`);
  const find = matcher(reading);
  const found = rows.map(({ line }) => find(line));
  const missing = rows.filter((_, i) => found[i] === undefined);
  for (const { line } of missing.slice(0, 60)) console.log(`NO TEMPLATE\t${sentenceOf(line, reading).slice(0, 300)}`);
  const used = new Set(found);
  for (const template of reading.templates) if (!used.has(template)) console.log(`NO LINE\t${template}`);
  for (const [template, same] of Map.groupBy(reading.templates, (one) => one))
    if (same.length > 1) console.log(`TWICE\t${template}`);
  console.log(`${rows.length} lines, ${missing.length} without a template, ${used.size} templates`);
}

const [command, source = "", option = ""] = process.argv.slice(2);
const rows = PARTS.flatMap((part) => readSources(part))
  .filter(([row]) => row?.source === source)
  .flat();
if (rows.length === 0 || (command !== "lines" && command !== "check")) {
  console.error(usage);
  process.exitCode = 2;
} else if (command === "lines") showLines(rows, option);
else check(rows, source, option);
