import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { evidenceTexts } from "../../incident/diagnosis/evidence-texts.ts";
import { logViewSummary, quoteOrigin } from "../../incident/diagnosis/log-view-text.ts";
import { refText } from "../../incident/object-ref.ts";
import { cell, code, timesOf } from "./markdown.ts";
import type { PostmortemInput } from "./postmortem-input.ts";

/** The lines of the logs that speak of it. */
export function logs({ diagnosis }: PostmortemInput): readonly string[] {
  const view = diagnosis.logView;
  if (!view) return [];
  const clock = timesOf(view.quotes.map(({ at }) => at));
  const mark = (text: string) =>
    [...(text === view.first.text ? ["first"] : []), ...(text === view.worst.text ? ["worst"] : [])].join(", ");
  return [
    "### Logs",
    "",
    `${cell(logViewSummary(view))}.${view.hallmarks.length > 0 ? ` Words that they share: ${view.hallmarks.map(cell).join(", ")}.` : ""}`,
    "",
    "| UTC | | level | from | first line of its kind |",
    "|---|---|---|---|---|",
    ...view.quotes.map(
      (quote) =>
        `| ${clock(quote.at)} | ${mark(quote.text)} | ${quote.level === "other" ? "" : quote.level} | ${cell(quoteOrigin(quote))} | ${cell(quote.text.slice(0, 300))} |`,
    ),
    "",
  ];
}

/** What proves it, and how to ask again. */
export function proof(shown: readonly Evidence[]): readonly string[] {
  const clock = timesOf(shown.map(({ at }) => at));
  const texts = evidenceTexts(shown);
  return [
    "| id | source | about | UTC | what it says |",
    "|---|---|---|---|---|",
    ...shown.map(
      (entry, i) =>
        `| ${entry.id} | ${entry.source} | ${cell(refText(entry.about))} | ${clock(entry.at)} | ${cell((texts[i] ?? entry.text).slice(0, 500))} |`,
    ),
    "",
    "How to ask again:",
    "",
    code(shown.map((entry) => `# ${entry.id}\n${entry.query}`).join("\n")),
  ];
}
