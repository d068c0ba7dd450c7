import { expect, test } from "vitest";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { symptomOf } from "../../../src/rca/report/symptom-words.ts";

const [carts, frontend] = ["carts", "frontend"].map((name) => makeRef("Deployment", "shop", name));
if (!carts || !frontend) throw new Error("two workloads");

test.each([
  { reason: "client-errors", seenOn: frontend, words: "has been failing its callers" },
  { reason: "client-errors", words: "has seen its calls fail" },
  { reason: "client-latency", seenOn: frontend, words: "has kept its callers waiting" },
  { reason: "client-latency", words: "has waited for what it calls" },
])("$reason, seen by a caller: $seenOn.name – carts $words", ({ reason, seenOn, words }) => {
  const anomaly: Anomaly = {
    fingerprint: "f",
    detector: reason,
    family: "metric",
    reason,
    target: carts,
    ...(seenOn ? { seenOn } : {}),
    score: 1,
    severity: "high",
    summary: "",
    startsAt: 1,
    detectedAt: 1,
  };
  expect(symptomOf([anomaly], carts)).toEqual({ name: "carts", words, since: 1 });
});
