import { expect, test } from "vitest";
import { isReleaseMark } from "../../../src/rca/rules/release-mark.ts";
import { quietShop, running } from "./shop.ts";

test.each([
  ["APP_VERSION", "2.0.0", true],
  ["SHOP_VERSION", "v2.4.1-rc.1", true],
  ["RELEASE", "2026.11.3", true],
  ["GIT_SHA", "3f2a91c", true],
  ["COMMIT_SHA", "9b1f1d3c7a2e4f5061728394a5b6c7d8e9f00112", true],
  ["VERSION", "two", false],
  ["API_VERSION", "2.0.0", false],
  ["TLS_MIN_VERSION", "1.2", false],
  ["SCHEMA_VERSION", "12.1", false],
  ["NODE_VERSION", "24.1.0", false],
  ["CONVERSION", "2.0.0", false],
])("%s=%s names a release: %s", (name, after, expected) => {
  expect(isReleaseMark({ path: `spec.template.spec.containers[a].env[${name}]`, area: "env", name, after })).toBe(
    expected,
  );
});

const exception = [
  '{"level":"error","msg":"request failed","err":{"type":"TypeError","message":"Cannot read properties of undefined (reading \'price\')",',
  '"stack":"TypeError: Cannot read properties of undefined (reading \'price\')\\n    at price (file:///app/payment.js:12:3)"}}',
].join("");

test("one of several variables fits less than the rollback, whatever the order", async () => {
  const shop = await quietShop();
  shop.change("Deployment", "payment", (draft) => {
    draft.spec.template.spec.containers[0].env = [
      { name: "NEW_PRICES", value: "on" },
      { name: "NEW_TAXES", value: "on" },
    ];
  });
  const pod = shop.freshPod("payment", running("payment"));
  shop.log("payment", exception, 20, pod);
  shop.series("error_ratio", { workload: "payment" }, 0, 0.4);
  shop.series("pod_error_ratio", { workload: "payment", pod }, undefined, 0.4);
  const { recommendations } = shop.diagnose([["Deployment", "payment", "metric", "error-ratio"]]);
  expect(recommendations[0]?.action).toBe("rollback-deployment");
});

test.each([
  { env: { APP_VERSION: "2.0.0", NEW_PRICES: "on" }, cause: "bad-release" },
  { env: { NEW_PRICES: "on" }, cause: "bad-config" },
])("errors after $env are called $cause, and the rollout is taken back", async ({ env, cause }) => {
  const shop = await quietShop();
  shop.change("Deployment", "payment", (draft) => {
    draft.spec.template.spec.containers[0].env = [
      ...(draft.spec.template.spec.containers[0].env ?? []),
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ];
  });
  const pod = shop.freshPod("payment", running("payment"));
  shop.log("payment", exception, 20, pod);
  shop.series("error_ratio", { workload: "payment" }, 0, 0.4);
  shop.series("pod_error_ratio", { workload: "payment", pod }, undefined, 0.4);
  const { diagnosis, recommendations } = shop.diagnose([["Deployment", "payment", "metric", "error-ratio"]]);
  expect(diagnosis.hypotheses[0]?.cause).toBe(cause);
  expect(recommendations[0]?.target.name).toBe("payment");
  if (cause === "bad-release") expect(recommendations[0]?.action).toBe("rollback-deployment");
  const undone = recommendations.filter(({ action }) => action === "set-env").map(({ params }) => params["name"]);
  expect(undone).toEqual(["NEW_PRICES"]);
});
