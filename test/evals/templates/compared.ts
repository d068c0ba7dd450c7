import { groupingAccuracy } from "../../unit/detection/logs/templates/grouping-accuracy.ts";
import { type Figure, finish } from "../result.ts";
import { createDrain } from "./drain.ts";
import { matcher, type Reading, readingOf, sentenceOf } from "./readings.ts";
import { idsOf, labelOf, mean, PARTS, type Row, readSources } from "./statements.ts";

// What the figures of `templates` mean: how far a labelling of another kind agrees, and what Drain makes of the same lines.

/** The expressions that the literature masks before Drain reads a line: addresses, numbers in base 16 and 10, UUIDs. */
const COMMON_VALUES =
  /(?:\d+\.){3}\d+(?::\d+)?|\b0x[\da-fA-F]+\b|\b[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}\b|(?<!\w)[-+]?\d+(?:\.\d+)?(?!\w)/g;
const THRESHOLDS = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
const DEFAULT = 0.4;

type Labels = readonly string[];

const drained = (lines: Labels, similarity: number): Labels => {
  const drain = createDrain({ similarity });
  return lines.map((line) => String(drain(line)));
};

function best(labels: Labels, lines: Labels): number {
  return Math.max(...THRESHOLDS.map((similarity) => groupingAccuracy(labels, drained(lines, similarity))));
}

/** Accuracies of one source against `labels`, in the order of `columns`. */
function accuracies(rows: readonly Row[], reading: Reading, labels: Labels, other: Labels): number[] {
  const raw = rows.map(({ line }) => line);
  const headless = raw.map((line) => sentenceOf(line, reading).replace(COMMON_VALUES, "<*>"));
  return [
    groupingAccuracy(labels, other),
    groupingAccuracy(labels, drained(raw, DEFAULT)),
    groupingAccuracy(labels, drained(headless, DEFAULT)),
    best(labels, headless),
    groupingAccuracy(labels, idsOf(rows).map(String)),
  ];
}

const columns = [
  "the other labelling",
  `Drain, lines as they are, threshold ${DEFAULT}`,
  `Drain, headers cut and values masked by hand, threshold ${DEFAULT}`,
  "Drain, so prepared, best threshold for each source",
  "kubemend",
];

const figures: Figure[] = [];
for (const part of PARTS) {
  const byStatement: number[][] = [];
  const byReading: number[][] = [];
  for (const rows of readSources(part)) {
    const reading = readingOf(rows[0]?.source ?? "");
    if (reading === undefined) continue;
    const find = matcher(reading);
    const statements = rows.map(labelOf);
    const readings = rows.map(({ line }) => find(line) ?? "none");
    byStatement.push(accuracies(rows, reading, statements, readings));
    byReading.push(accuracies(rows, reading, readings, statements));
  }
  for (const [labels, found] of [["by statement", byStatement] as const, ["by reading", byReading] as const])
    for (const [i, column] of columns.entries()) {
      const value = mean(found.map((values) => values[i] ?? 0)).toFixed(3);
      figures.push({
        what: `${found.length} ${part} sources ${labels}: ${column}`,
        value,
        goal: "none",
        reached: true,
      });
    }
}
await finish({ figures });
