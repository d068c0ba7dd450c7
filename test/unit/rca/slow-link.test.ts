import { expect, test } from "vitest";
import { quietShop } from "./shop.ts";

const symptoms = (["orders", "frontend"] as const).map((name) => ["Deployment", name, "metric", "latency"] as const);

/** orders waits for payment, whose own clock says that little has changed, on a node with this much CPU in use. */
async function late(node: { before: number; after: number }, served = { before: 0.026, after: 0.041 }) {
  const shop = await quietShop();
  shop.series("node_cpu_ratio", { namespace: "", node: "node-1" }, node.before, node.after);
  shop.series("client_requests_per_second", { workload: "orders", peer: "payment" }, 3, 3);
  shop.series("client_latency_mean_seconds", { workload: "orders", peer: "payment" }, 0.03, 0.09);
  shop.series("latency_mean_seconds", { workload: "payment" }, served.before, served.after);
  shop.series("latency_mean_seconds", { workload: "orders" }, 0.05, 0.12);
  shop.series("requests_per_second", { workload: "payment" }, 3, 3);
  return shop.diagnose(symptoms).diagnosis.hypotheses[0];
}

test("a caller that waits longer than its server takes, on a node that is always full, waits for CPU and not for the network", async () => {
  const best = await late({ before: 0.9, after: 0.89 });
  expect(best).toMatchObject({ cause: "cpu-saturation", culprit: { kind: "Node", name: "node-1" } });
  expect(best?.statement).toContain("payment, which itself takes 41 ms instead of 26 ms");
});

test("with CPU to spare it is the network, and a server that takes as long as ever is said to", async () => {
  const best = await late({ before: 0.3, after: 0.3 }, { before: 0.026, after: 0.027 });
  expect(best).toMatchObject({ cause: "network-fault", culprit: { name: "payment" } });
  expect(best?.statement).toContain("payment, which itself answers as fast as before; packets");
});
