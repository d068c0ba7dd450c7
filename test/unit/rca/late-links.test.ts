import { expect, test } from "vitest";
import { ns, quietShop } from "./shop.ts";

type Shop = Awaited<ReturnType<typeof quietShop>>;

const links = [
  ["frontend", "catalogue"],
  ["frontend", "carts"],
  ["frontend", "orders"],
  ["orders", "carts"],
  ["orders", "payment"],
  ["carts", "carts-db"],
] as const;
const symptoms = (["frontend", "orders", "carts"] as const).map(
  (name) => ["Deployment", name, "metric", "latency"] as const,
);

/** Calls take longer on these links; every server takes as long as ever for what reaches it, callers as long as they wait. */
function late(shop: Shop, slow: (from: string, to: string) => boolean) {
  for (const [from, to] of links)
    shop.series(
      "client_latency_mean_seconds",
      { namespace: ns, workload: from, peer: to },
      0.02,
      slow(from, to) ? 0.6 : 0.02,
    );
  for (const name of ["catalogue", "carts-db", "payment"])
    shop.series("latency_mean_seconds", { namespace: ns, workload: name }, 0.01, 0.01);
  shop.series("latency_mean_seconds", { namespace: ns, workload: "carts" }, 0.02, 0.1);
  shop.series("latency_mean_seconds", { namespace: ns, workload: "orders" }, 0.03, 0.15);
  shop.series("latency_mean_seconds", { namespace: ns, workload: "frontend" }, 0.05, 0.6);
}

test("calls that are late everywhere are the network's or the names', and two questions would decide it", async () => {
  const shop = await quietShop();
  late(shop, () => true);
  const { diagnosis } = shop.diagnose(symptoms);
  expect(diagnosis.hypotheses.slice(0, 2).map(({ cause, culprit }) => `${cause} ${culprit.kind}`)).toEqual([
    "network-fault Node",
    "dns-failure Deployment",
  ]);
  expect(diagnosis.inconclusive).toBe(true);
  expect(diagnosis.questions).toHaveLength(2);
});

test("on a node without CPU, calls that are late everywhere wait for their turn", async () => {
  const shop = await quietShop();
  late(shop, () => true);
  shop.series("node_cpu_ratio", { namespace: "", node: "node-1" }, 0.93, 0.94);
  const [best] = shop.diagnose(symptoms).diagnosis.hypotheses;
  expect(best).toMatchObject({ cause: "cpu-saturation", culprit: { kind: "Node", name: "node-1" } });
});

test("the node that every late call touches is named where others are on time", async () => {
  const shop = await quietShop();
  shop.create({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-2", uid: "node-2" },
    spec: {},
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  const moved = new Set(["carts", "payment"]);
  for (const workload of moved)
    for (const pod of shop.pods(workload))
      shop.change("Pod", pod, (draft) => {
        draft.spec.nodeName = "node-2";
      });
  late(shop, (from, to) => moved.has(from) || moved.has(to));
  const [first] = shop.diagnose(symptoms).diagnosis.hypotheses;
  expect(first).toMatchObject({ cause: "network-fault", culprit: { kind: "Node", name: "node-2" } });
});
