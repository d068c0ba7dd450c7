import type { Anomaly } from "../../incident/anomaly.ts";

/** The symptoms of incidents as they were when a change was made, for as long as the change waits for its verdict. */
export interface SymptomMemory {
  /**
   * The incident's anomalies, and beside them what was there when the plan was applied: detection keeps one anomaly for each
   * fingerprint, so that a symptom which went and came back looks as if it had begun after the change.
   * @throws what the store throws; then nothing was remembered that the store does not have
   */
  recall(planId: string, anomalies: readonly Anomaly[], appliedAt: number): Promise<readonly Anomaly[]>;
  /** Forgets all plans but these: whoever judges one of them later asks the store. */
  keep(planIds: ReadonlySet<string>): void;
}

/** Where the memory outlives the process. */
export interface KeptSymptoms {
  readonly symptomsOf: (planId: string) => Promise<readonly Anomaly[]>;
  readonly keepSymptoms: (planId: string, symptoms: readonly Anomaly[]) => Promise<void>;
}

type Symptoms = ReadonlyMap<string, Anomaly>;

/** What is judged by: measured values move with every tick and are not worth a row. */
const isSame = (one: Anomaly | undefined, other: Anomaly) =>
  one?.startsAt === other.startsAt && one.endsAt === other.endsAt && one.severity === other.severity;

/** Those of as many plans as wait for their verdict, each with no more symptoms than an incident holds. */
export function createSymptomMemory(store: KeptSymptoms): SymptomMemory {
  const known = new Map<string, Symptoms>();
  const read = async (planId: string): Promise<Symptoms> =>
    new Map((await store.symptomsOf(planId)).map((anomaly) => [anomaly.fingerprint, anomaly]));
  return {
    async recall(planId, anomalies, appliedAt) {
      const before = known.get(planId) ?? (await read(planId));
      const seen = anomalies.filter(({ startsAt }) => startsAt <= appliedAt);
      const now = new Map([...before, ...seen.map((anomaly) => [anomaly.fingerprint, anomaly] as const)]);
      if (seen.some((anomaly) => !isSame(before.get(anomaly.fingerprint), anomaly)))
        await store.keepSymptoms(planId, [...now.values()]);
      known.set(planId, now);
      return anomalies.flatMap((anomaly): readonly Anomaly[] => {
        const first = anomaly.startsAt > appliedAt ? now.get(anomaly.fingerprint) : undefined;
        return first ? [{ ...first, endsAt: first.endsAt ?? anomaly.startsAt }, anomaly] : [anomaly];
      });
    },
    keep(planIds) {
      for (const id of known.keys()) if (!planIds.has(id)) known.delete(id);
    },
  };
}
