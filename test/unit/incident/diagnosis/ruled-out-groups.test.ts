import { expect, test } from "vitest";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { ruledOutGroups } from "../../../../src/incident/diagnosis/ruled-out-groups.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { clean } from "../../../support/incident-view.ts";

const out = (cause: CauseCode, name: string, reason: string) => ({
  cause,
  culprit: makeRef("Deployment", "shop", name),
  reason: clean(reason),
});

test("a reason is told once, and so is a cause of several culprits", () => {
  const better = "memory leak (Deployment shop/carts) explains the same symptoms more exactly";
  const groups = ruledOutGroups([
    out("application-degraded", "orders", better),
    out("bad-release", "carts", "E7 shows that it ran before"),
    out("application-degraded", "frontend", better),
    out("application-degraded", "payment", better),
    out("bad-release", "orders", better),
    out("bad-release", "orders", better),
    out("cpu-saturation", "orders", better),
  ]);
  expect(groups).toEqual([
    {
      causes: [
        "trouble in the application itself (Deployment shop/orders, Deployment shop/frontend and Deployment shop/payment)",
        "defect in the new release and out of CPU (Deployment shop/orders)",
      ],
      reason: better,
    },
    { causes: ["defect in the new release (Deployment shop/carts)"], reason: "E7 shows that it ran before" },
  ]);
});
