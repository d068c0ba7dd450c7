import { cameBack } from "../../incident/came-back.ts";
import { causeText } from "../../incident/diagnosis/cause-text.ts";
import { duration } from "../../lib/duration.ts";
import { cell, fullTime, percent } from "./markdown.ts";
import type { PostmortemInput } from "./postmortem-input.ts";

type Done = PostmortemInput["executions"][number];

const isApplied = ({ execution }: Done) => execution.kind === "apply" && execution.outcome === "applied";

/** The change that ended the trouble; without a verdict the last one that was applied. */
export function theFix({ executions }: PostmortemInput): Done | undefined {
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
  // As the times beside it, which are shown in whole seconds.
  const apart = (at: number, since: number) => duration((Math.floor(at / 1_000) - Math.floor(since / 1_000)) * 1_000);
  const after = (at: number, since: number) => `${fullTime(at)}, ${apart(at, since)} later`;
  const back = cameBack(incident);
  const rows: (readonly [string, string])[] = [
    ["Incident", `${cell(incident.id)} in cluster ${cell(incident.cluster)}, severity ${incident.severity}`],
    ...(back
      ? ([
          ["Detected", fullTime(incident.openedAt)],
          ["Came back", fullTime(incident.onset)],
        ] as const)
      : ([
          ["Began", fullTime(incident.onset)],
          ["Detected", after(incident.openedAt, incident.onset)],
        ] as const)),
    ...(taken ? ([["Acknowledged", after(taken.at, incident.openedAt)]] as const) : []),
    ...(fix ? ([["Fix applied", after(fix.execution.startedAt, incident.openedAt)]] as const) : []),
    [
      "Resolved",
      incident.resolvedAt === undefined
        ? "not yet"
        : `${fullTime(incident.resolvedAt)}; ${apart(incident.resolvedAt, incident.onset)} ${back ? "after it had come back" : "of trouble in all"}`,
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
