import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../src/cluster/observation.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { repairUnderWay } from "../../../src/rca/repair-under-way.ts";

const madeAt = 1_700_000_000_000;
const deployment = (name: string, cpu: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "shop", uid: name, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: { template: { spec: { containers: [{ name: "main", resources: { limits: { cpu } } }] } } },
});

/** The limit of a workload is raised some time after it was blamed. */
function after(
  changed: string,
  changedAfterMs: number,
  askedAfterMs: number,
  { inconclusive = false, samplesEveryMs = 15_000, begunAfterMs = -60_000 } = {},
): boolean {
  const observation = createObservation({ cluster: "test" });
  for (let at = madeAt - 600_000; at < madeAt; at += samplesEveryMs)
    observation.series.push("requests_per_second", { namespace: "shop", workload: "carts" }, at, 5);
  for (const name of ["carts", "orders"]) observation.objects.apply("ADDED", deployment(name, "10m"), madeAt - 600_000);
  observation.objects.apply("MODIFIED", deployment(changed, "500m"), madeAt + changedAfterMs);
  const culprit = makeRef("Deployment", "shop", "carts");
  const hypotheses = [{ cause: "cpu-throttling", culprit, probability: 0.97 }] as never;
  return repairUnderWay(
    observation,
    { madeAt, hypotheses, inconclusive },
    madeAt + begunAfterMs,
    madeAt + askedAfterMs,
  );
}

test.each([
  ["what was blamed has been changed a moment ago", after("carts", 20_000, 30_000), true],
  ["the change had three minutes to show", after("carts", 20_000, 210_000), false],
  [
    "samples are sparse, and the change had four minutes to show",
    after("carts", 20_000, 260_000, { samplesEveryMs: 60_000 }),
    true,
  ],
  ["samples are sparse, and the change had seven", after("carts", 20_000, 440_000, { samplesEveryMs: 60_000 }), false],
  ["the change is what the diagnosis blames, from before it", after("carts", -20_000, 30_000), false],
  ["the trouble has come back since it was made", after("carts", 20_000, 30_000, { begunAfterMs: 25_000 }), false],
  ["something else was changed", after("orders", 20_000, 30_000), false],
  ["the diagnosis could not tell", after("carts", 20_000, 30_000, { inconclusive: true }), false],
] as const)("a diagnosis is left standing only when a repair is under way: %s", (_name, is, want) =>
  expect(is).toBe(want));
