import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { ns, quietShop } from "./shop.ts";

const hourMs = 60 * 60_000;

/** What is offered when the demand on a frontend of so many pods triples. */
async function offered(replicas: number) {
  const shop = await quietShop();
  const known = shop.observation.objects.get("Deployment", ns, "frontend") as KubeObject;
  const grown = { ...known, spec: { ...(known.spec as object), replicas } } as KubeObject;
  shop.observation.objects.apply("MODIFIED", grown, shop.onset - hourMs);
  shop.series("requests_per_second", { workload: "frontend" }, 5, 21);
  shop.series("latency_mean_seconds", { workload: "frontend" }, 0.01, 0.4);
  shop.series("eventloop_lag_seconds", { workload: "frontend", pod: shop.pods("frontend")[0] ?? "" }, 0.01, 0.4);
  const { diagnosis, recommendations } = shop.diagnose([["Deployment", "frontend", "metric", "latency"]]);
  expect(diagnosis.hypotheses[0]).toMatchObject({ cause: "load-spike", culprit: { name: "frontend" } });
  return recommendations.filter(({ action }) => action === "scale").map(({ params }) => params);
}

test.each([
  { replicas: 4, offers: [{ replicas: 6 }] },
  { replicas: 40, offers: [{ replicas: 50 }] },
  { replicas: 60, offers: [] },
])("more demand never takes pods away: of $replicas", async ({ replicas, offers }) => {
  expect(await offered(replicas)).toEqual(offers);
});
