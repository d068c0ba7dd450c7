import { describe, expect, it } from "vitest";
import { refText } from "../../../src/incident/object-ref.ts";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";

describe("each cause is told from the others", () => {
  it.each(troubles)("$name: $cause", async ({ cause, culprit, fix, symptoms, breakIt }) => {
    const shop = await quietShop();
    breakIt(shop);
    const { diagnosis, recommendations, evidence } = shop.diagnose(symptoms);
    const first = diagnosis.hypotheses[0];
    const all = diagnosis.hypotheses
      .map((item) => `${item.cause} ${refText(item.culprit)} ${item.probability.toFixed(2)}`)
      .join(" | ");
    expect(`${first?.cause} ${first && refText(first.culprit)}`, all).toBe(`${cause} ${culprit}`);
    const [action, target] = fix;
    expect(recommendations.slice(0, 2).map((item) => `${item.action} ${refText(item.target)}`)).toContain(
      `${action} ${target}`,
    );
    const ids = new Set(evidence.map((entry) => entry.id));
    expect(first?.evidence.length).toBeGreaterThan(0);
    for (const id of diagnosis.hypotheses.flatMap((item) => [...item.evidence, ...item.against]))
      expect(ids).toContain(id);
  });
});
