import { readFileSync } from "node:fs";

/** One labelled line of test/corpus/logs. */
export interface LabelledLine {
  readonly label: string;
  readonly line: string;
}

export function readCorpus(name: string): LabelledLine[] {
  const text = readFileSync(new URL(`../../../../corpus/logs/${name}`, import.meta.url), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((row) => {
      const tab = row.indexOf("\t");
      return { label: row.slice(0, tab), line: row.slice(tab + 1) };
    });
}

/**
 * Which lines are right: those whose group is exactly the set of lines of one label.
 * @param ids the template of each line, in order, under any name
 */
export function rightLines(labels: readonly string[], ids: readonly (number | string)[]): boolean[] {
  const byLabel = Map.groupBy(labels.keys(), (i) => labels[i]);
  const byId = Map.groupBy(ids.keys(), (i) => ids[i]);
  const right = new Array<boolean>(labels.length).fill(false);
  for (const lines of byLabel.values()) {
    const first = ids[lines[0] ?? 0];
    if (byId.get(first)?.length !== lines.length || lines.some((i) => ids[i] !== first)) continue;
    for (const i of lines) right[i] = true;
  }
  return right;
}

/** Grouping accuracy (Zhu et al., ICSE-SEIP 2019): the share of lines that are right. */
export function groupingAccuracy(labels: readonly string[], ids: readonly (number | string)[]): number {
  return rightLines(labels, ids).filter(Boolean).length / labels.length;
}
