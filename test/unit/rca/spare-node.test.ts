import { expect, test } from "vitest";
import { quietShop } from "./shop.ts";

type Shop = Awaited<ReturnType<typeof quietShop>>;

const ready = [{ type: "Ready", status: "True" }];

function another(shop: Shop, spec: object, conditions: readonly object[]) {
  shop.create({ apiVersion: "v1", kind: "Node", metadata: { name: "node-2" }, spec, status: { conditions } });
}

test.each([
  { name: "the only node is not cordoned", more: () => undefined, offered: false },
  {
    name: "nor one beside a cordoned one",
    more: (shop: Shop) => another(shop, { unschedulable: true }, ready),
    offered: false,
  },
  {
    name: "nor one beside one that is not ready",
    more: (shop: Shop) => another(shop, {}, [{ type: "Ready", status: "False" }]),
    offered: false,
  },
  { name: "one beside another that takes pods may be", more: (shop: Shop) => another(shop, {}, ready), offered: true },
])("a full node: $name", async ({ more, offered }) => {
  const shop = await quietShop();
  more(shop);
  shop.series("node_cpu_ratio", { namespace: "", node: "node-1" }, 0.3, 0.99);
  const slow = ["frontend", "carts", "orders", "payment"] as const;
  for (const workload of slow) shop.series("latency_mean_seconds", { workload }, 0.01, 0.2);
  const { recommendations } = shop.diagnose(slow.map((name) => ["Deployment", name, "metric", "latency"] as const));
  expect(recommendations.map((item) => item.action)).toContain("guide");
  expect(recommendations.some((item) => item.action === "cordon")).toBe(offered);
});
