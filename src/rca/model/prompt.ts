import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Hypothesis } from "../../incident/diagnosis.ts";
import type { Evidence } from "../../incident/evidence.ts";
import type { Incident } from "../../incident/incident.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Recommendation } from "../../incident/recommendation.ts";
import type { Redact } from "../../incident/redacted.ts";
import { isoTime } from "../../lib/clock.ts";

export interface Prompt {
  readonly version: string;
  readonly text: string;
  /** SHA-256 of the text, kept with each diagnosis. */
  readonly hash: string;
}

export const promptVersion = "diagnose.v1";

/** Reads `prompts/diagnose.v1.md`, which lies beside `src` (and beside `dist`). */
export function loadPrompt(): Prompt {
  const text = readFileSync(new URL(`../../../prompts/${promptVersion}.md`, import.meta.url), "utf8");
  return { version: promptVersion, text, hash: createHash("sha256").update(text).digest("hex") };
}

/** Rough but safe: no tokenizer makes more than one token of three characters of such text on average. */
const charsPerToken = 3;

export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charsPerToken);
}

interface Quoted {
  readonly entry: Evidence;
  text: string;
}

/**
 * Fits quoted texts into a number of characters: the longest is shortened first, and says how much of it is missing. What does
 * not fit even so is told as a count.
 */
function fitInto(
  entries: readonly Evidence[],
  maxChars: number,
): { readonly quoted: readonly Quoted[]; readonly leftOut: number } {
  const quoted = entries.map((entry): Quoted => ({ entry, text: entry.text }));
  const overhead = 160;
  let total = quoted.reduce((sum, item) => sum + item.text.length + overhead, 0);
  for (const limit of [800, 500, 300, 200, 120]) {
    if (total <= maxChars) break;
    for (const item of [...quoted].sort((a, b) => b.text.length - a.text.length)) {
      if (total <= maxChars || item.text.length <= limit) break;
      const short = `${item.text.slice(0, limit)} [… ${item.entry.text.length - limit} characters more]`;
      total -= item.text.length - short.length;
      item.text = short;
    }
  }
  let leftOut = 0;
  while (total > maxChars && quoted.length > 1) {
    const last = quoted.pop();
    total -= (last?.text.length ?? 0) + overhead;
    leftOut++;
  }
  return { quoted, leftOut };
}

export interface PromptInput {
  readonly incident: Incident;
  /** Cited ones first: what does not fit is left out from the end. */
  readonly evidence: readonly Evidence[];
  readonly hypotheses: readonly Hypothesis[];
  readonly recommendations: readonly Recommendation[];
  readonly redact: Redact;
  readonly maxInputTokens: number;
}

/** The user message: the case as data. The same case gives the same bytes. */
export function caseText(input: PromptInput): string {
  const { incident, hypotheses, recommendations, redact } = input;
  const head = [
    `Incident ${incident.id}: ${redact(incident.title)}`,
    `First symptom ${isoTime(incident.onset)}, raised ${isoTime(incident.openedAt)}, severity ${incident.severity}.`,
    `Objects with symptoms: ${incident.affected.map(refText).join(", ") || refText(incident.target)}`,
    "",
    "Symptoms:",
    ...incident.anomalies
      .slice(0, 25)
      .map(
        (anomaly) =>
          `- ${isoTime(anomaly.startsAt)} ${refText(anomaly.target)} ${anomaly.reason}: ${JSON.stringify(redact(anomaly.summary.slice(0, 240)))}`,
      ),
    "",
    "Candidates of the rule engine, best first:",
    ...hypotheses.map(
      (item, i) =>
        `${i + 1}. ${item.cause} | ${refText(item.culprit)} | probability ${item.probability.toFixed(2)} | for ${item.evidence.join(" ") || "-"} | against ${item.against.join(" ") || "-"} | ${JSON.stringify(item.statement)}`,
    ),
    "",
    "Fixes on offer:",
    ...recommendations.map((item) => `${item.id}. ${item.action} on ${refText(item.target)}`),
    "",
  ].join("\n");
  const room = Math.max(600, input.maxInputTokens * charsPerToken - head.length - 200);
  const { quoted, leftOut } = fitInto(input.evidence, room);
  const lines = quoted.map(
    ({ entry, text }) =>
      `[${entry.id}] ${entry.source}, ${refText(entry.about)}, ${isoTime(entry.at)}: ${JSON.stringify(text)}`,
  );
  return `${head}<<<EVIDENCE\n${lines.join("\n")}\nEVIDENCE>>>${leftOut > 0 ? `\n(${leftOut} more pieces of evidence did not fit.)` : ""}\n`;
}
