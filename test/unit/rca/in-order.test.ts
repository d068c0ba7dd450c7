import { describe, expect, test } from "vitest";
import type { ActionCode } from "../../../src/incident/action-code.ts";
import { adviceText } from "../../../src/incident/fix/advice-text.ts";
import { placeInOrder } from "../../../src/incident/fix/place-in-order.ts";
import type { Recommendation } from "../../../src/incident/fix/recommendation.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { inOrder } from "../../../src/rca/recommend/in-order.ts";
import { clean } from "../../support/incident-view.ts";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";
import { measuredTroubles } from "./troubles-measured.ts";

const carts = makeRef("Deployment", "shop", "carts");
type Row = readonly [action: ActionCode, confidence: number, learned?: number];
const offer = ([action, confidence, learned = 0]: Row) => ({
  fix: { action, target: action === "delete-pod" ? makeRef("Pod", "shop", "carts-1-x") : carts },
  cause: "application-degraded" as const,
  confidence,
  learned,
});

describe("fixes of one cause stand by how likely they help, except where something speaks for another order", () => {
  test.each<{ name: string; rules: readonly Row[]; want: readonly ActionCode[] }>([
    {
      name: "the likelier one first",
      rules: [
        ["rollback-deployment", 0.85],
        ["scale", 0.35],
        ["patch-resources", 0.74],
      ],
      want: ["rollback-deployment", "patch-resources", "scale"],
    },
    {
      name: "the rules' order where they are equal",
      rules: [
        ["set-env", 0.85],
        ["set-image", 0.85],
      ],
      want: ["set-env", "set-image"],
    },
    {
      name: "the gentler step of a ladder before a likelier one",
      rules: [
        ["soft-heal", 0.57],
        ["delete-pod", 0.3],
        ["restart", 0.51],
        ["rollback-deployment", 0.67],
      ],
      want: ["soft-heal", "delete-pod", "restart", "rollback-deployment"],
    },
    {
      name: "what is gentler does not sink with what is less likely than what waits for it",
      rules: [
        ["restart", 0.4],
        ["patch-resources", 0.6],
        ["rollback-deployment", 0.8],
      ],
      want: ["restart", "rollback-deployment", "patch-resources"],
    },
    {
      name: "a rollback that the rules put first, before the restart after it",
      rules: [
        ["rollback-deployment", 0.85],
        ["restart", 0.2],
      ],
      want: ["rollback-deployment", "restart"],
    },
    {
      name: "what cannot be taken back after what the rules put before it",
      rules: [
        ["guide", 0.37],
        ["remove-finalizer", 0.71],
      ],
      want: ["guide", "remove-finalizer"],
    },
    {
      name: "a gentle step that failed here after a surer one",
      rules: [
        ["restart", 0.2, -0.3],
        ["rollback-deployment", 0.67],
      ],
      want: ["rollback-deployment", "restart"],
    },
    {
      name: "a step that helped here before a gentler one",
      rules: [
        ["restart", 0.4],
        ["rollback-deployment", 0.8, 0.1],
      ],
      want: ["rollback-deployment", "restart"],
    },
  ])("$name", ({ rules, want }) => expect(inOrder(rules.map(offer)).map(({ fix }) => fix.action)).toEqual(want));
});

describe("why a fix stands where it does", () => {
  const fix = (action: ActionCode, confidence: number, more: Partial<Recommendation> = {}): Recommendation => ({
    ...offer([action, confidence]).fix,
    id: action,
    cause: "application-degraded",
    params: {},
    needs: [],
    reason: clean("does something"),
    confidence,
    kubectl: "",
    risk: "low",
    reversible: true,
    ...more,
  });
  const back = fix("rollback-deployment", 0.67);
  test.each<{ name: string; all: readonly Recommendation[]; want: readonly (string | undefined)[] }>([
    {
      name: "the likeliest first says it by its figure",
      all: [back, fix("restart", 0.3)],
      want: [undefined, undefined],
    },
    {
      name: "a gentler step",
      all: [fix("soft-heal", 0.57), fix("restart", 0.51), back],
      want: [
        "before a likelier one because it is gentler: nothing restarts",
        "before a likelier one because it is gentler: the release stays",
        undefined,
      ],
    },
    { name: "equal as people see it", all: [fix("restart", 0.666), back], want: [undefined, undefined] },
    {
      name: "before a last resort",
      all: [fix("guide", 0.37), fix("remove-finalizer", 0.71, { risk: "high", reversible: false })],
      want: ["before a likelier one that cannot be undone", undefined],
    },
    {
      name: "for another cause",
      all: [fix("guide", 0.1), fix("scale", 0.26, { cause: "load-spike" })],
      want: [undefined, "if it is rather: demand rose beyond capacity"],
    },
  ])("$name", ({ all, want }) => expect(all.map((one) => placeInOrder(one, all))).toEqual(want));

  test("what stands before a likelier one is not called the surest way out", () => {
    const first = fix("soft-heal", 0.57);
    expect(adviceText(first, [first, back])).toMatch(/^The gentlest step is to /);
    expect(adviceText(first, [first])).toMatch(/^The surest way out is to /);
  });
});

test.each(
  [...troubles, ...measuredTroubles].map((trouble) => [trouble.name, trouble] as const),
)("%s: a likelier fix stands first, or it is said why not", async (_name, trouble) => {
  const shop = await quietShop();
  trouble.breakIt(shop);
  const { recommendations } = shop.diagnose(trouble.symptoms);
  const unsaid = recommendations.filter((one, i) =>
    recommendations
      .slice(i + 1)
      .some(
        (later) =>
          Math.round(later.confidence * 100) > Math.round(one.confidence * 100) &&
          placeInOrder(one, recommendations) === undefined &&
          placeInOrder(later, recommendations) === undefined,
      ),
  );
  expect(unsaid.map(({ action }) => action)).toEqual([]);
});
