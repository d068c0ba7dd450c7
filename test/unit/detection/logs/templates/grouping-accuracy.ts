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
 * Grouping accuracy (Zhu et al., ICSE-SEIP 2019): the share of lines whose group is exactly the set of lines of one label.
 * @param ids the template of each line, in order, under any name
 */
export function groupingAccuracy(labels: readonly string[], ids: readonly (number | string)[]): number {
  const byLabel = Map.groupBy(labels.keys(), (i) => labels[i]);
  const byId = Map.groupBy(ids.keys(), (i) => ids[i]);
  let right = 0;
  for (const lines of byLabel.values()) {
    const first = ids[lines[0] ?? 0];
    const group = byId.get(first) ?? [];
    if (group.length === lines.length && lines.every((i) => ids[i] === first)) right += lines.length;
  }
  return right / labels.length;
}
