import { actionTitle } from "../../incident/action-title.ts";
import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/cause-text.ts";
import type { Diagnosis, TimelineEntry } from "../../incident/diagnosis.ts";
import type { Evidence } from "../../incident/evidence.ts";
import type { Execution, Verification } from "../../incident/execution.ts";
import type { Incident } from "../../incident/incident.ts";
import { logViewSummary, quoteOrigin } from "../../incident/log-view-text.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Recommendation } from "../../incident/recommendation.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { isoTime } from "../../lib/clock.ts";

export interface PostmortemInput {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly evidence: readonly Evidence[];
  readonly recommendations: readonly Recommendation[];
  /** What was done, oldest first, with the fix it carried out. */
  readonly executions: readonly {
    readonly execution: Execution;
    /** The action on its target in words: `Roll back Deployment shop/carts`. */
    readonly title: string;
    readonly kubectl: string;
    readonly approvedBy: readonly string[];
    readonly verification?: Verification;
  }[];
  /** What people and kubemend did meanwhile, as told on the incident's timeline. */
  readonly told?: readonly { readonly at: number; readonly kind: string; readonly text: Redacted }[];
  /** Titles may quote what was logged. */
  readonly redact: Redact;
}

/** Seconds are exact enough for people. */
const clockTime = (ms: number) => `${isoTime(ms).slice(0, 19).replace("T", " ")} UTC`;
const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Text in a table cell or a list: one line, no pipes, nothing that Markdown would take for a heading or HTML. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\|`*_<>[\]#]/g, (char) => `\\${char}`)
    .trim();
}

function code(text: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((match) => match[0].length + 1)));
  return `${fence}\n${text}\n${fence}`;
}

function minutes(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1_000));
  return total < 90 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

function times({ incident, executions }: PostmortemInput): readonly string[] {
  const applied = executions.find(
    ({ execution }) => execution.kind === "apply" && execution.outcome === "applied",
  )?.execution;
  return [
    `- First symptom: ${clockTime(incident.onset)}`,
    `- Raised: ${clockTime(incident.openedAt)} (${minutes(incident.openedAt - incident.onset)} after the first symptom)`,
    ...(applied
      ? [
          `- Fix applied: ${clockTime(applied.startedAt)} (${minutes(applied.startedAt - incident.openedAt)} after it was raised)`,
        ]
      : []),
    incident.resolvedAt === undefined
      ? "- Not resolved yet"
      : `- Resolved: ${clockTime(incident.resolvedAt)} (${minutes(incident.resolvedAt - incident.onset)} of trouble in all)`,
  ];
}

function done({ executions }: PostmortemInput): readonly string[] {
  if (executions.length === 0) return ["Nothing was changed by kubemend."];
  return executions.flatMap(({ execution, title, kubectl, approvedBy, verification }) => [
    `- ${clockTime(execution.startedAt)} ${execution.kind === "undo" ? "Undo of: " : ""}${cell(title)} (${execution.outcome})${approvedBy.length > 0 ? `, approved by ${cell(approvedBy.join(", "))}` : ""}${verification ? `; verification: ${verification.verdict} (${cell(verification.reason)})` : ""}`,
    "",
    code(kubectl),
    "",
  ]);
}

/** Told by the diagnosis's own timeline already. */
const toldThere = new Set(["detected", "cleared"]);

function timeline({ diagnosis, told = [] }: PostmortemInput): readonly TimelineEntry[] {
  return [...diagnosis.timeline, ...told.filter((entry) => !toldThere.has(entry.kind))].sort((a, b) => a.at - b.at);
}

function logs({ diagnosis }: PostmortemInput): readonly string[] {
  const view = diagnosis.logView;
  if (!view) return [];
  const mark = (text: string) =>
    [...(text === view.first.text ? ["first"] : []), ...(text === view.worst.text ? ["worst"] : [])].join(", ");
  return [
    "## Logs",
    "",
    `${cell(logViewSummary(view))}.${view.hallmarks.length > 0 ? ` Words that they share: ${view.hallmarks.map(cell).join(", ")}.` : ""}`,
    "",
    "| time | | level | from | first line of its kind |",
    "|---|---|---|---|---|",
    ...view.quotes.map(
      (quote) =>
        `| ${clockTime(quote.at)} | ${mark(quote.text)} | ${quote.level === "other" ? "" : quote.level} | ${cell(quoteOrigin(quote))} | ${cell(quote.text.slice(0, 300))} |`,
    ),
    "",
  ];
}

/** What could keep it from happening again, from what is known of the cause. */
function lessons({ diagnosis }: PostmortemInput): readonly string[] {
  const best = diagnosis.hypotheses[0];
  const changed = diagnosis.timeline.some((entry) => /changed:|was deleted|was created/.test(entry.text));
  return [
    ...(changed
      ? ["- Which check before the change would have shown that it breaks something?"]
      : ["- What would have shown the trouble before its first symptom?"]),
    `- Which alert or test would have caught this sooner${best ? ` (${causeTitles[best.cause]})` : ""}?`,
    ...(diagnosis.blastRadius.length > 0
      ? ["- Which of the workloads that suffered could have done without what failed (time-out, fallback, cache)?"]
      : []),
  ];
}

/** What the owner's runbooks say about such a cause. */
function runbookPages({ runbooks = [] }: Diagnosis, evidence: readonly Evidence[]): readonly string[] {
  const pages = evidence.filter(({ id }) => runbooks.includes(id));
  if (pages.length === 0) return [];
  return ["## Runbooks for it", "", ...pages.map(({ id, query }) => `- ${cell(query)} (${id})`), ""];
}

/** A post-mortem as Markdown: what happened, why, what proves it, what was done, what is still to ask. Complete without a model. */
export function postmortem(input: PostmortemInput): string {
  const { incident, diagnosis, evidence, recommendations, redact } = input;
  const cited = new Set([
    ...diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]),
    ...diagnosis.timeline.flatMap((entry) => entry.evidence ?? []),
    ...(diagnosis.runbooks ?? []),
  ]);
  const shown = evidence.filter((entry) => cited.has(entry.id));
  const lines = [
    `# Post-mortem of incident ${cell(incident.id)}: ${cell(redact(incident.title))}`,
    "",
    cell(diagnosis.summary),
    "",
    "## Times",
    "",
    ...times(input),
    "",
    "## Cause",
    "",
    ...diagnosis.hypotheses.map(
      (item, i) =>
        `${i + 1}. **${cell(causeText(item.cause, item.culprit))}**, ${percent(item.probability)}: ${cell(item.statement)}. Evidence: ${item.evidence.join(", ") || "none"}${item.against.length > 0 ? `; against: ${item.against.join(", ")}` : ""}`,
    ),
    "",
    ...(diagnosis.confidenceReason ? [`How sure: ${cell(diagnosis.confidenceReason)}.`, ""] : []),
    ...(diagnosis.inconclusive
      ? [
          "The evidence does not decide. What would:",
          "",
          ...diagnosis.questions.map((question) => `- ${cell(question)}`),
          "",
        ]
      : []),
    ...(diagnosis.ruledOut.length > 0
      ? [
          "Ruled out:",
          "",
          ...diagnosis.ruledOut.map((item) => `- ${cell(causeText(item.cause, item.culprit))}: ${cell(item.reason)}`),
          "",
        ]
      : []),
    ...runbookPages(diagnosis, evidence),
    "## What it hurt",
    "",
    ...(diagnosis.blastRadius.length > 0
      ? diagnosis.blastRadius.map((ref) => `- ${cell(refText(ref))}`)
      : ["No other workload showed symptoms."]),
    "",
    "## Timeline",
    "",
    "| time | what | evidence |",
    "|---|---|---|",
    ...timeline(input).map((entry) => `| ${clockTime(entry.at)} | ${cell(entry.text)} | ${entry.evidence ?? ""} |`),
    "",
    ...logs(input),
    "## What was done",
    "",
    ...done(input),
    ...(recommendations.length > 0
      ? [
          "",
          "Fixes that were offered:",
          "",
          ...recommendations.map(
            (item) =>
              `- ${item.id} ${cell(actionTitle(item.action, item.target))} (${percent(item.confidence)}): ${cell(item.reason)}`,
          ),
        ]
      : []),
    "",
    "## Evidence",
    "",
    "| id | source | about | at | what it says |",
    "|---|---|---|---|---|",
    ...shown.map(
      (entry) =>
        `| ${entry.id} | ${entry.source} | ${cell(refText(entry.about))} | ${clockTime(entry.at)} | ${cell(entry.text.slice(0, 500))} |`,
    ),
    "",
    "How to ask again:",
    "",
    ...shown.map((entry) => `- ${entry.id}: ${cell(entry.query)}`),
    "",
    "## Still to answer",
    "",
    ...lessons(input),
    "",
    `Diagnosis ${diagnosis.version} by ${diagnosis.by} at ${clockTime(diagnosis.madeAt)}${diagnosis.modelNote ? ` (${cell(diagnosis.modelNote)})` : ""}.`,
    "",
  ];
  return lines.join("\n");
}
