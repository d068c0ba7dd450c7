import type { Anomaly } from "../incident/anomaly.ts";
import { valueText } from "../incident/measure-text.ts";
import { type ObjectRef, sameRef } from "../incident/object-ref.ts";
import type { IncidentView } from "./incident-view.ts";

export interface Hurt {
  readonly ref: ObjectRef;
  /** What its users feel, in figures: "25 % of its requests fail"; absent when nothing is measured, or when it is over. */
  readonly felt?: string;
}

/** What is felt of one anomaly, from its figures alone: its own words may quote logs. */
function feltOf({ reason, value, expected, unit = "" }: Anomaly): string | undefined {
  if (value === undefined) return undefined;
  if (reason === "error-ratio") return `${valueText(value, "ratio")} of its requests fail`;
  if (reason === "latency")
    return `a request takes ${valueText(value, unit)}${expected === undefined ? "" : `, usually ${valueText(expected, unit)}`}`;
  return undefined;
}

/** Who suffers beside the culprit, with what their users feel now. */
export function impactOf({ incident, diagnosis }: IncidentView): readonly Hurt[] {
  const refs = diagnosis?.blastRadius ?? incident.affected.filter((ref) => !sameRef(ref, incident.target));
  const active = incident.status === "resolved" ? [] : incident.anomalies.filter(({ endsAt }) => endsAt === undefined);
  return refs.map((ref) => {
    const own = active.filter(({ target }) => sameRef(target, ref));
    const worst = own.find(({ reason }) => reason === "error-ratio") ?? own.find(({ reason }) => reason === "latency");
    const felt = worst && feltOf(worst);
    return felt ? { ref, felt } : { ref };
  });
}
