import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { RowWindow } from "./score.ts";

const windowsFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

export interface LabelledFile {
  /** `folder/file.csv`, as in `windows.json`. */
  readonly name: string;
  readonly text: string;
  readonly windows: readonly RowWindow[];
}

/** Reads the series that `windows.json` of a benchmark folder names and that are there (a part of the corpus is fine). */
export function readLabelledFolder(folder: string): readonly LabelledFile[] {
  const labels = windowsFile.parse(JSON.parse(readFileSync(join(folder, "windows.json"), "utf8")));
  const present = new Set(readdirSync(folder, { recursive: true }).map(String));
  return Object.entries(labels)
    .filter(([name]) => present.has(name))
    .map(([name, limits]) => {
      const text = readFileSync(join(folder, name), "utf8");
      return { name, text, windows: limits.map(([from, to]) => toRows(text, from, to)) };
    });
}

/** Row numbers of a window given by the time stamps of its first and last row (both inclusive). */
function toRows(text: string, from: string, to: string): RowWindow {
  const stamps = text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.slice(0, 19));
  const first = stamps.findIndex((stamp) => stamp >= from.slice(0, 19));
  const exact = stamps.indexOf(to.slice(0, 19));
  const last = exact >= 0 ? exact : stamps.findLastIndex((stamp) => stamp <= to.slice(0, 19));
  return { first, last };
}
