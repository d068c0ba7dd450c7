import { expect, test } from "vitest";
import { quietShop, type Shop } from "./shop.ts";
import { neverUp } from "./troubles-stories.ts";

test.each<[string, (shop: Shop, pod: string) => void, boolean]>([
  ["that complains of nothing is given too little time", () => undefined, true],
  [
    "that waits for somebody and says so may have a reason to be ended",
    (shop, pod) => shop.log("orders", "2026-11-20 23:36:55.2 ERROR [orders,1] the ledger does not answer", 6, pod),
    false,
  ],
  [
    "of a new release may hang by its own doing",
    (shop) =>
      shop.change("Deployment", "orders", (draft) => {
        draft.spec.template.spec.containers[0].image = "localhost:5000/shop/orders:2.5.0";
      }),
    false,
  ],
])("a container killed while it starts %s", async (_name, also, sure) => {
  const shop = await quietShop();
  also(shop, neverUp(shop, "orders"));
  const { diagnosis } = shop.diagnose([
    ["Deployment", "orders", "state", "probe-kill"],
    ["Deployment", "frontend"],
  ]);
  const [first] = diagnosis.hypotheses;
  expect(first?.cause === "bad-liveness-probe" && !diagnosis.inconclusive).toBe(sure);
});
