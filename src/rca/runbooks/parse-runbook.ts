import { z } from "zod";
import { causeCodes, isCauseCode } from "../../incident/cause.ts";
import { nearestSetting } from "../../lib/nearest-setting.ts";
import { readYaml } from "../../lib/read-yaml.ts";
import { wordsOf } from "./words.ts";

/** A part of a runbook: what stands below one heading. */
export interface RunbookSection {
  /** Path below the folder. */
  readonly file: string;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
  readonly words: readonly string[];
  readonly hints: RunbookHints;
}

const list = z.union([z.string().transform((one) => [one]), z.array(z.string()).max(50)]).default([]);
const hintsSchema = z.object({
  title: z.string().optional(),
  /** Codes of causes. */
  causes: list,
  /** Names of workloads, `*` at the end stands for anything. */
  workloads: list,
  /** Labels that the culprit must carry, all of them. */
  labels: z.record(z.string(), z.coerce.string()).default({}),
  words: list,
});
export type RunbookHints = z.infer<typeof hintsSchema>;

const noHints: RunbookHints = { causes: [], workloads: [], labels: {}, words: [] };
const frontMatter = /^---\r?\n([\s\S]{0,8000}?)\r?\n---\r?\n/;
const maxSections = 60;

export interface ParsedRunbook {
  readonly sections: readonly RunbookSection[];
  /** What is wrong with the front matter; the page is read all the same. */
  readonly complaint?: string;
}

/** What was probably meant and is not so. Keys that resemble none of ours are another program's. */
function neverFits(keys: readonly string[], { causes }: RunbookHints): string | undefined {
  const cause = causes.find((code) => !isCauseCode(code));
  if (cause !== undefined) {
    const meant = nearestSetting(cause, causeCodes);
    return `causes: ${cause} is none; ${meant ? `did you mean ${meant}?` : "docs/catalogue.md has them all"}`;
  }
  const known = Object.keys(hintsSchema.shape);
  const stray = keys.find((key) => !known.includes(key) && nearestSetting(key, known) !== undefined);
  return stray === undefined ? undefined : `${stray} is not read; did you mean ${nearestSetting(stray, known)}?`;
}

function hintsOf(yaml: string): { readonly hints: RunbookHints; readonly complaint?: string } {
  const yamlRead = readYaml(yaml, { maxAliases: 0 });
  if (!yamlRead.ok) return { hints: noHints, complaint: "front matter is not YAML" };
  const read = hintsSchema.safeParse(yamlRead.value ?? {});
  if (read.success) {
    const complaint = neverFits(Object.keys(yamlRead.value ?? {}), read.data);
    // By a cause that there is not, the page would never be quoted.
    const hints = { ...read.data, causes: read.data.causes.filter(isCauseCode) };
    return complaint ? { hints, complaint: `front matter: ${complaint}` } : { hints };
  }
  const [issue] = read.error.issues;
  return { hints: noHints, complaint: `front matter: ${issue?.path.join(".")} ${issue?.message}` };
}

/** Splits a Markdown page at its headings; headings inside fenced code are text. Front matter is optional. */
export function parseRunbook(file: string, markdown: string): ParsedRunbook {
  const front = frontMatter.exec(markdown);
  const { hints, complaint } = front ? hintsOf(front[1] ?? "") : { hints: noHints };
  const sections: { heading: string; lines: string[] }[] = [{ heading: "", lines: [] }];
  let title = hints.title ?? "";
  let fenced = false;
  for (const line of markdown.slice(front?.[0].length ?? 0).split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) {
      sections.at(-1)?.lines.push(line);
      continue;
    }
    title ||= heading;
    if (sections.length < maxSections) sections.push({ heading, lines: [] });
  }
  title ||= file;
  return {
    sections: sections.flatMap(({ heading, lines }) => {
      const text = lines.join("\n").trim();
      if (text === "") return [];
      const named = heading || title;
      return [{ file, title, heading: named, text, words: wordsOf(`${title} ${named} ${text}`), hints }];
    }),
    ...(complaint ? { complaint } : {}),
  };
}
