import { describe, expect, test } from "vitest";
import type { DerivedSeriesName } from "../../../../src/cluster/series-names.ts";
import { made, ownedBy, workPod } from "../../../support/cluster-work.ts";
import { createWorld } from "../../../support/detect-objects.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const old = start - 24 * 60 * minute;
const name: DerivedSeriesName = "requests_per_second";

function open() {
  const world = createWorld({ start, tickMs: 15_000, learnMs: 5 * minute });
  for (const version of ["blue", "green"]) {
    const labels = { app: "web", version };
    const template = { metadata: { labels }, spec: { containers: [{ name: "app" }] } };
    world.put(
      made("apps/v1", "Deployment", `web-${version}`, {
        meta: { generation: 1 },
        spec: { replicas: 1, template },
        status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
      }),
      made("apps/v1", "ReplicaSet", `web-${version}-a`, {
        meta: ownedBy("Deployment", `web-${version}`),
        spec: { replicas: 1, template },
      }),
      workPod({ name: `web-${version}-a-x`, owner: { kind: "ReplicaSet", name: `web-${version}-a` }, at: old, labels }),
    );
  }
  const measure = (ms: number, rates: Readonly<Record<string, number>>) =>
    world.run(ms, (at) => {
      const points = Object.entries(rates).map(([workload, value]) => ({
        name,
        labels: { namespace: "shop", workload },
        at,
        value,
      }));
      world.engine.ingest({ type: "derived", at, source: "prometheus", points });
    });
  const lead = (selector: object) =>
    world.put(made("v1", "Service", "web", { spec: { selector, ports: [{ port: 80 }] } }));
  return { world, measure, lead, titles: () => world.engine.incidents().map(({ title }) => title) };
}

describe("a Service that is led from one version to the other", () => {
  test("takes the requests with it: nobody misses them", () => {
    const { measure, lead, titles } = open();
    lead({ app: "web", version: "blue" });
    measure(20 * minute, { "web-blue": 20, "web-green": 0 });
    lead({ app: "web", version: "green" });
    measure(5 * minute, { "web-blue": 0, "web-green": 19 });
    expect(titles()).toEqual([]);
  });

  test("but the requests do not arrive there: that is told", () => {
    const { measure, lead, titles } = open();
    lead({ app: "web", version: "blue" });
    measure(20 * minute, { "web-blue": 20, "web-green": 0 });
    lead({ app: "web", version: "green" });
    measure(5 * minute, { "web-blue": 0, "web-green": 0 });
    expect(titles()).toEqual(["web-blue gets no requests any more"]);
  });
});
