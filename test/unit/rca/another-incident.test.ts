import { expect, test } from "vitest";
import { ns, quietShop, running } from "./shop.ts";
import { troubles } from "./troubles.ts";

test("a caller's bad release does not explain that whom it calls is slow by its own clock", async () => {
  const shop = await quietShop();
  shop.series("latency_mean_seconds", { workload: "payment" }, 0.02, 1.5);
  shop.series("client_latency_mean_seconds", { workload: "orders", peer: "payment" }, 0.02, 1.5);
  shop.change("Deployment", "orders", (draft) => {
    draft.spec.template.spec.containers[0].image = "localhost:5000/shop/orders:2.5.0";
  });
  const pod = shop.freshPod("orders", running("orders"));
  shop.log("orders", "2026-11-20 23:36:55.200 ERROR [orders,1] TypeError: Cannot read properties of undefined", 9, pod);
  shop.log(
    "orders",
    "2026-11-20 23:36:56.200 ERROR [orders,1] call to payment failed: timeout of 3000ms exceeded",
    4,
    pod,
  );
  const { diagnosis } = shop.diagnose([
    ["Deployment", "payment", "metric", "latency"],
    ["Deployment", "payment", "metric", "client-latency"],
    ["Deployment", "orders", "metric", "client-latency"],
    ["Deployment", "frontend", "log", "log-new-error"],
  ]);
  const [first] = diagnosis.hypotheses;
  expect(`${first?.cause} ${first?.culprit.namespace}/${first?.culprit.name}`).toBe(`slow-dependency ${ns}/payment`);
});

test("what was told of as slow is not blamed on a slower caller, also when its mean has come down", async () => {
  const shop = await quietShop();
  shop.series("latency_mean_seconds", { workload: "carts" }, 0.005, 0.04);
  shop.series("client_latency_mean_seconds", { workload: "orders", peer: "carts" }, 0.009, 0.045);
  shop.series("latency_mean_seconds", { workload: "orders" }, 0.03, 0.4);
  shop.series("client_latency_mean_seconds", { workload: "frontend", peer: "orders" }, 0.035, 0.6);
  const { diagnosis } = shop.diagnose([
    ["Deployment", "carts", "metric", "latency"],
    ["Deployment", "carts", "metric", "client-latency"],
  ]);
  const [first] = diagnosis.hypotheses;
  expect(`${first?.cause} ${first?.culprit.namespace}/${first?.culprit.name}`).toBe(`slow-dependency ${ns}/carts`);
});

test("a cause that explains a third of what is seen is not stated as nearly certain, and what it leaves is named", async () => {
  const diagnose = async (others: readonly string[]) => {
    const shop = await quietShop();
    troubles.find(({ name }) => name === "a variable is removed that the process needs")?.breakIt(shop);
    return shop.diagnose([
      ["Deployment", "orders", "state", "CrashLoopBackOff"],
      ...others.map((name) => ["Deployment", name, "metric", "latency"] as const),
    ]).diagnosis;
  };
  const alone = await diagnose([]);
  const third = await diagnose(["catalogue", "payment"]);
  expect(alone.hypotheses[0]?.probability).toBeGreaterThan(0.9);
  expect(alone.summary).toContain("Nothing else shows symptoms.");
  expect(third.hypotheses[0]).toMatchObject({ culprit: { name: "orders" } });
  expect(third.hypotheses[0]?.explains).toBeCloseTo(1 / 3);
  expect(third.hypotheses[0]?.probability).toBeLessThan(0.4);
  expect(third.inconclusive).toBe(true);
  expect(third.summary).toContain("This does not explain what is seen of catalogue and payment.");
});
