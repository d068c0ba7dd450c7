import { expect, test } from "vitest";
import { quietShop } from "./shop.ts";

const ns = "sock-shop";
const metricOf = (name: string) => [
  { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: 70 } } },
];

test("an autoscaler that was changed to a metric nobody serves is told what to put back", async () => {
  const shop = await quietShop();
  shop.create({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "catalogue", namespace: ns },
    spec: { scaleTargetRef: { kind: "Deployment", name: "catalogue" }, maxReplicas: 4, metrics: metricOf("cpu") },
  });
  shop.change("HorizontalPodAutoscaler", "catalogue", (draft) => {
    draft.spec.metrics = metricOf("cpus");
    draft.status = {
      conditions: [{ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric", message: "no metric" }],
    };
  });
  const { diagnosis, recommendations } = shop.diagnose([
    ["HorizontalPodAutoscaler", "catalogue", "state", "FailedGetResourceMetric"],
  ]);
  expect(diagnosis.hypotheses[0]?.cause).toBe("hpa-broken");
  const guide = recommendations.find(({ action }) => action === "guide");
  expect(guide?.params["steps"]).toContainEqual(
    expect.stringMatching(/^Put metrics of catalogue back to what was there before [-0-9]+ [:0-9]+ UTC\.$/),
  );
});
