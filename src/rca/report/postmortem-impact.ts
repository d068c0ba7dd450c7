import type { Anomaly } from "../../incident/anomaly.ts";
import { asTold } from "../../incident/diagnosis/evidence-texts.ts";
import { pointingAt } from "../../incident/diagnosis/told-once.ts";
import { type ObjectRef, refText, sameRef } from "../../incident/object-ref.ts";
import { own as ownOf } from "../../lib/own.ts";
import { cell, timesOf } from "./markdown.ts";
import type { PostmortemInput } from "./postmortem-input.ts";

/**
 * What was felt, in words that hold for the whole time: the figures of an anomaly are the last ones, when it was nearly over.
 * What only logs show stands in the log section.
 */
const feltWords: Readonly<Record<string, string>> = {
  "error-ratio": "requests failed",
  "client-errors": "its calls failed",
  latency: "requests took long",
  "client-latency": "its calls took long",
  "traffic-stopped": "requests stayed away",
};
/** The same of whom is called, where a caller has seen it. */
const feltByCallers: Readonly<Record<string, (caller: string) => string>> = {
  "client-errors": (caller) => `calls from ${caller} failed`,
  "client-latency": (caller) => `calls from ${caller} took long`,
};
const impactShown = 4;

function spansOf(
  anomalies: readonly Anomaly[],
  ref: ObjectRef,
  { redact, incident, evidence }: PostmortemInput,
): readonly string[] {
  const all = anomalies.filter(({ target, family }) => sameRef(target, ref) && family !== "log");
  // What a model makes of a measurement is told where nothing was measured or seen.
  const measured = all.filter(({ family }) => family !== "prediction");
  const own = measured.length > 0 ? measured : all;
  const clock = timesOf(own.flatMap(({ startsAt, endsAt = startsAt }) => [startsAt, endsAt]));
  const spans = own.map(({ reason, seenOn, summary, startsAt, endsAt }) => {
    const end = endsAt ?? incident.resolvedAt;
    const felt =
      (seenOn && ownOf(feltByCallers, reason)?.(cell(seenOn.name))) ??
      ownOf(feltWords, reason) ??
      cell(pointingAt(redact(summary), asTold(evidence)));
    return `${felt} (${end === undefined ? `since ${clock(startsAt)} UTC` : `${clock(startsAt)} to ${clock(end)} UTC`})`;
  });
  return [...new Set(spans)].slice(0, impactShown);
}

/** Who suffered, from when to when, in figures where there are any. */
export function impact(input: PostmortemInput): readonly string[] {
  const { incident, diagnosis } = input;
  const culprit = diagnosis.hypotheses[0]?.culprit ?? incident.target;
  const refs = [culprit, ...diagnosis.blastRadius.filter((ref) => !sameRef(ref, culprit))];
  const rows = refs.flatMap((ref) => {
    const spans = spansOf(incident.anomalies, ref, input);
    return [`- **${cell(refText(ref))}**`, ...spans.map((span) => `  - ${span}`)];
  });
  return diagnosis.blastRadius.length > 0 ? rows : [...rows, "", "No other workload showed symptoms."];
}
