import type { Anomaly } from "../../incident/anomaly.ts";
import { type SilenceMatcher, silenceMatches } from "../../incident/silence.ts";

/** No incident is opened for what matches between `from` and `to` (ms): a silence, or a maintenance window. */
export interface Silence extends SilenceMatcher {
  readonly from: number;
  readonly to: number;
  /** Who asked for it and why, shown with the count of what it kept quiet. */
  readonly reason: string;
}

/** Whether the silence holds now, and is about the anomaly. */
export function silences(silence: Silence, anomaly: Anomaly, now: number): boolean {
  return now >= silence.from && now < silence.to && silenceMatches(silence, anomaly);
}
