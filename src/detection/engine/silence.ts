import type { Anomaly } from "../../incident/anomaly.ts";

/** No incident is opened for what matches between `from` and `to` (ms): a silence, or a maintenance window. */
export interface Silence {
  readonly from: number;
  readonly to: number;
  readonly namespace?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly detector?: string;
  /** Who asked for it and why, shown with the count of what it kept quiet. */
  readonly reason: string;
}

/** Every part that is given must match; a silence without any matches everything. */
export function silences(silence: Silence, anomaly: Anomaly, now: number): boolean {
  if (now < silence.from || now >= silence.to) return false;
  const { target } = anomaly;
  return (
    (silence.namespace === undefined || silence.namespace === target.namespace) &&
    (silence.kind === undefined || silence.kind === target.kind) &&
    (silence.name === undefined || silence.name === target.name) &&
    (silence.detector === undefined || silence.detector === anomaly.detector)
  );
}
