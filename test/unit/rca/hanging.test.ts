import { describe, expect, test } from "vitest";
import { quietShop, type Shop } from "./shop.ts";

const gaveUp = (host: string) =>
  `2026-11-20 23:36:55.200 ERROR [orders,ab12cd34] call to ${host} failed: timeout of 3000ms exceeded path=/carts ms=3004`;
const noAnswer =
  'Liveness probe failed: Get "http://10.1.0.9:80/health": context deadline exceeded (Client.Timeout exceeded)';

/** Callers of carts give up waiting, and so does its probe; carts itself writes nothing of it, and is started again. */
async function hangs(shortOfCpuAfterMs: number, tell: (shop: Shop) => void = () => undefined) {
  const shop = await quietShop();
  shop.observation.series.forgetSince(Number.POSITIVE_INFINITY);
  shop.now = shop.onset + 150_000;
  shop.log("orders", gaveUp("carts"), 10);
  shop.log("frontend", gaveUp("carts").replace("[orders,", "[frontend,"), 10);
  const [pod = ""] = shop.pods("carts");
  shop.event("Pod", pod, "Unhealthy", noAnswer, 6);
  const labels = { namespace: "sock-shop", pod, container: "carts" };
  for (let at = shop.onset - 300_000; at < shop.now; at += 15_000)
    shop.observation.series.push(
      "container_cpu_throttled_ratio",
      labels,
      at,
      at < shop.onset + shortOfCpuAfterMs ? 0.01 : 0.6,
    );
  tell(shop);
  const { diagnosis, recommendations } = shop.diagnose([
    ["Deployment", "carts", "event", "LivenessKill"],
    ["Deployment", "orders", "log", "never-seen-template"],
    ["Deployment", "frontend", "log", "never-seen-template"],
  ]);
  const said = diagnosis.hypotheses.map(({ cause, culprit }) => `${cause} ${culprit.name}`);
  const throttling = diagnosis.hypotheses.find(({ cause }) => cause === "cpu-throttling");
  return { said, throttling: throttling?.probability ?? 0, diagnosis, recommendations };
}

describe("a workload that hangs and writes nothing of it", () => {
  test("waits for who keeps its data, and is short of CPU for being started again", async () => {
    const { said, throttling, recommendations } = await hangs(60_000);
    expect(said[0]).toBe("slow-dependency carts-db");
    expect(throttling).toBeLessThan(0.3);
    expect(recommendations[0]).toMatchObject({ action: "guide", target: { name: "carts-db" } });
  });

  test("is short of CPU where it was before anybody gave up waiting", async () => {
    const { said } = await hangs(-60_000);
    expect(said[0]).toBe("cpu-throttling carts");
    expect(said).not.toContain("slow-dependency carts-db");
  });

  test("is said less surely while others who ask the same are well", async () => {
    const alone = await hangs(60_000);
    const beside = await hangs(60_000, (shop) =>
      shop.change("Deployment", "payment", ({ spec }) => {
        spec.template.spec.containers[0].args = ["mongodb://carts-db:27017/data"];
      }),
    );
    expect(beside.said[0]).toBe("slow-dependency carts-db");
    expect(beside.diagnosis.hypotheses[0]?.probability).toBeLessThan(alone.diagnosis.hypotheses[0]?.probability ?? 0);
  });

  test.each<[string, (shop: Shop) => void]>([
    [
      "when it says what else is wrong",
      (shop) => shop.log("carts", "2026-11-20 23:36:55.200 ERROR [carts] OutOfMemoryError: Java heap space", 5),
    ],
    [
      "when it was changed just before",
      (shop) =>
        shop.change("Deployment", "carts", ({ spec }) => {
          spec.template.spec.containers[0].image = "localhost:5000/shop/carts:9.9.9";
        }),
    ],
    ["when who keeps its data is not there", (shop) => shop.dropPods("carts-db")],
  ])("waits for nobody %s", async (_when, tell) => {
    const { said } = await hangs(60_000, tell);
    expect(said).not.toContain("slow-dependency carts-db");
  });
});
