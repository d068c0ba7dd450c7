import { expect, test } from "vitest";
import { quietShop, waiting } from "./shop.ts";

const refused =
  'runc create failed: unable to start container process: exec: "/app/no-such": stat /app/no-such: no such file or directory';

test.each([
  {
    name: "a pod that was gone minutes before the first symptom has not brought it",
    goneBeforeMs: 120_000,
    blamed: false,
  },
  { name: "one that went with the first symptom may have", goneBeforeMs: 0, blamed: true },
])("$name", async ({ goneBeforeMs, blamed }) => {
  const shop = await quietShop();
  const name = shop.freshPod("payment", waiting("payment", "RunContainerError", refused));
  const pod = shop.observation.objects.list("Pod").find(({ metadata }) => metadata.name === name);
  if (!pod) throw new Error("the pod is there");
  shop.observation.objects.apply("DELETED", pod, shop.onset - goneBeforeMs);
  const { diagnosis } = shop.diagnose([["Deployment", "payment", "metric", "latency"]]);
  expect(diagnosis.hypotheses.some((item) => item.cause === "bad-command")).toBe(blamed);
});
