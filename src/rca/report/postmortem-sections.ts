import { actionTitle } from "../../incident/action-title.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/cause-text.ts";
import type { TimelineEntry } from "../../incident/diagnosis.ts";
import type { Evidence } from "../../incident/evidence.ts";
import { logViewSummary, quoteOrigin } from "../../incident/log-view-text.ts";
import { type ObjectRef, refText, sameRef } from "../../incident/object-ref.ts";
import { ruledOutGroups } from "../../incident/ruled-out-groups.ts";
import { verdictWords } from "../../incident/verdict-words.ts";
import { duration } from "../../lib/duration.ts";
import { cell, code, fullTime, percent, timesOf } from "./markdown.ts";
import type { PostmortemInput } from "./postmortem-input.ts";

type Done = PostmortemInput["executions"][number];

const sentence = (words: string) => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
const isApplied = ({ execution }: Done) => execution.kind === "apply" && execution.outcome === "applied";

/** The change that ended the trouble; without a verdict the last one that was applied. */
function theFix({ executions }: PostmortemInput): Done | undefined {
  return (
    executions.findLast((one) => isApplied(one) && one.verification?.verdict === "recovered") ??
    executions.findLast(isApplied)
  );
}

/** Everything a reader asks first, on one screen. */
export function facts(input: PostmortemInput): readonly string[] {
  const { incident, diagnosis, told = [] } = input;
  const [best] = diagnosis.hypotheses;
  const taken = told.find(({ kind }) => kind === "acknowledge");
  const fix = theFix(input);
  const after = (at: number, since: number) => `${fullTime(at)}, ${duration(at - since)} later`;
  const rows: (readonly [string, string])[] = [
    ["Incident", `${cell(incident.id)} in cluster ${cell(incident.cluster)}, severity ${incident.severity}`],
    ["Began", fullTime(incident.onset)],
    ["Detected", after(incident.openedAt, incident.onset)],
    ...(taken ? ([["Acknowledged", after(taken.at, incident.openedAt)]] as const) : []),
    ...(fix ? ([["Fix applied", after(fix.execution.startedAt, incident.openedAt)]] as const) : []),
    [
      "Resolved",
      incident.resolvedAt === undefined
        ? "not yet"
        : `${fullTime(incident.resolvedAt)}; ${duration(incident.resolvedAt - incident.onset)} of trouble in all`,
    ],
    [
      "Cause",
      best && !diagnosis.inconclusive
        ? `${cell(causeText(best.cause, best.culprit))}, ${percent(best.probability)} sure`
        : "the evidence does not decide",
    ],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
}

/** How it ended, as the last sentence of the summary. */
export function ending(input: PostmortemInput): string {
  const { incident, executions } = input;
  const fix = theFix(input);
  if (fix?.verification?.verdict === "recovered") {
    const by = fix.approvedBy.length > 0 ? `, approved by ${fix.approvedBy.join(" and ")},` : "";
    return `"${fix.title}"${by} ended it.`;
  }
  if (incident.resolvedAt === undefined) return "It is not resolved yet.";
  return executions.length === 0
    ? "It ended without a change by kubemend."
    : "No change that kubemend made is known to have ended it.";
}

/**
 * What was felt, in words that hold for the whole time: the figures of an anomaly are the last ones, when it was nearly over.
 * What only logs show stands in the log section.
 */
const feltWords: Readonly<Record<string, string>> = {
  "error-ratio": "requests failed",
  "client-errors": "calls to it failed",
  latency: "requests took long",
  "client-latency": "calls to it took long",
  "traffic-stopped": "requests stayed away",
};
const impactShown = 4;

function spansOf(
  anomalies: readonly Anomaly[],
  ref: ObjectRef,
  { redact, incident }: PostmortemInput,
): readonly string[] {
  const own = anomalies.filter(({ target, family }) => sameRef(target, ref) && family !== "log");
  const clock = timesOf(own.flatMap(({ startsAt, endsAt = startsAt }) => [startsAt, endsAt]));
  const spans = own.map(({ reason, summary, startsAt, endsAt }) => {
    const end = endsAt ?? incident.resolvedAt;
    return `${feltWords[reason] ?? cell(redact(summary))} (${clock(startsAt)}${end === undefined ? ", still" : ` to ${clock(end)}`} UTC)`;
  });
  return [...new Set(spans)].slice(0, impactShown);
}

/** Who suffered, from when to when, in figures where there are any. */
export function impact(input: PostmortemInput): readonly string[] {
  const { incident, diagnosis } = input;
  const culprit = diagnosis.hypotheses[0]?.culprit ?? incident.target;
  const refs = [culprit, ...diagnosis.blastRadius.filter((ref) => !sameRef(ref, culprit))];
  const rows = refs.flatMap((ref) => {
    const spans = spansOf(incident.anomalies, ref, input);
    return [`- **${cell(refText(ref))}**`, ...spans.map((span) => `  - ${span}`)];
  });
  return diagnosis.blastRadius.length > 0 ? rows : [...rows, "", "No other workload showed symptoms."];
}

/** Why, how sure, and what else was considered. */
export function cause({ diagnosis }: PostmortemInput): readonly string[] {
  const [best, ...others] = diagnosis.hypotheses;
  const proof = (ids: readonly string[]) => (ids.length > 0 ? ` (${ids.join(", ")})` : "");
  return [
    ...(best
      ? [
          `**${cell(causeText(best.cause, best.culprit))}**, ${percent(best.probability)} sure: ${cell(best.statement).replace(/\.$/, "")}${proof(best.evidence)}.`,
          ...(best.against.length > 0 ? ["", `Against it: ${best.against.join(", ")}.`] : []),
        ]
      : ["No cause is known."]),
    ...(diagnosis.confidenceReason ? ["", `Why that sure: ${cell(diagnosis.confidenceReason)}.`] : []),
    ...(diagnosis.inconclusive && diagnosis.questions.length > 0
      ? ["", "What would decide:", "", ...diagnosis.questions.map((question) => `- ${cell(question)}`)]
      : []),
    ...(others.length > 0
      ? [
          "",
          "Considered as well:",
          "",
          ...others.map(
            (one) => `- ${cell(causeText(one.cause, one.culprit))}, ${percent(one.probability)}${proof(one.evidence)}`,
          ),
        ]
      : []),
    ...(diagnosis.ruledOut.length > 0
      ? [
          "",
          "Ruled out:",
          "",
          ...ruledOutGroups(diagnosis.ruledOut).map(
            ({ causes, reason }) => `- ${causes.map(cell).join("; ")}: ${cell(reason)}`,
          ),
        ]
      : []),
  ];
}

/** Told by the diagnosis's own timeline already. */
const toldThere = new Set(["detected", "cleared"]);

/** What happened when; the zone and the day stand once above the times. */
export function timeline({ diagnosis, told = [] }: PostmortemInput): readonly string[] {
  const entries: readonly TimelineEntry[] = [
    ...diagnosis.timeline,
    ...told.filter((entry) => !toldThere.has(entry.kind)),
  ].sort((a, b) => a.at - b.at);
  const [first] = entries;
  if (!first) return ["Nothing is known."];
  const clock = timesOf(entries.map(({ at }) => at));
  return [
    `Times are UTC, beginning on ${fullTime(first.at).slice(0, 10)}.`,
    "",
    "| time | what | evidence |",
    "|---|---|---|",
    ...entries.map(({ at, text, evidence }) => `| ${clock(at)} | ${cell(text)} | ${evidence ?? ""} |`),
  ];
}

const outcomeWords = (one: Done) =>
  one.execution.outcome === "applied" ? "" : ` – not carried out: ${one.execution.detail || one.execution.outcome}`;

/** What was changed, by whose word, and whether it helped; then what was offered and not taken. */
export function done({ executions, recommendations }: PostmortemInput): readonly string[] {
  const lines = executions.flatMap((one) => {
    const { execution, title, kubectl, approvedBy, verification } = one;
    const by = approvedBy.length > 0 ? `, approved by ${cell(approvedBy.join(", "))}` : "";
    return [
      `**${fullTime(execution.startedAt)}: ${execution.kind === "undo" ? "undone: " : ""}${cell(title)}**${by}${cell(outcomeWords(one))}.`,
      ...(verification ? [`${sentence(verdictWords[verification.verdict])}: ${cell(verification.reason)}`] : []),
      "",
      code(kubectl),
      "",
    ];
  });
  const left = recommendations
    .map(({ action, target, params, reason }) => ({ title: actionTitle(action, target, params), reason }))
    .filter(({ title }) => !executions.some((one) => one.title === title));
  return [
    ...(lines.length > 0 ? lines : ["Nothing was changed by kubemend.", ""]),
    ...(left.length > 0
      ? ["Offered and not taken:", "", ...left.map(({ title, reason }) => `- ${cell(title)}: ${cell(reason)}`), ""]
      : []),
  ];
}

/** What is left to do, with a box to tick: what must not be forgotten first, then what could keep it from coming back. */
export function actionItems(input: PostmortemInput): readonly string[] {
  const { diagnosis } = input;
  const [best] = diagnosis.hypotheses;
  const fix = theFix(input);
  const changed = diagnosis.timeline.some((entry) => /changed:|was deleted|was created/.test(entry.text));
  const name = best ? ` (${causeTitles[best.cause]})` : "";
  return [
    ...(fix ? [`Bring "${fix.title}" to where its manifests are kept, or the next deployment takes it back.`] : []),
    changed
      ? "A check before the change that would have shown that it breaks something."
      : "Something that shows the trouble before its first symptom.",
    `An alert or a test that catches this sooner${name}.`,
    ...(diagnosis.blastRadius.length > 0
      ? ["A time-out, a fallback or a cache for the workloads that suffered with it."]
      : []),
  ].map((item) => `- [ ] ${cell(item)} Owner: … Due: …`);
}

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
  return [
    "| id | source | about | UTC | what it says |",
    "|---|---|---|---|---|",
    ...shown.map(
      (entry) =>
        `| ${entry.id} | ${entry.source} | ${cell(refText(entry.about))} | ${clock(entry.at)} | ${cell(entry.text.slice(0, 500))} |`,
    ),
    "",
    "How to ask again:",
    "",
    code(shown.map((entry) => `# ${entry.id}\n${entry.query}`).join("\n")),
  ];
}
