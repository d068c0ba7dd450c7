import type { Anomaly } from "../incident/anomaly.ts";
import { type ObjectRef, sameRef } from "../incident/object-ref.ts";
import type { IncidentView } from "./incident-view.ts";

export interface Hurt {
  readonly ref: ObjectRef;
  /** What its users feel, in words: "about a quarter of its requests fail"; absent when nothing is measured, or when it is over. */
  readonly felt?: string;
}

/**
 * Shares and factors in steps that people tell apart: the message must not be edited because 24 % became 26 %, and each edit
 * counts against Slack's limit.
 */
const shares = [
  [0.9, "nearly all"],
  [0.62, "most"],
  [0.37, "about half"],
  [0.15, "about a quarter"],
  [0.05, "about one in ten"],
  [0, "a few"],
] as const;
const factors = [100, 30, 10, 5, 3, 2] as const;

/** What is felt of one anomaly, from its figures alone: its own words may quote logs. */
function feltOf({ reason, value, expected }: Anomaly): string | undefined {
  if (value === undefined) return undefined;
  if (reason === "error-ratio") return `${shares.find(([from]) => value >= from)?.[1] ?? "a few"} of its requests fail`;
  if (reason !== "latency" || !expected) return undefined;
  const factor = factors.find((one) => value >= one * expected);
  return factor === undefined ? "slower than usual" : `more than ${factor} times slower than usual`;
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
