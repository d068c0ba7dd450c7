import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { families, loadBases, runScenario } from "../../support/synthetic/index.ts";

/**
 * Faults for which there is no recording, played on top of a quiet stretch of a real one: the incidents that there are, each with
 * the right cause, culprit and fix, that end after the fix; routine work raises none. One of each family, in both shops and of
 * one, two and no faults; `npm run evals -- synthetic` plays all of them.
 */
const chosen: Readonly<Record<keyof typeof families, string>> = {
  configuration: "quota-recreate",
  workloads: "cordon-rollout",
  storage: "local-storage-evicted-catalogue",
  traffic: "two-faults-apart",
  matrix: "matrix-missing-env-payment-meadow",
  breadth: "breadth-deny-ingress-payment-sock-shop",
  decoys: "decoy-matrix-error-500-unchanged-payment-sock-shop",
  quiet: "quiet-pod-deleted-carts",
  unforeseen: "unforeseen-names-resolve-slowly",
  pairs: "pair-calling-scaled-to-zero-payment-and-memory-limit-orders-60s",
  "post-mortems of platforms": "story-default-deny-egress",
  "post-mortems of services": "story-retry-storm",
  "look-alikes": "alike-caller-gives-up-too-soon",
  "stories told otherwise": "story-otherwise-registry-limits-pulls-of-a-rolling-update",
};

const bases = await loadBases(fileURLToPath(new URL("../../recordings", import.meta.url)));

describe("faults without a recording", () => {
  test.each(Object.entries(families))("one of %s", { timeout: 240_000 }, async (family, scenarios) => {
    const id = chosen[family as keyof typeof families];
    const scenario = scenarios.find((one) => one.id === id);
    expect(scenario, `there is a scenario ${id}`).toBeDefined();
    if (!scenario) return;
    const { misses, result } = await runScenario(scenario, bases);
    expect(misses, id).toEqual([]);
    expect(result.incidents, id).toHaveLength(scenario.expect.length);
  });
});
