import type { Observation } from "../../cluster/observation.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { HealthLine } from "../../incident/report/health-line.ts";

/** What the process that watches the cluster can tell those who ask. */
export interface Watching {
  readonly observation: Observation;
  /** What all detectors reported in the last tick; what is silenced is not among it. */
  active(): readonly Anomaly[];
  /** How the watching itself is doing. */
  health(): readonly HealthLine[];
  /** Reads the silences again at once, instead of in a moment. */
  silencesChanged(): Promise<void>;
}
