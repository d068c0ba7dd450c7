import type { KnownBlock } from "@slack/types";
import { cut } from "../../words.ts";
import { context, header, preformatted, section } from "./blocks.ts";
import { mrkdwn } from "./text.ts";

/** A section of Slack holds 3,000 characters, a line of a post-mortem rarely 600. */
const sectionChars = 2_900;
const lineChars = 1_500;
/** Slack refuses messages whose blocks are too long together (about 13,000 characters). */
const messageChars = 11_000;
const mostBlocks = 45;

/** Our own Markdown as Slack writes it: `\*` is a star, `**` is bold, and everything foreign is escaped. */
function inline(markdown: string, limit = lineChars): string {
  const parts = markdown.split(/(?<!\\)\*\*/).map((part) => mrkdwn(part.replace(/\\([^A-Za-z0-9\s])/g, "$1"), limit));
  // What stands between two marks is bold; a mark without its other half is nothing.
  return parts.map((part, i) => (i % 2 === 1 && i < parts.length - 1 && part ? `*${part}*` : part)).join("");
}

const cellsOf = (row: string) =>
  row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((text) => text.trim());

/** A row of a table as a line: what it is about in bold, then the rest; empty cells are left out. */
function rowLine(row: string): string {
  const [first = "", ...others] = cellsOf(row).map((text) => inline(text, 700));
  return `*${first}*  ${others.filter((text) => text !== "").join("  ·  ")}`.trim();
}

function lineOf(line: string): string {
  const item = /^(\s*)- (\[ \] )?(.*)$/.exec(line);
  if (!item) return inline(line);
  const [, indent = "", box, text = ""] = item;
  return `${indent === "" ? "" : "      "}${box ? "☐" : indent === "" ? "•" : "◦"} ${inline(text)}`;
}

interface Parts {
  readonly title: string | undefined;
  /** In their order; `code` stands in a block of its own, `heading` begins one. */
  readonly parts: readonly { readonly kind: "heading" | "line" | "code"; readonly text: string }[];
}

function read(markdown: string): Parts {
  const parts: Parts["parts"][number][] = [];
  let title: string | undefined;
  let fence: { readonly end: string; readonly body: string[] } | undefined;
  const lines = markdown.split("\n");
  for (const [i, line] of lines.entries()) {
    if (fence) {
      if (line === fence.end) {
        parts.push({ kind: "code", text: fence.body.join("\n") });
        fence = undefined;
      } else fence.body.push(line);
      continue;
    }
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading?.[1] === "#") title = (heading[2] ?? "").replace(/\\([^A-Za-z0-9\s])/g, "$1");
    else if (heading) parts.push({ kind: "heading", text: `*${inline(heading[2] ?? "")}*` });
    else if (/^`{3,}$/.test(line)) fence = { end: line, body: [] };
    else if (/^\|[-|]+\|$/.test(line) || /^\|[-|]+\|$/.test(lines[i + 1] ?? "")) continue;
    else if (line.startsWith("| ")) parts.push({ kind: "line", text: rowLine(line) });
    else if (line.trim() !== "") parts.push({ kind: "line", text: lineOf(line) });
  }
  return { title, parts };
}

/** As few blocks as hold it: a heading begins one, code has its own. */
function blocksOf({ title, parts }: Parts): KnownBlock[] {
  const blocks: KnownBlock[] = title === undefined ? [] : [header(title)];
  let text = "";
  const flush = () => {
    if (text !== "") blocks.push(section(text));
    text = "";
  };
  for (const part of parts) {
    if (part.kind !== "line" || text.length + part.text.length >= sectionChars) flush();
    if (part.kind === "code") blocks.push(preformatted(cut(part.text, sectionChars)));
    else text += text === "" ? part.text : `\n${part.text}`;
  }
  flush();
  return blocks;
}

/**
 * A post-mortem as Slack shows it: its tables are lines, because Slack's text knows none. What one message does not hold is left
 * out at the end, where the proof stands, and that is said.
 */
export function renderPostmortem(markdown: string, incidentId: string): readonly KnownBlock[] {
  const blocks = blocksOf(read(markdown));
  let chars = 0;
  const fits = blocks.filter((block, i) => {
    chars += JSON.stringify(block).length;
    return i < mostBlocks && chars <= messageChars;
  });
  if (fits.length === blocks.length) return fits;
  return [
    ...fits,
    context(
      `… cut here. The whole text is \`postmortem-${incidentId}.md\`, in the incident's thread as soon as it is resolved.`,
    ),
  ];
}
