import { describe, expect, test } from "vitest";
import { crashed, quietShop, type Shop } from "./shop.ts";

const gaveUp = (host: string) =>
  `2026-11-20 23:36:55.200 ERROR [orders,ab12cd34] call to ${host} failed: timeout of 3000ms exceeded path=/authorise ms=3004`;
const slowly = 'ts=2026-11-20T23:36:55.200Z level=warn msg="acquirer answered slowly" trace=ab12cd34 ms=4021';

/** Nothing tells how long requests take. */
async function unmeasured(tell: (shop: Shop) => void) {
  const shop = await quietShop();
  shop.observation.series.forgetSince(Number.POSITIVE_INFINITY);
  tell(shop);
  const { diagnosis, recommendations } = shop.diagnose([
    ["Deployment", "orders", "log", "new-error"],
    ["Deployment", "frontend", "log", "new-error"],
  ]);
  const first = diagnosis.hypotheses[0];
  return { first: first && `${first.cause} ${first.culprit.name}`, all: diagnosis.hypotheses, recommendations };
}

const frontendFails = (shop: Shop) =>
  shop.log("frontend", '{"ts":"2026-11-20T23:36:55.200Z","level":"error","msg":"call to orders failed: HTTP 504"}', 8);

describe("where no latency is measured, who does not answer in time", () => {
  test("is told by callers that give up waiting for it, and by its own words", async () => {
    const { first, recommendations } = await unmeasured((shop) => {
      shop.log("orders", gaveUp("payment"), 8);
      shop.log("payment", slowly, 20);
      frontendFails(shop);
    });
    expect(first).toBe("slow-dependency payment");
    expect(recommendations.map(({ action, target }) => `${action} ${target.name}`)).toContain("restart payment");
  });

  test.each<[string, (shop: Shop) => void]>([
    [
      "who is not there to answer",
      (shop) => {
        shop.log("orders", gaveUp("payment"), 8);
        shop.dropPods("payment");
      },
    ],
    [
      "who is restarted over and over",
      (shop) => {
        shop.log("orders", gaveUp("payment"), 8);
        const before = shop.pods("payment");
        shop.freshPod("payment", crashed("payment", 1, shop.onset + 20_000));
        for (const pod of before) shop.remove("Pod", pod);
      },
    ],
    [
      "who waits in vain itself",
      (shop) => {
        shop.log("orders", gaveUp("payment"), 8);
        shop.log("payment", gaveUp("carts").replace("orders,", "payment,"), 8);
      },
    ],
    [
      "whose caller waits for a connection of its own pool",
      (shop) =>
        shop.log("orders", "ERROR timed out waiting for connection to payment from the pool, pool is exhausted", 8),
    ],
    [
      "who refuses calls",
      (shop) => shop.log("orders", "ERROR call to payment failed: connect ECONNREFUSED payment:80", 8),
    ],
  ])("is not %s", async (_title, tell) => {
    const { all } = await unmeasured((shop) => {
      tell(shop);
      frontendFails(shop);
    });
    expect(all.filter(({ cause, culprit }) => cause === "slow-dependency" && culprit.name === "payment")).toEqual([]);
  });

  test("is left to the measurements where there are any", async () => {
    const shop = await quietShop();
    shop.series("latency_mean_seconds", { workload: "payment" }, 0.02, 0.02);
    shop.log("orders", gaveUp("payment"), 8);
    shop.log("payment", slowly, 20);
    const { diagnosis } = shop.diagnose([["Deployment", "orders", "log", "new-error"]]);
    expect(diagnosis.hypotheses.filter(({ statement }) => statement.includes("its callers give up waiting"))).toEqual(
      [],
    );
  });
});
