import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBases, runScenario, scenarios } from "../../support/synthetic/index.ts";

/**
 * Faults for which there is no recording, played on top of a quiet stretch of a real one: one incident, with the right
 * cause, culprit and fix, that ends after the fix; routine work raises none. `test/evals/synthetic.ts` plays all of them.
 */
const chosen = [
  "quota-recreate",
  "cordon-rollout",
  "configmap-bad-url-host",
  "role-verb-removed-logs-only",
  "cronjob-exit-1",
  "network-loss",
  "neighbour-cpu",
  "pool-size-one",
  "service-deleted",
  "two-faults-apart",
  "decoy-matrix-error-500-unchanged-payment-sock-shop",
  "unforeseen-node-short-of-disk",
  "unforeseen-same-tag-other-image",
  "unforeseen-names-resolve-slowly",
  "pair-unrelated-slow-catalogue-and-slow-payment-0s",
  "pair-calling-scaled-to-zero-payment-and-memory-limit-orders-60s",
  "pair-calling-slow-payment-and-exception-orders-20s",
  "story-default-deny-egress",
  "story-labels-renamed-service-not",
  "story-retry-storm",
  "alike-caller-gives-up-too-soon",
  "quiet-recreate",
  "quiet-unforeseen-night",
  "quiet-pod-deleted-carts",
];

const bases = await loadBases(fileURLToPath(new URL("../../recordings", import.meta.url)));

describe("faults without a recording", () => {
  it.each(chosen)("%s", { timeout: 240_000 }, async (id) => {
    const scenario = scenarios.find((one) => one.id === id);
    expect(scenario, `there is a scenario ${id}`).toBeDefined();
    if (!scenario) return;
    const { misses, result } = await runScenario(scenario, bases);
    expect(misses).toEqual([]);
    expect(result.incidents).toHaveLength(scenario.expect.length);
  });
});
