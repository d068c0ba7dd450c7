import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createTemplateMiner } from "../../../src/detection/logs/templates/template-miner.ts";

const corpus = new URL("../../corpus/logs/statements/", import.meta.url);

/**
 * Sources whose errors were read, sources known as figures only, and these again in their natural mix, each statement as often as
 * it came; then those of the tenth round, of which one half was read and the other is known as figures only.
 */
export const PARTS = ["development", "held-out", "natural", "recent", "recent-held-out"] as const;

export interface Row {
  readonly source: string;
  readonly place: string;
  readonly label: string;
  readonly line: string;
}

/** The labelled sources of one part of test/corpus/logs/statements. */
export function readSources(part: string): Row[][] {
  const folder = new URL(`${part}/`, corpus);
  return readdirSync(folder).map((file) =>
    gunzipSync(readFileSync(new URL(file, folder)))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((row) => {
        const [place = "", label = "", ...line] = row.split("\t");
        return { source: file.replace(/\..*/, ""), place, label, line: line.join("\t") };
      }),
  );
}

/** The final template of every line. */
export function idsOf(rows: readonly Row[]): number[] {
  const miner = createTemplateMiner();
  const learned = rows.map(({ line }) => miner.learn(line));
  return learned.map((id) => miner.resolve(id));
}

/** All sources as one stream: each line comes as far along as it stood in its own log. */
export function interleaved(sources: readonly (readonly Row[])[]): Row[] {
  return sources
    .flatMap((rows) => rows.map((row, at) => ({ row, along: at / rows.length })))
    .toSorted((a, b) => a.along - b.along)
    .map(({ row }) => row);
}

export const labelOf = ({ source, label }: Row) => `${source} ${label}`;
export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
