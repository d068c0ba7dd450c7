import type { History } from "../incident/diagnosis/past-incident.ts";
import type { Incident } from "../incident/incident.ts";

/** What a diagnosis asks about the past. Implemented by the store. */
export interface HistoryPort {
  /** Resolves within a second or is given up; a diagnosis never waits for the past. */
  recall(incident: Incident): Promise<History>;
}
