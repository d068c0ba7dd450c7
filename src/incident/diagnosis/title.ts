import { type CauseCode, causeTitles } from "../cause.ts";
import type { Incident } from "../incident.ts";
import { type ObjectRef, sameRef } from "../object-ref.ts";
import type { Diagnosis } from "./diagnosis.ts";

const plainKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Pod"]);

/** What a diagnosis says first, as rows hold it; without a diagnosis all is null. */
export interface LeadingCause {
  readonly cause: CauseCode | null;
  readonly culprit: ObjectRef | null;
  readonly inconclusive: boolean | null;
}

const undecided: LeadingCause = { cause: null, culprit: null, inconclusive: null };

const leadOf = ({ inconclusive, hypotheses: [first] }: Pick<Diagnosis, "inconclusive" | "hypotheses">): LeadingCause =>
  first ? { cause: first.cause, culprit: first.culprit, inconclusive } : undecided;

function headline(target: ObjectRef, { cause, culprit, inconclusive }: LeadingCause): string | undefined {
  if (!cause || !culprit || inconclusive || cause === "unknown" || sameRef(culprit, target)) return undefined;
  const { kind, name } = culprit;
  return `${plainKinds.has(kind) ? name : `${kind} ${name}`}: ${causeTitles[cause]}`;
}

/**
 * What a diagnosis that has decided makes of the title: `catalogue: defect in the new release`. Undefined while it has not, and
 * where what was seen first is what has to be repaired.
 */
export function headlineOf(
  { target }: Pick<Incident, "target">,
  diagnosis: Pick<Diagnosis, "inconclusive" | "hypotheses">,
): string | undefined {
  return headline(target, leadOf(diagnosis));
}

/** The title as people read it, from rows: detection names what it saw first; the diagnosis puts before it what it turned out to be. */
export function titleOfRow(incident: Pick<Incident, "target" | "title">, lead: LeadingCause | undefined): string {
  const first = headline(incident.target, lead ?? undecided);
  return first === undefined ? incident.title : `${first}${titleJoint}${incident.title}`;
}

/** Between what it turned out to be and what was seen first. */
export const titleJoint = " – ";

/** The same from a diagnosis. Every list, message, mail and page names an incident by it. */
export function titleOf(
  incident: Pick<Incident, "target" | "title">,
  diagnosis: Pick<Diagnosis, "inconclusive" | "hypotheses"> | undefined,
): string {
  return titleOfRow(incident, diagnosis && leadOf(diagnosis));
}
