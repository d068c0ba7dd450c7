import type { IncidentView } from "../../bot/incident-view.ts";
import type { LogExcerpt, LogRow } from "../../bot/web/pages-port.ts";
import type { LogQuote, LogView } from "../../incident/diagnosis/log-view.ts";
import { logViewSummary, quoteOrigin } from "../../incident/diagnosis/log-view-text.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";

const mostRows = 120;

const sameQuote = (a: LogQuote, b: LogQuote) => a.at === b.at && a.pod === b.pod && a.text === b.text;

function ofView(view: LogView): LogExcerpt {
  const rows = view.quotes.map((quote): LogRow => {
    const mark = sameQuote(quote, view.worst) ? "worst" : sameQuote(quote, view.first) ? "first" : undefined;
    // Of a line of pairs or JSON its message is shown, which does not say how bad it is.
    const level = quote.level === "other" ? "" : `${quote.level}, `;
    return { at: quote.at, source: `${level}${quoteOrigin(quote)}`, text: quote.text, ...(mark ? { mark } : {}) };
  });
  return { summary: logViewSummary(view), rows: rows.slice(0, mostRows), hallmarks: view.hallmarks };
}

/**
 * What the logs of an incident say: as the diagnosis has summed them up, else the log lines among the evidence, of which the
 * first one and the one that the cause rests on are marked.
 */
export function logExcerpt(view: IncidentView): LogExcerpt | undefined {
  if (view.diagnosis?.logView) return ofView(view.diagnosis.logView);
  const proof = new Set(view.diagnosis?.hypotheses[0]?.evidence ?? []);
  const items = view.evidence
    .filter((item) => item.source === "log" && item.status === "ok")
    .sort((a, b) => a.at - b.at);
  if (items.length === 0) return undefined;
  const worst = items.find((item) => proof.has(item.id));
  const rows = items.flatMap((item, i): LogRow[] => {
    const mark = item === worst ? ("worst" as const) : i === 0 ? ("first" as const) : undefined;
    return item.text.split("\n").map((text, line) => ({
      ...(line === 0 ? { at: item.at, ...(mark ? { mark } : {}) } : {}),
      source: line === 0 ? `${item.id}, ${refText(item.about)}` : "",
      // A part of redacted text is redacted.
      text: text as Redacted,
    }));
  });
  return { rows: rows.slice(0, mostRows), hallmarks: [] };
}
