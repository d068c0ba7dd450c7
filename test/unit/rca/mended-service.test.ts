import { expect, test } from "vitest";
import { quietShop } from "./shop.ts";

type Shop = Awaited<ReturnType<typeof quietShop>>;
type Draft = Parameters<Parameters<Shop["change"]>[2]>[0];

/** A service was wrong for two minutes before something else broke, and was put right just before that. */
async function mended(shop: Shop, wrong: (draft: Draft) => void) {
  const right = shop.observation.objects.get("Service", "sock-shop", "payment");
  if (!right) throw new Error("payment has a service");
  const draft = structuredClone(right) as unknown as Draft;
  wrong(draft);
  draft.metadata.resourceVersion = "899001";
  shop.observation.objects.apply("MODIFIED", draft as never, shop.onset - 130_000);
  shop.change("Service", "payment", (again) => {
    again.spec = structuredClone(right.spec);
  });
  shop.series("latency_mean_seconds", { workload: "payment" }, 0.01, 1.5);
  return shop.diagnose([["Deployment", "payment", "metric", "latency"]]);
}

test.each<{ name: string; wrong: (draft: Draft) => void }>([
  {
    name: "a selector that found nobody",
    wrong: (draft) => {
      draft.spec.selector = { app: "paymentz" };
    },
  },
  {
    name: "a port on which nobody listened",
    wrong: (draft) => {
      draft.spec.ports[0].targetPort = 9999;
    },
  },
])("$name is not offered again once it was mended", async ({ wrong }) => {
  const shop = await quietShop();
  const { diagnosis, recommendations } = await mended(shop, wrong);
  expect(diagnosis.hypotheses.map(({ culprit }) => culprit.kind)).not.toContain("Service");
  expect(recommendations.map(({ action }) => action).filter((action) => /selector|port/.test(action))).toEqual([]);
});
