import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { summaryWithoutAdvice } from "../../incident/fix/advice-text.ts";
import { cell, fullTime } from "./markdown.ts";
import { ending, facts } from "./postmortem-facts.ts";
import { impact } from "./postmortem-impact.ts";
import type { PostmortemInput } from "./postmortem-input.ts";
import { logs, proof } from "./postmortem-proof.ts";
import { actionItems, cause, done, timeline } from "./postmortem-sections.ts";

/** What the owner's runbooks say about such a cause. */
function runbookPages({ runbooks = [] }: Diagnosis, evidence: readonly Evidence[]): readonly string[] {
  const pages = evidence.filter(({ id }) => runbooks.includes(id));
  if (pages.length === 0) return [];
  return [
    "",
    "Runbooks for it:",
    "",
    ...pages.map(({ id, query }) => `- ${cell(query.replace(/^runbook /, ""))} (${id})`),
  ];
}

/**
 * A post-mortem as Markdown, to be put into a wiki as it is: what happened and how it ended, whom it hurt, why, what was done,
 * what is still to do; the proof stands at the end. Complete without a model.
 */
export function postmortem(input: PostmortemInput): string {
  const { incident, diagnosis, evidence, recommendations, redact } = input;
  const cited = new Set([
    ...diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]),
    ...diagnosis.timeline.flatMap((entry) => entry.evidence ?? []),
    ...(diagnosis.runbooks ?? []),
  ]);
  const shown = evidence.filter((entry) => cited.has(entry.id));
  const proven = { ...input, evidence: shown };
  const note = diagnosis.modelNote ? ` (${cell(diagnosis.modelNote)})` : "";
  const lines = [
    `# Post-mortem: ${cell(redact(incident.title))}`,
    "",
    ...facts(input),
    "",
    "## Summary",
    "",
    `${cell(summaryWithoutAdvice(diagnosis.summary, recommendations))} ${cell(ending(input))}`,
    "",
    "## Impact",
    "",
    ...impact(proven),
    "",
    "## Root cause",
    "",
    ...cause(proven),
    ...runbookPages(diagnosis, evidence),
    "",
    "## Timeline",
    "",
    ...timeline(proven),
    "",
    "## What was done",
    "",
    ...done(input),
    "## Action items",
    "",
    ...actionItems(input),
    "",
    "## Evidence",
    "",
    ...proof(shown),
    "",
    ...logs(input),
    `Written by kubemend from its records; the cause was found by ${diagnosis.by}${note}, last at ${fullTime(diagnosis.madeAt)}.`,
    "",
  ];
  return lines.join("\n");
}
