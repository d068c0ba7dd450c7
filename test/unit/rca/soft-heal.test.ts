import { expect, test } from "vitest";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { ns, quietShop } from "./shop.ts";

interface Case {
  readonly name: string;
  readonly path?: string;
  readonly advice?: Anomaly["advice"];
  /** The classifier's word on another workload than the culprit. */
  readonly about?: string;
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  { name: "no annotation, no soft heal", advice: "soft-heal", want: ["restart"] },
  { name: "an annotated application is asked first", path: "/heal", want: ["soft-heal", "restart"] },
  { name: "the health classifier agrees", path: "/heal", advice: "soft-heal", want: ["soft-heal", "restart"] },
  { name: "the health classifier wants a hard restart", path: "/heal", advice: "hard-restart", want: ["restart"] },
  {
    name: "what is said of another one does not count",
    path: "/heal",
    advice: "hard-restart",
    about: "frontend",
    want: ["soft-heal", "restart"],
  },
  { name: "an annotation that leads elsewhere is none", path: "/../../secrets", want: ["restart"] },
];

test.each(cases)("the first rung of the ladder: $name", async ({ path, advice, about = "catalogue", want }) => {
  const shop = await quietShop();
  if (path)
    shop.change("Deployment", "catalogue", (draft) => {
      draft.metadata["annotations"] = { "kubemend.dev/heal-path": path, "kubemend.dev/heal-port": "8080" };
    });
  shop.log("catalogue", 'ts=x level=error msg="index corrupt, cannot serve" segment=3', 9);
  shop.series("error_ratio", { workload: "catalogue" }, 0, 0.45);
  const incident = shop.incident([["Deployment", "catalogue", "health", "application-degraded"]]);
  const judged = incident.anomalies.flatMap((one) => [
    one,
    ...(advice ? [{ ...one, fingerprint: "h", target: { ...one.target, name: about }, advice }] : []),
  ]);
  const { redact } = createRedactor();
  const { diagnosis, recommendations } = diagnoseByRules({
    incident: { ...incident, anomalies: judged },
    observation: shop.observation,
    now: shop.now,
    redact,
    version: 1,
  });
  expect(diagnosis.hypotheses[0]).toMatchObject({
    cause: "application-degraded",
    culprit: { namespace: ns, name: "catalogue" },
  });
  const rungs = recommendations
    .filter(({ target }) => target.name === "catalogue")
    .map(({ action }) => action)
    .filter((action) => action === "soft-heal" || action === "restart");
  expect(rungs).toEqual(want);
});
