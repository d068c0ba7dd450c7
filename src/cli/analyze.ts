import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnalysisResult } from "../app/diagnosis/analysis-result.ts";
import { type AnalysedCase, analyzeRecording } from "../app/diagnosis/analyze-recording.ts";
import { causeText } from "../incident/diagnosis/cause-text.ts";
import { inputError } from "../lib/app-error.ts";
import { visibleJson, visibleText } from "../lib/visible-text.ts";
import { isNeutralCase } from "../rca/neutral/read-case.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import { postmortem } from "../rca/report/postmortem.ts";
import { readRunbooks } from "../rca/runbooks/read-runbooks.ts";
import { loadRecording } from "../replay/recording/load-recording.ts";
import { recordedSignals } from "../replay/recording/recorded-signals.ts";
import { analyzeCase } from "./analyze-case.ts";
import { firstLine } from "./first-line.ts";
import { makeFolder } from "./make-folder.ts";
import { startProgress } from "./progress.ts";

const maxRisks = 8;

const clockTime = (ms: number) => `${new Date(ms).toISOString().slice(11, 19)} UTC`;

function story(result: AnalysisResult): string {
  const lines: string[] = [];
  for (const incident of result.incidents) {
    const [best, ...others] = incident.diagnosis.hypotheses;
    lines.push(`Incident ${incident.id}: ${incident.title}`);
    lines.push(
      `  ${incident.severity}, since ${clockTime(Date.parse(incident.onset))}, raised ${clockTime(Date.parse(incident.openedAt))}${incident.resolvedAt ? `, resolved ${clockTime(Date.parse(incident.resolvedAt))}` : ", still open at the end"}`,
    );
    if (best) {
      lines.push(`  ${incident.diagnosis.summary}`);
      lines.push(
        `  ${incident.diagnosis.inconclusive ? "most likely" : "cause"}: ${causeText(best.cause, best.culprit)}, ${Math.round(best.probability * 100)} %${incident.diagnosis.confidenceReason ? ` (${incident.diagnosis.confidenceReason})` : ""}`,
      );
      for (const id of best.evidence.slice(0, 6)) {
        const evidence = incident.evidence.find((item) => item.id === id);
        if (evidence) lines.push(`    ${evidence.id} ${firstLine(evidence.text)}`);
      }
      for (const id of incident.diagnosis.runbooks) {
        const page = incident.evidence.find((item) => item.id === id);
        if (page) lines.push(`  see ${page.query}`);
      }
      if (others[0])
        lines.push(
          `  else: ${causeText(others[0].cause, others[0].culprit)}, ${Math.round(others[0].probability * 100)} %`,
        );
    }
    incident.recommendations.slice(0, 3).forEach((fix, i) => {
      lines.push(`  fix ${i + 1} (${Math.round(fix.confidence * 100)} %): ${fix.kubectl}`);
    });
    lines.push("");
  }
  if (result.risks.length > 0) {
    lines.push("Weak spots (no incidents):");
    for (const { why } of result.risks.slice(0, maxRisks)) lines.push(`  ${why}`);
    if (result.risks.length > maxRisks) lines.push(`  and ${result.risks.length - maxRisks} more with --json`);
    lines.push("");
  }
  const { ticks, series, logLines, wallMs } = result.stats;
  lines.push(
    `${result.incidents.length} incident${result.incidents.length === 1 ? "" : "s"}; ${ticks} ticks, ${series} series, ${logLines} log lines in ${(wallMs / 1000).toFixed(1)} s`,
  );
  return lines.join("\n");
}

async function writePostmortems(folder: string, cases: readonly AnalysedCase[]): Promise<void> {
  const { redact } = createRedactor();
  for (const one of cases)
    await writeFile(join(folder, `incident-${one.incident.id}.md`), postmortem({ ...one, executions: [], redact }));
}

/** `kubemend analyze <recording or neutral case> [--json]`. @throws AppError (exit code 2) when the recording cannot be read. */
export async function analyze(
  folder: string,
  options: { json?: boolean; history?: string; runbooks?: string; postmortem?: string },
): Promise<void> {
  if (await isNeutralCase(folder)) return analyzeCase(folder, options);
  if (options.history !== undefined)
    throw inputError(
      "history-without-case",
      `--history is for neutral cases, and ${folder} is a recording.`,
      "Leave it out; docs/neutral-cases.md tells what a case is.",
    );
  // Before the work is done, not after.
  if (options.postmortem !== undefined) await makeFolder(options.postmortem, "--postmortem");
  const progress = startProgress("Reading the recording");
  try {
    const runbooks = options.runbooks === undefined ? undefined : await readRunbooks(options.runbooks);
    const recording = await loadRecording(folder);
    const cases: AnalysedCase[] = [];
    const span = recording.end - recording.start;
    const result = await analyzeRecording({
      cluster: recording.header.name,
      start: recording.start,
      end: recording.end,
      tickMs: recording.header.scrapeIntervalSeconds * 1_000,
      signals: recordedSignals(recording),
      runbooks,
      onCase: (one) => cases.push(one),
      onProgress: (at) => progress.say(`Analyzing ${Math.round(((at - recording.start) / span) * 100)} %`),
    });
    progress.end();
    if (options.postmortem !== undefined) await writePostmortems(options.postmortem, cases);
    process.stdout.write(`${options.json ? visibleJson(result, 2) : visibleText(story(result))}\n`);
  } finally {
    progress.end();
  }
}
