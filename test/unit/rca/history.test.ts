import { expect, it } from "vitest";
import type { History } from "../../../src/incident/diagnosis/past-incident.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { diagnose, diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { noOutcomes } from "../../../src/rca/weigh/confidence.ts";
import { brokenShop } from "./broken-shop.ts";

const orders = makeRef("Deployment", "sock-shop", "orders");

function past(fix: { right: number; wrong: number }): History {
  return {
    similar: [
      {
        id: "17",
        title: "orders does not start",
        cause: "missing-env",
        culprit: orders,
        onset: Date.parse("2026-11-01T10:00:00Z"),
        fix: { action: "set-env", target: orders, recovered: true },
        similarity: 0.92,
      },
    ],
    outcomes: { cause: () => noOutcomes, fix: (_cause, action) => (action === "set-env" ? fix : noOutcomes) },
  };
}

it("an earlier incident that looked alike is told as evidence, with what helped", async () => {
  const { input } = await brokenShop();
  const { evidence } = await diagnose({ ...input, history: { recall: async () => past({ right: 1, wrong: 0 }) } });
  const told = evidence.find((entry) => entry.source === "history");
  expect(told?.text).toContain("Incident 17 of 2026-11-01 10:00:00 UTC was alike (92 %)");
  expect(told?.text).toContain("cause required environment variable missing (Deployment sock-shop/orders)");
  expect(told?.text).toContain("Change an environment variable of Deployment sock-shop/orders: it helped");
});

it("what was much like it is kept with the diagnosis, without its title; what was only somewhat alike is not", async () => {
  const { input } = await brokenShop();
  const [known] = past({ right: 1, wrong: 0 }).similar;
  if (!known) throw new Error("the fixture has an earlier incident");
  const similar = [known, { ...known, id: "16", similarity: 0.61 }, { ...known, id: "15", similarity: 0.59 }];
  const history = { ...past({ right: 1, wrong: 0 }), similar };
  const { title: _title, ...kept } = known;
  expect(diagnoseByRules({ ...input, history }).diagnosis.past).toEqual([
    kept,
    { ...kept, id: "16", similarity: 0.61 },
  ]);
  expect(diagnoseByRules(input).diagnosis).not.toHaveProperty("past");
});

it("a fix that keeps failing here is offered with less confidence, one that keeps helping with more", async () => {
  const { input } = await brokenShop();
  const confidence = (history?: History) =>
    diagnoseByRules(history ? { ...input, history } : input).recommendations.find((item) => item.action === "set-env")
      ?.confidence ?? 0;
  expect(confidence(past({ right: 0, wrong: 9 }))).toBeLessThan(confidence() - 0.2);
  expect(confidence(past({ right: 30, wrong: 0 }))).toBeGreaterThan(confidence());
});
