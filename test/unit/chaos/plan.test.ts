import { expect, test } from "vitest";
import type { ChaosCluster } from "../../../src/chaos/cluster-port.ts";
import { planExperiment } from "../../../src/chaos/plan.ts";
import { experimentOf } from "./chaos-world.ts";

const settings = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop", uid: "s" },
  data: { pool: "on", "pool-size": "20" },
};
const shop = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", uid: "n", labels: { "kubemend.dev/chaos": "allowed" } },
};
const cluster = {
  get: async () => ({ type: "found", object: shop }),
  list: async (_apiVersion: string, kind: string) => ({
    type: "found",
    objects: kind === "ConfigMap" ? [settings] : [],
  }),
  patch: async () => ({ type: "done" }),
} as unknown as ChaosCluster;

const bad = (key: string, value: string) => ({ method: "bad-config", configMap: { name: "settings" }, key, value });
const planOf = (...method: readonly object[]) =>
  planExperiment(experimentOf({}, { method }).experiment, "7", {
    cluster,
    ours: ["kubemend"],
    image: "kubemend:0.1.0",
  });

test("two keys of a ConfigMap are two fields, also where one name begins with the other", async () =>
  expect(await planOf(bad("pool", "off"), bad("pool-size", "1"))).toMatchObject({
    ok: true,
    changes: [{ type: "set" }, { type: "set" }],
  }));

test("two steps cannot change one field, whose state before would not be known", async () =>
  expect(await planOf(bad("pool", "off"), bad("pool", "maybe"))).toEqual({
    ok: false,
    problems: ["two steps change ConfigMap shop/settings data.pool; leave one out"],
  }));
