import { expect, test } from "vitest";
import { crashed, ns, quietShop } from "./shop.ts";

type Shop = Awaited<ReturnType<typeof quietShop>>;

const mib = 2 ** 20;

/** A rollout whose containers are killed for memory after `lifeMs`; the revision before kept at `before`. */
function killedAfterRollout(shop: Shop, options: { before: number; lifeMs: number; image: boolean }) {
  for (const pod of shop.pods("orders"))
    shop.series("container_memory_working_set_bytes", { pod, container: "orders" }, options.before, options.before);
  shop.change("Deployment", "orders", (draft) => {
    const [container] = draft.spec.template.spec.containers;
    container.resources = { ...container.resources, limits: { ...container.resources?.limits, memory: "192Mi" } };
    if (options.image) container.image = `${container.image}-next`;
  });
  const at = shop.onset + 30_000;
  const status = crashed("orders", 137, at, "OOMKilled", 2);
  for (const { lastState } of status.containerStatuses)
    lastState.terminated.startedAt = new Date(at - options.lifeMs).toISOString();
  shop.freshPod("orders", status);
  return shop.diagnose([["Deployment", "orders", "state", "OOMKilled"]]);
}

async function ruled(options: { before: number; lifeMs: number; image: boolean }) {
  const shop = await quietShop();
  // The limit is what it was, so that the rollout alone is new.
  shop.observation.objects.apply(
    "MODIFIED",
    (() => {
      const known = shop.observation.objects.get("Deployment", ns, "orders");
      const draft = structuredClone(known) as unknown as {
        metadata: Record<string, unknown>;
        spec: { template: { spec: { containers: { resources?: { limits?: object } }[] } } };
      };
      const [container] = draft.spec.template.spec.containers;
      if (container)
        container.resources = { ...container.resources, limits: { ...container.resources?.limits, memory: "192Mi" } };
      draft.metadata["resourceVersion"] = "899000";
      return draft as never;
    })(),
    shop.onset - 60 * 60_000,
  );
  return killedAfterRollout(shop, options);
}

test.each([
  {
    name: "a release that needs far more than the one before",
    before: 70 * mib,
    lifeMs: 46_000,
    image: true,
    cause: "bad-release",
  },
  {
    name: "one that was near the limit before",
    before: 170 * mib,
    lifeMs: 46_000,
    image: true,
    cause: "memory-limit-too-low",
  },
  {
    name: "one that cannot start within it",
    before: 70 * mib,
    lifeMs: 3_000,
    image: true,
    cause: "memory-limit-too-low",
  },
  { name: "nothing new", before: 70 * mib, lifeMs: 46_000, image: false, cause: "memory-limit-too-low" },
])("killed for memory: $name", async ({ cause, ...options }) => {
  const { diagnosis, recommendations } = await ruled(options);
  expect(diagnosis.hypotheses[0]?.cause).toBe(cause);
  if (cause === "bad-release") expect(recommendations[0]?.action).toBe("rollback-deployment");
});

test.each([
  { name: "when it has ended, may be run once more", conditions: [{ type: "Failed", status: "True" }], again: true },
  { name: "while it still tries by itself, is let be", conditions: [], again: false },
])("a job was not changed by having been made, and $name", async ({ conditions, again }) => {
  const shop = await quietShop();
  const made = new Date(shop.onset - 5_000).toISOString();
  shop.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "reindex", namespace: ns, creationTimestamp: made },
    spec: { template: { spec: { containers: [{ name: "reindex", image: "shop:1" }] } } },
    status: { failed: 3, conditions },
  });
  const { diagnosis, recommendations } = shop.diagnose([["Job", "reindex", "state", "JobFailed"]]);
  expect(diagnosis.hypotheses[0]?.statement).toBe("Job reindex fails");
  expect(recommendations.some(({ action }) => action === "rerun-job")).toBe(again);
});
