import { expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { buildTopology } from "../../../../src/cluster/topology.ts";
import { isPriceOfWork } from "../../../../src/detection/engine/price-of-work.ts";
import type { LiveAnomaly } from "../../../../src/detection/live-anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { deployment, service } from "../../../support/small-shop.ts";

const now = Date.parse("2026-11-20T22:00:00Z");
const labels = { namespace: "shop", workload: "orders" };
const errors = {
  nature: "symptom",
  anomaly: { target: makeRef("Deployment", "shop", "orders"), series: { name: "error_ratio", labels } },
} as unknown as LiveAnomaly;

/** Errors of a workload whose rollout ended so many minutes ago, measured every minute since. */
function isPrice(endedMinutesAgo: number | undefined, ...shares: readonly number[]): boolean {
  const observation = createObservation({ cluster: "test" });
  for (const [i, share] of shares.entries())
    observation.series.push("error_ratio", labels, now - (shares.length - 1 - i) * 60_000, share);
  const endedAt = endedMinutesAgo === undefined ? undefined : now - endedMinutesAgo * 60_000;
  const transitions = { settling: () => true, endedAt: () => endedAt };
  return isPriceOfWork(errors, { observation, topology: buildTopology(observation), transitions, now });
}

test.each([
  ["that grow minutes after the work", isPrice(3, 0.03, 0.1, 0.2, 0.3), false],
  ["that fade after the work", isPrice(3, 0.3, 0.25, 0.15, 0.05), true],
  ["of which nobody can say yet whether they fade", isPrice(1, 0.1, 0.3), true],
  ["while it goes on", isPrice(undefined, 0.03, 0.1, 0.2, 0.3), true],
] as const)("errors %s", (_name, is, want) => expect(is).toBe(want));

test.each([
  ["carts-db", true],
  ["catalogue", false],
] as const)("requests that stay away while what their caller needs (%s) is replaced", (replaced, want) => {
  const observation = createObservation({ cluster: "test" });
  const env = (...hosts: readonly string[]) => hosts.map((host) => ({ name: `${host}_URL`, value: `http://${host}` }));
  for (const [app, needs] of [
    ["orders", ["carts-db", "payment"]],
    ["carts-db", []],
    ["payment", []],
    ["catalogue", []],
  ] as const)
    for (const object of [...deployment({ app, env: env(...needs) }), service(app)])
      observation.objects.apply("ADDED", object as never, now - 600_000);
  const stopped = {
    nature: "symptom",
    anomaly: { reason: "traffic-stopped", target: makeRef("Deployment", "shop", "payment") },
  } as unknown as LiveAnomaly;
  const transitions = { settling: ({ name }: { name: string }) => name === replaced, endedAt: () => undefined };
  expect(isPriceOfWork(stopped, { observation, topology: buildTopology(observation), transitions, now })).toBe(want);
});
