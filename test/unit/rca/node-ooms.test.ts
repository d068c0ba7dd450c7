import { expect, test } from "vitest";
import { crashed, quietShop, waiting } from "./shop.ts";

type Shop = Awaited<ReturnType<typeof quietShop>>;

const oom = (shop: Shop) =>
  shop.event("Node", "node-1", "SystemOOM", "System OOM encountered, victim process: node, pid: 16081");
const oomKilled = (shop: Shop) => shop.freshPod("orders", crashed("orders", 137, shop.onset + 25_000, "OOMKilled"));
const errors = (shop: Shop) => {
  shop.series("app_errors_per_second", { workload: "frontend", type: "upstream" }, 0, 2);
  return shop.diagnose([["Deployment", "frontend", "metric", "app-errors"]]);
};

test.each([
  {
    name: "a kubelet that starts tells what the kernel's log still holds",
    world(shop: Shop) {
      shop.event("Node", "node-1", "Starting", "Starting kubelet.");
      oom(shop);
    },
    blamed: false,
  },
  {
    name: "a container that met its own limit is no want of the node",
    world(shop: Shop) {
      oomKilled(shop);
      oom(shop);
    },
    blamed: false,
  },
  {
    name: "nor one that has met it before, and again since",
    world(shop: Shop) {
      // The status knows the last of its ends only, minutes after the event.
      shop.freshPod("orders", crashed("orders", 137, shop.onset + 300_000, "OOMKilled", 4));
      oom(shop);
    },
    blamed: false,
  },
  {
    name: "unless the node is full",
    world(shop: Shop) {
      oomKilled(shop);
      shop.series("node_memory_ratio", { namespace: "", node: "node-1" }, 0.6, 0.97);
      oom(shop);
    },
    blamed: true,
  },
  {
    name: "a node that is measured to have room has none that is short, whoever was killed",
    world(shop: Shop) {
      shop.series("node_memory_ratio", { namespace: "", node: "node-1" }, 0.3, 0.32);
      oom(shop);
    },
    blamed: false,
  },
  { name: "a process killed by itself is the node's", world: oom, blamed: true },
])("SystemOOM: $name", async ({ world, blamed }) => {
  const shop = await quietShop();
  world(shop);
  const { diagnosis } = errors(shop);
  const causes = diagnosis.hypotheses.map(({ cause }) => cause);
  expect(causes.includes("node-pressure")).toBe(blamed);
  for (const { cause, statement } of diagnosis.hypotheses)
    if (cause === "node-pressure") expect(statement).toBe("node node-1 runs out of memory");
});

test("pods are said to be evicted where they were", async () => {
  const shop = await quietShop();
  oom(shop);
  shop.event("Node", "node-1", "EvictionThresholdMet", "Attempting to reclaim memory");
  shop.freshPod("carts", waiting("carts", "ContainerCreating"));
  const { diagnosis } = errors(shop);
  expect(diagnosis.hypotheses.map(({ statement }) => statement)).toContain(
    "node node-1 runs out of memory and evicts pods",
  );
});
