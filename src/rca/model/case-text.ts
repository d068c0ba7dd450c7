import type { Hypothesis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Incident } from "../../incident/incident.ts";
import { refText } from "../../incident/object-ref.ts";
import { quoted as firstOf } from "../../incident/quoted.ts";
import type { Redact } from "../../incident/redacted.ts";
import { isoTime } from "../../lib/clock.ts";
import { quoted } from "../investigate/tool-box.ts";
import { charsPerToken } from "./estimate-tokens.ts";

export interface CaseTextInput {
  readonly incident: Incident;
  /** Most important first: what does not fit is left out from the end. */
  readonly evidence: readonly Evidence[];
  readonly hypotheses: readonly Hypothesis[];
  readonly recommendations: readonly Recommendation[];
  readonly redact: Redact;
  readonly maxInputTokens: number;
  /** What follows the evidence: the reading to be tested, the question to be answered. */
  readonly task?: string;
}

export interface CaseText {
  readonly text: string;
  /** What the model was shown, and may cite. */
  readonly shown: readonly Evidence[];
}

interface Line {
  readonly entry: Evidence;
  readonly limit: number;
  readonly text: string;
}

function lineOf(entry: Evidence, limit: number, redact: Redact): Line {
  const missing = entry.text.length - limit;
  const short = missing > 0 ? redact(`${entry.text.slice(0, limit)} [… ${missing} characters more]`) : entry.text;
  return { entry, limit, text: quoted({ ...entry, text: short }) };
}

/**
 * Fits quoted evidence into a number of characters: the longest is shortened first, and says how much of it is missing. What
 * does not fit even so is left out from the end, and named.
 */
function fitInto(entries: readonly Evidence[], maxChars: number, redact: Redact) {
  const lines = entries.map((entry) => lineOf(entry, Number.POSITIVE_INFINITY, redact));
  let total = lines.reduce((sum, line) => sum + line.text.length + 1, 0);
  for (const limit of [1_200, 800, 500, 300, 200, 120]) {
    const longest = lines.map((_, i) => i).sort((a, b) => (lines[b]?.text.length ?? 0) - (lines[a]?.text.length ?? 0));
    for (const i of longest) {
      const line = lines[i];
      if (total <= maxChars || !line) break;
      if (line.entry.text.length <= limit) continue;
      const short = lineOf(line.entry, limit, redact);
      if (short.text.length >= line.text.length) continue;
      total += short.text.length - line.text.length;
      lines[i] = short;
    }
  }
  const leftOut: Evidence[] = [];
  while (total > maxChars && lines.length > 1) {
    const last = lines.pop();
    if (!last) break;
    total -= last.text.length + 1;
    leftOut.unshift(last.entry);
  }
  return { lines, leftOut };
}

const named = (entries: readonly Evidence[]) =>
  `${entries
    .slice(0, 30)
    .map((entry) => `${entry.id} ${entry.source}`)
    .join(", ")}${entries.length > 30 ? ", …" : ""}`;

/** The user message: the case as data. The same case gives the same bytes. */
export function caseText(input: CaseTextInput): CaseText {
  const { incident, hypotheses, recommendations, redact, task = "" } = input;
  const head = [
    `Incident ${incident.id}: ${redact(incident.title)}`,
    `First symptom ${isoTime(incident.onset)}, raised ${isoTime(incident.openedAt)}, severity ${incident.severity}.`,
    `Objects with symptoms: ${incident.affected.slice(0, 40).map(refText).join(", ") || refText(incident.target)}${incident.affected.length > 40 ? ` and ${incident.affected.length - 40} more` : ""}`,
    "",
    "Symptoms:",
    ...incident.anomalies
      .slice(0, 25)
      .map(
        (anomaly) =>
          `- ${isoTime(anomaly.startsAt)} ${refText(anomaly.target)} ${anomaly.reason}: ${JSON.stringify(firstOf(anomaly.summary, 240, redact))}`,
      ),
    ...(incident.anomalies.length > 25 ? [`(${incident.anomalies.length - 25} more symptoms)`] : []),
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
  const frame = head.length + task.length + 600;
  const { lines, leftOut } = fitInto(
    input.evidence,
    Math.max(600, input.maxInputTokens * charsPerToken - frame),
    redact,
  );
  const rest =
    leftOut.length > 0 ? `\n(${leftOut.length} more pieces of evidence did not fit: ${named(leftOut)}.)` : "";
  return {
    text: `${head}<<<EVIDENCE\n${lines.map((line) => line.text).join("\n")}\nEVIDENCE>>>${rest}\n${task}`,
    shown: lines.map((line) => line.entry),
  };
}
