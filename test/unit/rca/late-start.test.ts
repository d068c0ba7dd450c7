import { expect, it } from "vitest";
import { createObservation } from "../../../src/cluster/observation.ts";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { crashed, ns, quietShop, waiting } from "./shop.ts";

const kinds = [
  "Deployment",
  "ReplicaSet",
  "Pod",
  "Service",
  "EndpointSlice",
  "ConfigMap",
  "Secret",
  "Node",
  "CronJob",
  "Role",
  "RoleBinding",
];

it("a process that starts after the rollout finds what was changed in the revisions that Kubernetes keeps", async () => {
  const shop = await quietShop();
  shop.change("Deployment", "catalogue", (draft) => {
    draft.spec.template.spec.containers[0].image = "localhost:5000/shop/catalogue:9.9.9";
  });
  shop.freshPod(
    "catalogue",
    waiting("catalogue", "ImagePullBackOff", 'Back-off pulling image "localhost:5000/shop/catalogue:9.9.9": not found'),
  );
  const late = createObservation({ cluster: "late" });
  for (const kind of kinds)
    for (const object of shop.observation.objects.list(kind)) late.objects.apply("ADDED", object, shop.now - 1_000);
  const { redact } = createRedactor({ salt: "late" });
  const incident = shop.incident([["Deployment", "catalogue", "state", "ImagePullBackOff"]]);
  const { diagnosis, recommendations, evidence } = diagnoseByRules({
    incident,
    observation: late,
    now: shop.now,
    redact,
    version: 1,
  });
  expect(diagnosis.hypotheses[0]).toMatchObject({
    cause: "image-not-found",
    culprit: { kind: "Deployment", name: "catalogue" },
  });
  expect(recommendations[0]).toMatchObject({
    action: "rollback-deployment",
    target: { name: "catalogue", namespace: ns },
  });
  expect(recommendations[1]).toMatchObject({
    action: "set-image",
    params: { image: "localhost:5000/shop/catalogue:1.8.2" },
  });
  expect(evidence.some((entry) => entry.source === "change" && entry.text.includes("1.8.2 -> "))).toBe(true);
});

it("a lowered limit is put back from the revision before", async () => {
  const shop = await quietShop();
  shop.change("Deployment", "payment", (draft) => {
    draft.spec.template.spec.containers[0].resources.limits.memory = "34Mi";
  });
  shop.freshPod("payment", crashed("payment", 137, shop.onset + 30_000, "OOMKilled"));
  const late = createObservation({ cluster: "late" });
  for (const kind of kinds)
    for (const object of shop.observation.objects.list(kind)) late.objects.apply("ADDED", object, shop.now - 1_000);
  const { redact } = createRedactor({ salt: "late" });
  const incident = shop.incident([["Deployment", "payment", "state", "OOMKilled"]]);
  const { diagnosis, recommendations } = diagnoseByRules({
    incident,
    observation: late,
    now: shop.now,
    redact,
    version: 1,
  });
  expect(diagnosis.hypotheses[0]?.cause).toBe("memory-limit-too-low");
  expect(recommendations[0]).toMatchObject({
    action: "patch-resources",
    params: { container: "payment", limits: { memory: "128Mi" } },
  });
});
