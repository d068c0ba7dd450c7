import type { AnalysisResult } from "../app/diagnosis/analysis-result.ts";
import type { AnalysedCase } from "../app/diagnosis/analyze-recording.ts";
import { causeText } from "../incident/diagnosis/cause-text.ts";
import { toldOnce } from "../incident/diagnosis/told-once.ts";
import { actionTitle } from "../incident/fix/action-title.ts";
import { summaryWithoutAdvice } from "../incident/fix/advice-text.ts";
import { placeInOrder } from "../incident/fix/place-in-order.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import { utcTime } from "../lib/clock.ts";
import { quotedLines } from "./quoted-lines.ts";

const maxRisks = 8;
const maxFixes = 3;
const maxEvidence = 6;

/** A time of day where the day is that of `begin`: a recording may be of any, and go on over midnight. */
const timeSince = (begin: string) => (iso: string) => {
  const full = utcTime(Date.parse(iso));
  return full.slice(0, 10) === utcTime(Date.parse(begin)).slice(0, 10) ? full.slice(11) : full;
};
const percent = (share: number) => `${Math.round(share * 100)} %`;
const indented = (lines: readonly string[], by: number) => lines.map((line) => `${" ".repeat(by)}${line}`);

/** What it does, why it stands where it does, what it still needs, and the command. */
function fixLines(fix: Recommendation, number: number, all: readonly Recommendation[]): readonly string[] {
  const { action, target, params, confidence, reason, needs, kubectl } = fix;
  const place = placeInOrder(fix, all);
  return [
    `  fix ${number} (${percent(confidence)}${place ? `, ${place}` : ""}): ${actionTitle(action, target, params)}: ${reason}`,
    ...needs.map((need) => `    needs ${need.name}: ${need.why}`),
    ...indented(kubectl.split("\n"), 4),
  ];
}

function caseLines({ diagnosis, evidence, recommendations }: AnalysedCase): readonly string[] {
  const [best, ...others] = diagnosis.hypotheses;
  if (!best) return [];
  const fixes = recommendations.slice(0, maxFixes);
  const summary = summaryWithoutAdvice(diagnosis.summary, fixes);
  const cited = best.evidence.slice(0, maxEvidence).flatMap((id) => evidence.find((item) => item.id === id) ?? []);
  const [, ...texts] = toldOnce([{ text: summary }, ...cited.map(({ id, text }) => ({ name: id, text }))]);
  const pages = evidence.filter(({ id }) => diagnosis.runbooks?.includes(id));
  const why = diagnosis.confidenceReason ? ` (${diagnosis.confidenceReason})` : "";
  const [second] = others;
  return [
    `  ${summary}`,
    `  ${diagnosis.inconclusive ? "most likely" : "cause"}: ${causeText(best.cause, best.culprit)}, ${percent(best.probability)}${why}`,
    ...cited.flatMap(({ id }, i) => {
      const [first, ...more] = quotedLines(texts[i] ?? "");
      return [`    ${id} ${first}`, ...indented(more, 6)];
    }),
    ...pages.map(({ query }) => `  see ${query}`),
    ...(second ? [`  else: ${causeText(second.cause, second.culprit)}, ${percent(second.probability)}`] : []),
    ...fixes.flatMap((fix, i) => fixLines(fix, i + 1, fixes)),
  ];
}

/** What was found in a recording, for a terminal. */
export function analyzeStory(result: AnalysisResult, cases: readonly AnalysedCase[]): readonly string[] {
  const lines = result.incidents.flatMap((incident) => {
    const diagnosed = cases.find((one) => one.incident.id === incident.id);
    const { id, title, severity, onset, openedAt, resolvedAt, mergedInto } = incident;
    const how = mergedInto === undefined ? "resolved" : `merged into incident ${mergedInto} at`;
    const time = timeSince(onset);
    const end = resolvedAt ? `, ${how} ${time(resolvedAt)}` : ", still open at the end";
    return [
      `Incident ${id}: ${title}`,
      `  ${severity}, since ${utcTime(Date.parse(onset))}, raised ${time(openedAt)}${end}`,
      ...(diagnosed ? caseLines(diagnosed) : []),
      "",
    ];
  });
  if (result.risks.length > 0) {
    lines.push("Weak spots (no incidents):", ...result.risks.slice(0, maxRisks).map(({ why }) => `  ${why}`));
    if (result.risks.length > maxRisks) lines.push(`  and ${result.risks.length - maxRisks} more with --json`);
    lines.push("");
  }
  const { ticks, series, logLines, wallMs } = result.stats;
  const count = result.incidents.length;
  lines.push(
    `${count} incident${count === 1 ? "" : "s"}; ${ticks} ticks, ${series} series, ${logLines} log lines in ${(wallMs / 1000).toFixed(1)} s`,
  );
  return lines;
}
