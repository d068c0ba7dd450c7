import { describe, expect, it } from "vitest";
import { causeCodes } from "../../../src/incident/cause.ts";
import { refText } from "../../../src/incident/object-ref.ts";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";
import { measuredTroubles } from "./troubles-measured.ts";
import { routeTroubles } from "./troubles-routes.ts";
import { storyTroubles } from "./troubles-stories.ts";

const all = [...troubles, ...measuredTroubles, ...routeTroubles, ...storyTroubles];
const fits = (pattern: string, text: string) =>
  pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;

describe("each cause is told from the others", () => {
  it.each(all)("$name: $cause", async ({ cause, culprit, fix, step, symptoms, breakIt }) => {
    const shop = await quietShop();
    breakIt(shop);
    const { diagnosis, recommendations, evidence } = shop.diagnose(symptoms);
    const first = diagnosis.hypotheses[0];
    const all = diagnosis.hypotheses
      .map((item) => `${item.cause} ${refText(item.culprit)} ${item.probability.toFixed(2)}`)
      .join(" | ");
    expect(`${first?.cause} ${first && refText(first.culprit)}`, all).toBe(`${cause} ${culprit}`);
    const [action, target] = fix;
    const offered = recommendations.slice(0, 2).map((item) => `${item.action} ${refText(item.target)}`);
    expect(
      offered.some((offer) => fits(`${action} ${target}`, offer)),
      offered.join(" | "),
    ).toBe(true);
    const guided = recommendations.find((item) => item.action === "guide")?.params.steps;
    if (step !== undefined) expect(String(guided)).toContain(step);
    const ids = new Set(evidence.map((entry) => entry.id));
    if (cause !== "unknown") expect(first?.evidence.length).toBeGreaterThan(0);
    for (const id of diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]))
      expect(ids).toContain(id);
  });

  it.each(causeCodes)("the vocabulary's %s has a trouble that shows it", (cause) =>
    expect(all.map((trouble) => trouble.cause)).toContain(cause));
});
