import { expect, test } from "vitest";
import { crashed, quietShop } from "./shop.ts";

const minute = 60_000;

/** A rollout of orders `ranMs` before its container is killed for memory; nobody measures how much it takes. */
async function killed(options: { lifeMs: number; ranMs: number; image: boolean; before?: "was killed too" }) {
  const shop = await quietShop();
  shop.observation.series.forgetSince(Number.POSITIVE_INFINITY);
  const at = shop.onset + 5_000;
  const [old = ""] = shop.pods("orders");
  const rolledOutAt = at - options.ranMs;
  const known = shop.observation.objects.get("Deployment", "sock-shop", "orders");
  const next = structuredClone(known) as unknown as {
    metadata: { resourceVersion: string };
    spec: { template: { spec: { containers: { image: string; env?: { name: string; value: string }[] }[] } } };
  };
  const [container] = next.spec.template.spec.containers;
  if (container && options.image) container.image = `${container.image}-next`;
  else if (container) container.env = [...(container.env ?? []), { name: "BANNER", value: "on" }];
  shop.observation.objects.apply("MODIFIED", next as never, rolledOutAt);
  const status = crashed("orders", 137, at, "OOMKilled", 1);
  for (const { lastState } of status.containerStatuses)
    lastState.terminated.startedAt = new Date(at - options.lifeMs).toISOString();
  shop.freshPod("orders", status, (draft) => {
    draft.metadata["creationTimestamp"] = new Date(rolledOutAt + 1_000).toISOString();
  });
  const pod = shop.observation.objects.get("Pod", "sock-shop", old);
  if (pod) {
    const gone = structuredClone(pod) as unknown as {
      metadata: { creationTimestamp: string };
      status: { containerStatuses: object[] };
    };
    gone.metadata.creationTimestamp = new Date(rolledOutAt - 60 * minute).toISOString();
    if (options.before)
      gone.status.containerStatuses = crashed("orders", 137, rolledOutAt, "OOMKilled", 1).containerStatuses;
    shop.observation.objects.apply("DELETED", gone as never, rolledOutAt + 20_000);
  }
  const { diagnosis, recommendations } = shop.diagnose([["Deployment", "orders", "state", "OOMKilled"]]);
  return { cause: diagnosis.hypotheses[0]?.cause, fix: recommendations[0]?.action };
}

const leak = { cause: "memory-leak", fix: "rollback-deployment" };
const tight = { cause: "memory-limit-too-low", fix: "patch-resources" };

test.each<[string, Parameters<typeof killed>[0], typeof leak]>([
  [
    "after minutes, where the release before lived far longer",
    { lifeMs: 5 * minute, ranMs: 6 * minute, image: true },
    leak,
  ],
  ["at its start", { lifeMs: 10_000, ranMs: 6 * minute, image: true }, tight],
  ["after minutes, of the same image", { lifeMs: 5 * minute, ranMs: 6 * minute, image: false }, tight],
  [
    "after minutes, where the release before was killed as well",
    { lifeMs: 5 * minute, ranMs: 6 * minute, image: true, before: "was killed too" },
    tight,
  ],
])("unmeasured, killed for memory %s", async (_title, options, expected) => {
  expect(await killed(options)).toEqual(expected);
});
