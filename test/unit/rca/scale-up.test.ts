import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { ns, quietShop } from "./shop.ts";

const hourMs = 60 * 60_000;

/** With what an action is offered when the demand on a frontend of so many pods triples. */
async function offered(action: string, replicas: number) {
  const shop = await quietShop();
  const known = shop.observation.objects.get("Deployment", ns, "frontend") as KubeObject;
  const grown = { ...known, spec: { ...(known.spec as object), replicas } } as KubeObject;
  shop.observation.objects.apply("MODIFIED", grown, shop.onset - hourMs);
  shop.series("requests_per_second", { workload: "frontend" }, 5, 21);
  shop.series("latency_mean_seconds", { workload: "frontend" }, 0.01, 0.4);
  shop.series("eventloop_lag_seconds", { workload: "frontend", pod: shop.pods("frontend")[0] ?? "" }, 0.01, 0.4);
  const { diagnosis, recommendations } = shop.diagnose([["Deployment", "frontend", "metric", "latency"]]);
  expect(diagnosis.hypotheses[0]).toMatchObject({ cause: "load-spike", culprit: { name: "frontend" } });
  return recommendations.filter((one) => one.action === action).map(({ params }) => params);
}

test.each([
  { replicas: 4, offers: [{ replicas: 6 }] },
  { replicas: 40, offers: [{ replicas: 50 }] },
  { replicas: 60, offers: [] },
])("more demand never takes pods away: of $replicas", async ({ replicas, offers }) => {
  expect(await offered("scale", replicas)).toEqual(offers);
});

test.each([
  { replicas: 4, offers: [{ minReplicas: 4, maxReplicas: 12, cpuPercent: 70 }] },
  { replicas: 400, offers: [{ minReplicas: 400, maxReplicas: 1_000, cpuPercent: 70 }] },
  { replicas: 1_000, offers: [] },
])("an autoscaler for more demand has room to grow, within what one may be given: of $replicas", async (of) => {
  expect(await offered("create-hpa", of.replicas)).toEqual(of.offers);
});
