import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { diagnoseByRules } from "../../src/rca/diagnose.ts";
import { parseAnswer } from "../../src/rca/model/answer.ts";
import { applyAnswer } from "../../src/rca/model/apply-answer.ts";
import { brokenShop } from "../unit/rca/broken-shop.ts";

it("L4: of 5,000 answers no sentence without evidence that exists is shown", async () => {
  const { input } = await brokenShop();
  const { diagnosis, recommendations, evidence } = diagnoseByRules(input);
  const shown = evidence;
  const ids = shown.map((entry) => entry.id);
  let dropped = 0;
  let kept = 0;
  for (let round = 0; round < 5_000; round++) {
    const bytes = createHash("sha256").update(`L4 ${round}`).digest();
    const sentence = (k: number) => {
      const mode = (bytes[k] ?? 0) % 5;
      const good = ids[(bytes[k + 8] ?? 0) % ids.length] ?? "E1";
      const cited =
        mode === 0 ? [] : mode === 1 ? ["E9999"] : mode === 2 ? ["see log"] : mode === 3 ? [good, "E77777"] : [good];
      return {
        text: `claim ${round} ${k} ${mode === 4 ? "supported" : "unsupported"}`,
        kind: "observed" as const,
        evidence: cited,
      };
    };
    const sentences = Array.from({ length: 1 + ((bytes[7] ?? 0) % 5) }, (_, k) => sentence(k));
    const answer = {
      sentences,
      hypotheses: [],
      fixes: [{ id: "R1", reason: "unsupported reason", evidence: [] }],
      questions: [],
    };
    const parsed = parseAnswer(JSON.stringify(answer));
    if (!parsed.ok) throw new Error(parsed.problem);
    const applied = applyAnswer({
      answer: parsed.answer,
      diagnosis,
      recommendations,
      shown,
      exists: () => true,
      redact: input.redact,
    });
    dropped += applied.dropped.sentences;
    const claims = applied.diagnosis.summary.slice(diagnosis.summary.length);
    expect(claims).not.toContain("unsupported");
    for (const [, list = ""] of claims.matchAll(/\((?:inferred, )?(E[^)]*)\)/g))
      for (const id of list.split(", ")) expect(ids).toContain(id);
    kept += (claims.match(/supported/g) ?? []).length;
    expect(applied.recommendations[0]?.reason).toBe(recommendations[0]?.reason);
    expect(applied.dropped.fixes).toBe(1);
  }
  expect(dropped).toBeGreaterThan(5_000);
  expect(kept).toBeGreaterThan(500);
});

it("L4: every hypothesis of the rules cites evidence that is in the list", async () => {
  const { input } = await brokenShop();
  const { diagnosis, evidence } = diagnoseByRules(input);
  const ids = new Set(evidence.map((entry) => entry.id));
  for (const item of diagnosis.hypotheses) {
    expect(item.evidence.length, item.cause).toBeGreaterThan(0);
    for (const id of [...item.evidence, ...item.against]) expect(ids.has(id), `${item.cause} ${id}`).toBe(true);
  }
});
