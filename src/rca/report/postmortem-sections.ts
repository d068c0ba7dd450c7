import { causeTitles } from "../../incident/cause.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { TimelineEntry } from "../../incident/diagnosis/diagnosis.ts";
import { asTold } from "../../incident/diagnosis/evidence-texts.ts";
import { ruledOutGroups } from "../../incident/diagnosis/ruled-out-groups.ts";
import { bySecond } from "../../incident/diagnosis/timeline-order.ts";
import { pointingAt } from "../../incident/diagnosis/told-once.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { partlyApplied } from "../../incident/fix/execution.ts";
import { verdictWords } from "../../incident/fix/verdict-words.ts";
import { cell, code, fullTime, percent, timesOf } from "./markdown.ts";
import { theFix } from "./postmortem-facts.ts";
import type { PostmortemInput } from "./postmortem-input.ts";

const sentence = (words: string) => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;

/** Why, how sure, and what else was considered. */
export function cause({ diagnosis, evidence }: PostmortemInput): readonly string[] {
  const [best, ...others] = diagnosis.hypotheses;
  const proof = (ids: readonly string[]) => (ids.length > 0 ? ` (${ids.join(", ")})` : "");
  return [
    ...(best
      ? [
          `**${cell(causeText(best.cause, best.culprit))}**, ${percent(best.probability)} sure: ${cell(pointingAt(best.statement, asTold(evidence))).replace(/\.$/, "")}${proof(best.evidence)}.`,
          ...(best.against.length > 0 ? ["", `Against it: ${best.against.join(", ")}.`] : []),
        ]
      : ["No cause is known."]),
    ...(best && diagnosis.confidenceReason
      ? ["", `Why ${percent(best.probability)}: ${cell(diagnosis.confidenceReason)}.`]
      : []),
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
export function timeline({ diagnosis, evidence, told = [] }: PostmortemInput): readonly string[] {
  const entries: readonly TimelineEntry[] = [
    ...diagnosis.timeline,
    ...told.filter((entry) => !toldThere.has(entry.kind)),
  ].sort(bySecond);
  const [first] = entries;
  if (!first) return ["Nothing is known."];
  const clock = timesOf(entries.map(({ at }) => at));
  return [
    `Times are UTC, beginning on ${fullTime(first.at).slice(0, 10)}.`,
    "",
    "| time | what | evidence |",
    "|---|---|---|",
    ...entries.map(
      ({ at, text, evidence: id }) =>
        // What has evidence of its own is what the story is about, and told.
        `| ${clock(at)} | ${cell(id ? text : pointingAt(text, asTold(evidence)))} | ${id ?? ""} |`,
    ),
  ];
}

function outcomeWords({ execution: { outcome, detail } }: PostmortemInput["executions"][number]): string {
  if (outcome === "applied") return "";
  const how = detail.startsWith(partlyApplied) ? "stopped half-way" : "not carried out";
  return ` – ${how}: ${cell(detail || outcome).replace(/\.$/, "")}`;
}

/** What was changed, by whose word, and whether it helped; then what was offered and not taken. */
export function done({ executions, recommendations, incident }: PostmortemInput): readonly string[] {
  const lines = executions.flatMap((one) => {
    const { execution, title, kubectl, approvedBy, verification } = one;
    const by = approvedBy.length > 0 ? `, approved by ${cell(approvedBy.join(", "))}` : "";
    return [
      `**${fullTime(execution.startedAt)}: ${execution.kind === "undo" ? "undone: " : ""}${cell(title)}**${by}${outcomeWords(one)}.`,
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
      ? [
          incident.resolvedAt === undefined ? "Offered so far:" : "Offered and not taken:",
          "",
          ...left.map(({ title, reason }) => `- ${cell(title)}: ${cell(reason)}`),
          "",
        ]
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
