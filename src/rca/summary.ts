import { causeTitles } from "../incident/cause.ts";
import type { TimelineEntry } from "../incident/diagnosis.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import { refKey, sameRef } from "../incident/object-ref.ts";
import type { Recommendation } from "../incident/recommendation.ts";
import type { Redact } from "../incident/redacted.ts";
import { isoTime } from "../lib/clock.ts";
import type { Case } from "./case.ts";
import { changeFinding, describeChange } from "./gather/changes.ts";
import type { Ranked } from "./rank.ts";

const clock = (ms: number) => `${isoTime(ms).slice(11, 19)} UTC`;
const percent = (share: number) => `${Math.round(share * 100)} %`;

function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length > 5) return `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * Workloads that suffer without being the cause: those with symptoms that the culprit hits or that call, however indirectly,
 * what it hits. A workload that merely gets fewer calls because its caller fails does not suffer.
 */
export function blastRadiusOf(open: Case, best: Ranked | undefined): readonly ObjectRef[] {
  if (!best) return open.symptomatic;
  const { culprit, hits } = best.candidate;
  const reached = new Set([...hits, ...hits.flatMap((hit) => open.topology.dependentsOf(hit))].map(refKey));
  return open.symptomatic.filter((ref) => !sameRef(ref, culprit) && reached.has(refKey(ref)));
}

/** One paragraph in plain words: what broke, since when, why, what it hurts, what to do. */
export function summaryOf(input: {
  readonly open: Case;
  readonly hypotheses: readonly Ranked[];
  readonly blastRadius: readonly ObjectRef[];
  readonly recommendations: readonly Recommendation[];
  readonly inconclusive: boolean;
  readonly questions: readonly string[];
}): string {
  const { open, hypotheses, blastRadius, recommendations, inconclusive, questions } = input;
  const best = hypotheses[0];
  const names = [...new Set(open.symptomatic.map((ref) => ref.name))];
  const where = open.incident.target.namespace ? ` in namespace ${open.incident.target.namespace}` : "";
  const parts = [
    `Since ${clock(open.onset)} ${names.length > 0 ? listed(names) : open.incident.target.name}${where} ${names.length > 1 ? "show" : "shows"} trouble`,
  ];
  if (!best || best.candidate.cause === "unknown") {
    parts[0] += "; nothing in the data names a cause.";
  } else {
    const { candidate, probability } = best;
    const when = candidate.change ? `; the change was made at ${clock(candidate.change.at)}` : "";
    parts[0] += ".";
    parts.push(
      `${inconclusive ? "The evidence does not decide; most likely" : "Most likely cause"} (${percent(probability)}): ${candidate.statement.replace(/\s+/g, " ").replace(/\.+$/, "")}${when}.`,
    );
    const hurt = [...new Set(blastRadius.map((ref) => ref.name))];
    parts.push(hurt.length > 0 ? `It hurts ${listed(hurt)} as well.` : "No other workload shows symptoms.");
    const second = hypotheses[1];
    if (inconclusive && second)
      parts.push(
        `Possible as well: ${causeTitles[second.candidate.cause]} of ${second.candidate.culprit.kind} ${second.candidate.culprit.name} (${percent(second.probability)}).`,
      );
  }
  const first = recommendations[0];
  if (first)
    parts.push(
      `What to do: ${first.action} on ${first.target.kind} ${first.target.name}; it ${first.reason}${first.needs.length > 0 ? ` (a person must give: ${first.needs.map((need) => need.name).join(", ")})` : ""}.`,
    );
  if (inconclusive && questions.length > 0) parts.push(`To decide: ${questions.join(" ")}`);
  return parts.join(" ");
}

/** What happened in order: changes near the trouble, the first sign of it on each workload, and when it was raised. */
export function timelineOf(open: Case, redact: Redact): readonly TimelineEntry[] {
  const scope = new Set(open.scope.map(refKey));
  const rows: { at: number; text: string; evidence?: string | undefined }[] = [];
  for (const change of open.changes) {
    const related =
      scope.has(refKey(change.ref)) ||
      open.scope.some((workload) => open.topology.usesOf(workload).some((use) => sameRef(use.ref, change.ref))) ||
      change.ref.kind === "Node";
    const near = change.at > open.onset - 20 * 60_000;
    if (!near || (!related && !open.scope.some((workload) => workload.namespace === change.ref.namespace))) continue;
    rows.push({ at: change.at, text: describeChange(change), evidence: open.cite(changeFinding(change))[0] });
  }
  const seen = new Set<string>();
  for (const anomaly of [...open.incident.anomalies].sort((a, b) => a.startsAt - b.startsAt)) {
    const key = `${refKey(anomaly.target)}|${anomaly.reason}`;
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push({ at: anomaly.startsAt, text: `${anomaly.target.kind} ${anomaly.target.name}: ${anomaly.summary}` });
  }
  rows.push({ at: open.incident.openedAt, text: "The incident was raised." });
  if (open.incident.resolvedAt !== undefined)
    rows.push({ at: open.incident.resolvedAt, text: "The symptoms were gone." });
  rows.sort((a, b) => a.at - b.at);
  return rows
    .slice(-30)
    .map(({ at, text, evidence }) => ({ at, text: redact(text.slice(0, 400)), ...(evidence ? { evidence } : {}) }));
}
