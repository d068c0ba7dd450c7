import { parseArgs } from "node:util";
import { groupingAccuracy } from "../../unit/detection/logs/templates/grouping-accuracy.ts";
import { atLeast, type Figure, finish } from "../result.ts";
import { idsOf, interleaved, labelOf, mean, type Row, readSources } from "./statements.ts";

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
  options: { errors: { type: "string", default: "0" } },
});

const figures: Figure[] = [];
console.log("| source | lines | labels | templates | accuracy | unmixed | by place |");
console.log("|---|---|---|---|---|---|---|");
for (const part of ["development", "held-out"]) {
  const sources = readSources(part).filter(
    ([row]) => positionals.length === 0 || positionals.includes(row?.source ?? ""),
  );
  if (sources.length === 0) continue;
  const each: number[] = [];
  for (const rows of [...sources, interleaved(sources)]) {
    const ids = idsOf(rows);
    const mixed = each.length === sources.length;
    const value = accuracy(rows, ids, labelOf);
    each.push(value);
    const name = mixed ? `${part}: all in one stream` : (rows[0]?.source ?? "");
    const cells = [
      rows.length,
      new Set(rows.map(labelOf)).size,
      new Set(ids).size,
      value.toFixed(3),
      purity(rows, ids).toFixed(3),
      accuracy(rows, ids, placeOf).toFixed(3),
    ];
    console.log(`| ${[name, ...cells].join(" | ")} |`);
    if (!mixed) printErrors(rows, ids, Number(values.errors));
  }
  const stream = each.pop() ?? 0;
  console.log(`| ${part}: mean | | | | ${mean(each).toFixed(3)} | | |`);
  figures.push(
    atLeast(`${part} sources, mean accuracy`, mean(each), GOAL),
    atLeast(`${part} sources in one stream`, stream, GOAL),
  );
}
await finish({ figures });
