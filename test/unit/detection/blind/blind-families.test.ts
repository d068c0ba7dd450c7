import { expect, test } from "vitest";
import { blindFamilies } from "../../../../src/detection/blind/blind-families.ts";
import type { Anomaly, AnomalyFamily } from "../../../../src/incident/anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";

const about = (source: string, family: AnomalyFamily = "blind"): Anomaly => ({
  fingerprint: source,
  detector: "source-silence",
  family,
  reason: "source-silent",
  target: makeRef("Entity", undefined, source),
  score: 1,
  severity: "high",
  summary: "",
  startsAt: 0,
  detectedAt: 0,
});

test.each<{ name: string; active: readonly Anomaly[]; want: readonly AnomalyFamily[] }>([
  { name: "all sources deliver", active: [], want: [] },
  { name: "kubelets are not scraped", active: [about("scrape")], want: ["metric", "prediction"] },
  { name: "samples have stopped", active: [about("metrics")], want: ["metric", "prediction"] },
  { name: "the watch is silent", active: [about("kubernetes-watch")], want: ["event", "state"] },
  { name: "two sources", active: [about("loki"), about("health")], want: ["health", "log"] },
  { name: "a workload that happens to be called like a source", active: [about("scrape", "state")], want: [] },
])("$name", ({ active, want }) => expect([...blindFamilies(active)].sort()).toEqual(want));
