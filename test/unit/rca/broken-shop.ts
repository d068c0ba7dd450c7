import type { RulesInput } from "../../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { crashed, quietShop, type Shop } from "./shop.ts";

/** A shop whose orders stop because a variable was removed; what the log says can be chosen. */
export async function brokenShop(
  line = "2026-11-20 23:36:55.200 ERROR [orders,] configuration error: environment variable AUDIT_LEVEL is not set",
): Promise<{ shop: Shop; input: Omit<RulesInput, "history"> }> {
  const shop = await quietShop();
  shop.change("Deployment", "orders", (draft) => draft.spec.template.spec.containers[0].env.splice(1, 1));
  const pod = shop.freshPod("orders", crashed("orders", 1, shop.onset + 30_000));
  shop.log("orders", line, 4, pod);
  const incident = shop.incident([
    ["Deployment", "orders", "state", "CrashLoopBackOff"],
    ["Deployment", "frontend"],
  ]);
  return {
    shop,
    input: {
      incident,
      observation: shop.observation,
      now: shop.now,
      redact: createRedactor({ salt: "test" }).redact,
      version: 1,
    },
  };
}

/** An answer that keeps to the rules of the prompt. */
export function honestAnswer(evidence: readonly string[]): object {
  return {
    sentences: [
      {
        text: "The container orders stops because AUDIT_LEVEL is missing",
        kind: "observed",
        evidence: evidence.slice(0, 1),
      },
      {
        text: "The variable went away with the last change of the Deployment",
        kind: "inferred",
        evidence: evidence.slice(0, 2),
      },
    ],
    hypotheses: [
      {
        cause: "missing-env",
        culprit: { kind: "Deployment", namespace: "sock-shop", name: "orders" },
        statement: "orders lacks AUDIT_LEVEL",
        evidence: evidence.slice(0, 2),
        against: [],
      },
    ],
    fixes: [{ id: "R1", reason: "It is exactly what was taken away", evidence: evidence.slice(0, 1) }],
    patch: null,
    questions: [],
  };
}
