import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnalysedCase, analyzeRecording } from "../app/diagnosis/analyze-recording.ts";
import { inputError } from "../lib/app-error.ts";
import { visibleJson, visibleText } from "../lib/visible-text.ts";
import { isNeutralCase } from "../rca/neutral/read-case.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import { postmortem } from "../rca/report/postmortem.ts";
import { readRunbooks } from "../rca/runbooks/read-runbooks.ts";
import { loadRecording } from "../replay/recording/load-recording.ts";
import { recordedSignals } from "../replay/recording/recorded-signals.ts";
import { analyzeCase } from "./analyze-case.ts";
import { analyzeStory } from "./analyze-story.ts";
import { makeFolder } from "./make-folder.ts";
import { startProgress } from "./progress.ts";
import { wrapLine } from "./wrap-line.ts";

/** What is wrapped goes on a step further in than it began. */
const indentOf = (line: string) => line.length - line.trimStart().length + 2;

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
  const runbooks = options.runbooks === undefined ? undefined : await readRunbooks(options.runbooks);
  for (const complaint of runbooks?.complaints ?? []) process.stderr.write(`${visibleText(complaint)}\n`);
  const progress = startProgress("Reading the recording");
  try {
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
    const { isTTY, columns } = process.stdout;
    const story = analyzeStory(result, cases).map((line) => (isTTY ? wrapLine(line, columns, indentOf(line)) : line));
    process.stdout.write(`${options.json ? visibleJson(result, 2) : visibleText(story.join("\n"))}\n`);
  } finally {
    progress.end();
  }
}
