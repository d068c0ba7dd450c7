import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { symptomOf } from "../../../src/rca/report/symptom-words.ts";
import { root, sourceFiles } from "../house/source-files.ts";

const [carts, frontend] = ["carts", "frontend"].map((name) => makeRef("Deployment", "shop", name));
if (!carts || !frontend) throw new Error("two workloads");

const anomalyOf = (reason: string, more: Partial<Anomaly> = {}): Anomaly => ({
  fingerprint: "f",
  detector: reason,
  family: "metric",
  reason,
  target: carts,
  score: 1,
  severity: "high",
  summary: "",
  startsAt: 1,
  detectedAt: 1,
  ...more,
});

test.each([
  { reason: "client-errors", seenOn: frontend, words: "has been failing its callers" },
  { reason: "client-errors", words: "has seen its calls fail" },
  { reason: "client-latency", seenOn: frontend, words: "has kept its callers waiting" },
  { reason: "client-latency", words: "has waited for what it calls" },
])("$reason, seen by a caller: $seenOn.name – carts $words", ({ reason, seenOn, words }) => {
  const anomaly = anomalyOf(reason, seenOn ? { seenOn } : {});
  expect(symptomOf([anomaly], carts)).toEqual({ name: "carts", words, since: 1 });
});

/** Reasons of findings that are written out in the detectors; some take theirs from Kubernetes or from an alert. */
const written = sourceFiles(join(root, "src/detection")).flatMap((file) => {
  const text = readFileSync(file, "utf8");
  return /\b(?:headline|defineDetector|define\w+Detector)\b/.test(text)
    ? [...text.matchAll(/^\s*reason: (.*)$/gm)].flatMap(([, value = ""]) =>
        [...value.replace(/[=!]== "\w+"/g, "").matchAll(/"([\w-]+)"/g)].map(([, reason = ""]) => reason),
      )
    : [];
});

test("every reason that a detector gives is said in words", () => {
  expect(written.length).toBeGreaterThan(40);
  const unsaid = written.filter((reason) => symptomOf([anomalyOf(reason)], carts)?.words === "has been in trouble");
  expect([...new Set(unsaid)]).toEqual([]);
});

test("what is plain is said before what is vague, however severe", () => {
  const anomalies = [anomalyOf("isolated", { severity: "critical" }), anomalyOf("latency", { severity: "medium" })];
  expect(symptomOf(anomalies, carts)?.words).toBe("has been slow");
});
