import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { parseRunbook, type RunbookSection } from "./parse-runbook.ts";

/** All runbooks that were read, and what was not. */
export interface Runbooks {
  readonly sections: readonly RunbookSection[];
  readonly files: number;
  /** Left out because of the bounds below. */
  readonly dropped: number;
  /** `restart.md: front matter is not YAML`. */
  readonly complaints: readonly string[];
}

export const noRunbooks: Runbooks = { sections: [], files: 0, dropped: 0, complaints: [] };

const maxFiles = 500;
const maxFileBytes = 256 * 1024;
const maxTotalBytes = 8 * 1024 * 1024;
const maxDepth = 4;

async function* pagesBelow(folder: string, depth = 0): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, z) => a.name.localeCompare(z.name))) {
    // Mounted ConfigMaps keep their files in `..data` and link to them.
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < maxDepth) yield* pagesBelow(path, depth + 1);
    else if (/\.(md|markdown)$/i.test(entry.name)) yield path;
  }
}

/**
 * Reads every Markdown page below a folder: at most 500 pages of at most 256 KiB, 8 MiB in all. Pages that cannot be read are
 * told in `complaints`. @throws AppError when there is no such folder.
 */
export async function readRunbooks(folder: string): Promise<Runbooks> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw inputError(
      "runbooks-missing",
      `There is no folder of runbooks at ${folder}.`,
      "Give a folder with Markdown files, or leave it out.",
    );
  const sections: RunbookSection[] = [];
  const complaints: string[] = [];
  let [files, dropped, bytes] = [0, 0, 0];
  for await (const path of pagesBelow(folder)) {
    const name = relative(folder, path);
    try {
      const { size } = await stat(path);
      if (files >= maxFiles || size > maxFileBytes || bytes + size > maxTotalBytes) {
        dropped++;
        continue;
      }
      const { sections: parts, complaint } = parseRunbook(name, await readFile(path, "utf8"));
      files++;
      bytes += size;
      sections.push(...parts);
      if (complaint && complaints.length < 20) complaints.push(`${name}: ${complaint}`);
    } catch (error) {
      if (complaints.length < 20) complaints.push(`${name}: ${messageOf(error, 120)}`);
    }
  }
  return { sections, files, dropped, complaints };
}
