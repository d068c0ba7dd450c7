import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { refText } from "../../../src/incident/object-ref.ts";
import { ns, quietShop } from "./shop.ts";

const notANumber = "2026-11-20 23:36:55.200 ERROR [orders,1] invalid value for PAYMENT_TIMEOUT_MS: not a number";
const denied =
  "2026-11-20 23:40:20.200 ERROR [orders,1] INSERT command denied to user 'shop'@'10.244.0.9' for table `orders`";

interface Story {
  /** Seconds after the onset in which it is written. */
  readonly first: readonly [number, number];
  readonly putBackAt?: number;
  readonly next: string;
  readonly nextFrom: number;
}

/** A variable of orders is given a value that it refuses; minutes later, in the same incident, its log is full of errors again. */
async function told({ first, putBackAt, next, nextFrom }: Story) {
  const shop = await quietShop();
  const { observation, onset } = shop;
  const deployment = observation.objects.get("Deployment", ns, "orders") as KubeObject;
  const withTimeout = (value: string, version: string) => {
    // biome-ignore lint/suspicious/noExplicitAny: reaches into the object.
    const draft = structuredClone(deployment) as any;
    draft.metadata.resourceVersion = version;
    const [container] = draft.spec.template.spec.containers;
    container.env = [...(container.env ?? []), { name: "PAYMENT_TIMEOUT_MS", value }];
    return draft as KubeObject;
  };
  observation.objects.apply("MODIFIED", withTimeout("3000", "900001"), onset - 600_000);
  observation.objects.apply("MODIFIED", withTimeout("3s", "900002"), onset - 10_000);
  if (putBackAt !== undefined)
    observation.objects.apply("MODIFIED", withTimeout("3000", "900003"), onset + putBackAt * 1_000);
  const [pod = ""] = shop.pods("orders");
  const say = (line: string, from: number, to: number) => {
    for (let s = from; s < to; s += 2)
      observation.logs.push({ at: onset + s * 1_000, namespace: ns, pod, container: "orders", line });
  };
  say(notANumber, ...first);
  say(next, nextFrom, nextFrom + 60);
  shop.now = onset + (nextFrom + 60) * 1_000;
  const { diagnosis } = shop.diagnose([["Deployment", "orders", "log", "never-seen-template"]]);
  const [best] = diagnosis.hypotheses;
  return { best: best && `${best.cause} ${refText(best.culprit)}`, summary: diagnosis.summary };
}

describe("an incident that goes on with other words after a pause", () => {
  test("is diagnosed by what is there now, and says so", async () => {
    const { best, summary } = await told({ first: [0, 100], putBackAt: 105, next: denied, nextFrom: 200 });
    expect(best).toBe(`permission-denied Deployment ${ns}/orders`);
    expect(summary).toContain("is over; this is another trouble");
  });

  test("keeps its cause where nothing was changed since", async () => {
    const { best } = await told({ first: [0, 100], next: denied, nextFrom: 200 });
    expect(best).toBe(`bad-config Deployment ${ns}/orders`);
  });

  test("keeps its cause where it never paused", async () => {
    const { best } = await told({ first: [0, 190], putBackAt: 105, next: denied, nextFrom: 200 });
    expect(best).toBe(`bad-config Deployment ${ns}/orders`);
  });

  test("keeps its cause where it says the same again: what was tried did not help", async () => {
    const { best, summary } = await told({ first: [0, 100], putBackAt: 105, next: notANumber, nextFrom: 200 });
    expect(best).toBe(`bad-config Deployment ${ns}/orders`);
    expect(summary).not.toContain("another trouble");
  });
});
