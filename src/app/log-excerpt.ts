import type { IncidentView } from "../bot/incident-view.ts";
import type { LogExcerpt, LogRow } from "../bot/web/pages-port.ts";
import { refText } from "../incident/object-ref.ts";
import type { Redacted } from "../incident/redacted.ts";

const mostRows = 120;

/** The log lines among an incident's evidence, in the order of time; the first one and the ones the cause rests on are marked. */
export function logExcerpt(view: IncidentView): LogExcerpt | undefined {
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
