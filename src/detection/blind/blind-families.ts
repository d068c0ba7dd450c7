import type { Anomaly, AnomalyFamily } from "../../incident/anomaly.ts";

const feeds: readonly (readonly [RegExp, readonly AnomalyFamily[]])[] = [
  [/kubernetes|watch/, ["state", "event"]],
  [/scrape|prometheus|metrics/, ["metric", "prediction"]],
  [/log|loki/, ["log"]],
  [/health/, ["health"]],
];

/** Families of detectors that a source, by its name, gives something to see. */
export function familiesFedBy(source: string): readonly AnomalyFamily[] {
  return feeds.flatMap(([name, families]) => (name.test(source) ? families : []));
}

/** Families about which nothing can be said while these anomalies of the sources (family `blind`) are there. */
export function blindFamilies(active: readonly Anomaly[]): ReadonlySet<AnomalyFamily> {
  return new Set(active.flatMap(({ family, target }) => (family === "blind" ? familiesFedBy(target.name) : [])));
}
