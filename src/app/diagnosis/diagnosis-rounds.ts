import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Incident } from "../../incident/incident.ts";
import { nextDiagnosisAt } from "./diagnosis-schedule.ts";

interface Round {
  /** When the trouble came, or came back (ms). */
  readonly from: number;
  readonly made: number;
  readonly lastAt: number;
}

/** Which incidents are to be diagnosed, and when again. */
export interface DiagnosisRounds {
  /** One that an earlier process has diagnosed: it goes on from there. */
  restore(incident: Incident, last: Diagnosis): void;
  /**
   * Those that are due, each of which counts as diagnosed from then on. `incidents` are all that detection holds: what is not
   * among them is forgotten. Those that are not `ours` wait, for now.
   */
  due(incidents: readonly Incident[], isOurs: (incident: Incident) => boolean, now: number): readonly Incident[];
}

/** Times are ms. Holds one entry for each incident that detection holds, and reads no clock of its own. */
export function createDiagnosisRounds(): DiagnosisRounds {
  const rounds = new Map<string, Round | "ended">();
  return {
    restore({ id, openedAt }, { version, madeAt }) {
      rounds.set(id, { from: openedAt, made: version, lastAt: madeAt });
    },
    due(incidents, isOurs, now) {
      const held = new Set(incidents.map(({ id }) => id));
      for (const id of rounds.keys()) if (!held.has(id)) rounds.delete(id);
      return incidents.filter(isOurs).filter(({ id, status, openedAt, anomalies }) => {
        const known = rounds.get(id);
        if (status === "resolved") {
          if (known) rounds.set(id, "ended");
          return false;
        }
        // What comes back is looked at as closely as what is new.
        const fresh = { from: known === "ended" ? now : openedAt, made: 0, lastAt: 0 };
        const round = known === undefined || known === "ended" ? fresh : known;
        const hasNews = round.lastAt > 0 && anomalies.some(({ detectedAt }) => detectedAt > round.lastAt);
        if (now < nextDiagnosisAt(round.from, round.made, round.lastAt, hasNews)) return false;
        rounds.set(id, { ...round, made: round.made + 1, lastAt: now });
        return true;
      });
    },
  };
}
