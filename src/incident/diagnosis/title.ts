import { causeTitles } from "../cause.ts";
import type { Incident } from "../incident.ts";
import { sameRef } from "../object-ref.ts";
import type { Diagnosis } from "./diagnosis.ts";

const plainKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Pod"]);

/**
 * What a diagnosis that has decided makes of the title: `catalogue: defect in the new release`. Undefined while it has not, and
 * where what was seen first is what has to be repaired.
 */
export function headlineOf(
  { target }: Pick<Incident, "target">,
  { inconclusive, hypotheses }: Pick<Diagnosis, "inconclusive" | "hypotheses">,
): string | undefined {
  const [first] = hypotheses;
  if (!first || inconclusive || first.cause === "unknown" || sameRef(first.culprit, target)) return undefined;
  const { kind, name } = first.culprit;
  return `${plainKinds.has(kind) ? name : `${kind} ${name}`}: ${causeTitles[first.cause]}`;
}

/** The title as people read it: detection names what it saw first; the diagnosis puts before it what it turned out to be. */
export function titleOf(
  incident: Pick<Incident, "target" | "title">,
  diagnosis: Pick<Diagnosis, "inconclusive" | "hypotheses"> | undefined,
): string {
  const headline = diagnosis && headlineOf(incident, diagnosis);
  return headline === undefined ? incident.title : `${headline} – ${incident.title}`;
}
