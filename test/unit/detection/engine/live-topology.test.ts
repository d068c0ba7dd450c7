import { expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createLiveTopology } from "../../../../src/detection/engine/live-topology.ts";
import type { LiveAnomaly } from "../../../../src/detection/live-anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const now = Date.parse("2026-11-20T22:00:00Z");
const ref = (name: string) => makeRef("Deployment", "shop", name);

/** frontend calls orders, orders calls payment; only their logs say so. */
function mutedShop() {
  const observation = createObservation({ cluster: "test" });
  for (const app of ["frontend", "orders", "payment"])
    for (const object of [...deployment({ app }), pod({ app, at: now - 600_000 }), service(app)])
      observation.objects.apply("ADDED", object as never, now - 600_000);
  const says = (app: string, line: string) =>
    observation.logs.push({ at: now - 5_000, namespace: "shop", pod: `${app}-a1-x1`, container: app, line });
  says("frontend", "ERROR call to orders failed: HTTP 502");
  says("orders", "ERROR call to payment failed: connect ECONNREFUSED 10.0.0.7:80");
  const topology = createLiveTopology(observation);
  const calls = (from: string, to: string) =>
    topology
      .at(now)
      .dependenciesOf(ref(from))
      .some(({ name }) => name === to);
  return { topology, calls };
}

const found = (detector: string, family: string, name: string) =>
  ({ anomaly: { detector, family, target: ref(name) } }) as unknown as LiveAnomaly;

test("who fails by its own counters is read for whom it calls, before its log is conspicuous", () => {
  const { topology, calls } = mutedShop();
  expect(calls("orders", "payment")).toBe(false);
  topology.readCallsOf([found("error-ratio", "metric", "orders")]);
  expect(calls("orders", "payment")).toBe(true);
});

test("whom it calls in vain is read next, though nothing is told of that one yet", () => {
  const { topology, calls } = mutedShop();
  const active = [found("log-new-error", "log", "frontend")];
  topology.readCallsOf(active);
  expect([calls("frontend", "orders"), calls("orders", "payment")]).toEqual([true, false]);
  topology.readCallsOf(active);
  expect(calls("orders", "payment")).toBe(true);
});

test("who only uses much of something is not read", () => {
  const { topology, calls } = mutedShop();
  topology.readCallsOf([found("memory-forecast", "prediction", "orders")]);
  expect(calls("orders", "payment")).toBe(false);
});
