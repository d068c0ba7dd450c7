import type { AuditEntry } from "../../incident/audit-entry.ts";
import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { Diagnosis, Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { asTold, evidenceTexts } from "../../incident/diagnosis/evidence-texts.ts";
import type { RememberedIncident } from "../../incident/diagnosis/past-incident.ts";
import { ruledOutGroups } from "../../incident/diagnosis/ruled-out-groups.ts";
import { bySecond } from "../../incident/diagnosis/timeline-order.ts";
import { pointingAt } from "../../incident/diagnosis/told-once.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { summaryWithoutAdvice } from "../../incident/fix/advice-text.ts";
import { mayBeUndone } from "../../incident/fix/half-applied.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { verdictWords } from "../../incident/fix/verdict-words.ts";
import { refText } from "../../incident/object-ref.ts";
import { matcherText } from "../../incident/silence.ts";
import { duration } from "../../lib/duration.ts";
import { escapeHtml } from "../escape-html.ts";
import { evidenceByUse } from "../evidence-by-use.ts";
import { fixGroups, placeOf, sameChangeAs } from "../fix-groups.ts";
import { foretoldAt } from "../foretold.ts";
import { impactText } from "../impact.ts";
import type { IncidentView } from "../incident-view.ts";
import { localTimes } from "../local-times.ts";
import { mergedWords } from "../merged.ts";
import { nextStep } from "../next-step.ts";
import { freezeWords, planNews, type Say } from "../plan-words.ts";
import { rememberedLines, whyForgotten } from "../remembered.ts";
import { pageName, runbookPages } from "../runbook-pages.ts";
import { seenBefore } from "../seen-before.ts";
import { undecidedWords } from "../undecided.ts";
import { confidenceWords, cut, detectedWords, percent, standsWords, upperFirst } from "../words.ts";

/** A moment as HTML: UTC for everybody, in the reader's own time once the script has run. Numbers only, nothing to escape. */
function timeHtml(ms: number, style: "full" | "clock" = "full"): string {
  const iso = new Date(ms).toISOString();
  const shown = style === "clock" ? iso.slice(11, 19) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  return `<time datetime="${iso}" data-style="${style}">${shown} UTC</time>`;
}

/** How sentences that all surfaces share are written here: as HTML, printed as it is. */
const say: Say = {
  time: (ms) => timeHtml(ms, "clock"),
  moment: (ms) => timeHtml(ms),
  text: (text, limit) => escapeHtml(cut(text, limit)),
};

const toIncident = (id: string) => `<a href="/incidents/${encodeURIComponent(id)}">incident ${escapeHtml(id)}</a>`;

/** A text that points at evidence on the same page ("as in E7"), with the way there, as HTML. */
const pointingHtml = (text: string, evidence: readonly Evidence[]) =>
  escapeHtml(text).replace(/\bas in ([A-Z]\d{1,6})\b/g, (found, id) =>
    evidence.some((one) => one.id === id) ? `as in <a href="#${id}">${id}</a>` : found,
  );

/** What became of a plan, as HTML. */
function planHtml(stored: StoredPlan): string {
  const need = stored.plan.approvalsNeeded;
  if (stored.plan.state === "superseded") return "A newer plan took its place";
  return planNews(stored, say)?.text ?? `Waits for ${need === 1 ? "an approval" : `${need} approvals`}`;
}

export type DiffLine = { readonly kind: "add" | "del" | "same"; readonly text: string };

function diffLines(diff: string): readonly DiffLine[] {
  return diff.split("\n").map((text) => ({
    kind: /^\+(?!\+\+ )/.test(text) ? "add" : /^-(?!-- )/.test(text) ? "del" : "same",
    text,
  }));
}

/**
 * What was seen and what was done, in order; the text as HTML. What evidence quotes is told there, unless the entry is about that
 * very evidence: a change is what the story is about.
 */
function told({ incident, diagnosis, timeline, evidence }: IncidentView) {
  const seen = (diagnosis?.timeline ?? [])
    .filter((entry) => entry.evidence || entry.at !== incident.openedAt)
    .map(({ evidence: id, ...entry }) => ({
      ...entry,
      kind: "seen",
      of: undefined,
      evidence: id,
      text: id ? entry.text : pointingAt(entry.text, asTold(evidence)),
    }));
  const done = timeline.map((entry) => ({ ...entry, evidence: undefined }));
  return [...seen, ...done].sort(bySecond).map((entry) => ({
    ...entry,
    html: localTimes(pointingHtml(entry.text, evidence), entry.at, (ms) => timeHtml(ms, "clock")),
  }));
}

/** What an entry is about, as HTML: of a plan what it changes, because nobody knows it by its id. */
function auditSubject({ subject }: AuditEntry, plans: readonly StoredPlan[]): string {
  const plan = plans.find((one) => one.plan.id === subject)?.plan;
  const title = plan && escapeHtml(actionTitle(plan.action, plan.target, plan.params));
  return title ? `${title} <span class="quiet">plan ${escapeHtml(subject)}</span>` : escapeHtml(subject);
}

const count = (value: number) => value.toLocaleString("en-US");

/** What templates may call. */
export const words = {
  actionTitle,
  summaryWithoutAdvice,
  causeText,
  causeTitles,
  refText,
  matcherText,
  confidenceWords,
  detectedWords,
  duration,
  mayBeUndone,
  percent,
  standsWords,
  verdictWords,
  planHtml,
  freezeWords: (view: IncidentView) => freezeWords(view, say),
  mergedWords: (view: IncidentView) => mergedWords(view, say, toIncident),
  seenBefore: (view: IncidentView) => seenBefore(view, say, toIncident),
  evidenceTexts: (items: readonly Evidence[]) => evidenceTexts(items).map((text) => pointingHtml(text, items)),
  statementOf: ({ statement, evidence: ids }: Hypothesis, evidence: readonly Evidence[]) =>
    pointingHtml(pointingAt(statement, asTold(evidence.filter(({ id }) => ids.includes(id)))), evidence),
  prose: (text: string, around: number) => localTimes(escapeHtml(text), around, (ms) => timeHtml(ms, "clock")),
  nextStep: (view: IncidentView) => nextStep(view, say),
  told,
  auditSubject,
  undecidedWords: (diagnosis: Diagnosis) => undecidedWords(diagnosis, say.text),
  upperFirst,
  diffLines,
  byUse: evidenceByUse,
  fixGroups,
  placeOf,
  sameChangeAs,
  foretoldAt,
  impactText: (view: IncidentView) => impactText(view, { most: 12, text: cut }),
  ruledOutGroups,
  rememberedLines: (past: RememberedIncident) => rememberedLines(past, say),
  whyForgotten,
  count,
  runbookPages,
  pageName,
  time: timeHtml,
};
