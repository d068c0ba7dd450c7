import type { Anomaly } from "../../incident/anomaly.ts";

/** The symptoms of incidents as they were when a change was made, for as long as the change waits for its verdict. */
export interface SymptomMemory {
  /**
   * The incident's anomalies, and beside them what was there when the plan was applied: detection keeps one anomaly for each
   * fingerprint, so that a symptom which went and came back looks as if it had begun after the change.
   */
  recall(planId: string, anomalies: readonly Anomaly[], appliedAt: number): readonly Anomaly[];
  /** Forgets all plans but these. */
  keep(planIds: ReadonlySet<string>): void;
}

/** As many as wait for their verdict, each with no more symptoms than an incident holds. A process that begins anew knows none. */
export function createSymptomMemory(): SymptomMemory {
  const known = new Map<string, Map<string, Anomaly>>();
  return {
    recall(planId, anomalies, appliedAt) {
      const before = known.get(planId) ?? new Map<string, Anomaly>();
      known.set(planId, before);
      return anomalies.flatMap((anomaly): readonly Anomaly[] => {
        const { fingerprint, startsAt } = anomaly;
        if (startsAt <= appliedAt) {
          before.set(fingerprint, anomaly);
          return [anomaly];
        }
        const first = before.get(fingerprint);
        return first ? [{ ...first, endsAt: first.endsAt ?? startsAt }, anomaly] : [anomaly];
      });
    },
    keep(planIds) {
      for (const id of known.keys()) if (!planIds.has(id)) known.delete(id);
    },
  };
}
