import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { diagnoseByRules } from "../../src/rca/diagnose.ts";
import { diagnosisShape, readAnswer } from "../../src/rca/model/answer.ts";
import { applyAnswer } from "../../src/rca/model/apply-answer.ts";
import { applyRefutation } from "../../src/rca/model/apply-refutation.ts";
import { citedSentences } from "../../src/rca/model/sayable.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { brokenShop } from "../unit/rca/broken-shop.ts";

const answers = promised(5_000, 1_000);

it("L4: of 5,000 answers, second readings and replies no sentence without evidence that exists is shown", async () => {
  const { input } = await brokenShop();
  const { diagnosis, recommendations, evidence } = diagnoseByRules(input);
  const shown = evidence;
  const ids = shown.map((entry) => entry.id);
  let dropped = 0;
  let kept = 0;
  for (let round = 0; round < answers; round++) {
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
      patch: null,
      questions: [],
    };
    const parsed = readAnswer(JSON.stringify(answer), diagnosisShape);
    if (!parsed.ok) throw new Error(parsed.problem);
    const applied = applyAnswer({
      answer: parsed.answer,
      diagnosis,
      recommendations,
      shown,
      exists: () => true,
      containersOf: () => undefined,
      redact: input.redact,
    });
    const shownIds = new Map(shown.map((entry) => [entry.id, entry]));
    for (const one of citedSentences(sentences, shownIds, input.redact).said) {
      expect(one.text).not.toContain("unsupported");
      expect(one.evidence.length).toBeGreaterThan(0);
    }
    const doubted = applyRefutation({
      refutation: { verdict: "refuted", objections: sentences, question: null },
      diagnosis,
      recommendations,
      shown,
      redact: input.redact,
      questions: [],
    });
    expect(doubted.diagnosis.summary.slice(diagnosis.summary.length)).not.toContain("unsupported");
    const proven = sentences.some((one) => one.text.endsWith(" supported"));
    expect(doubted.verification).toBe(proven ? "refuted" : "unverified");
    dropped += applied.dropped.sentences;
    const claims = applied.diagnosis.summary.slice(diagnosis.summary.length);
    expect(claims).not.toContain("unsupported");
    for (const [, list = ""] of claims.matchAll(/\((?:inferred, )?(E[^)]*)\)/g))
      for (const id of list.split(", ")) expect(ids).toContain(id);
    kept += (claims.match(/supported/g) ?? []).length;
    expect(applied.recommendations[0]?.reason).toBe(recommendations[0]?.reason);
    expect(applied.dropped.fixes).toBe(1);
  }
  expect(dropped).toBeGreaterThan(answers);
  expect(kept).toBeGreaterThan(answers / 10);
  promiseFigure(
    "L4",
    `${grouped(answers)} answers, second readings and replies`,
    `${grouped(dropped)} sentences dropped, 0 unproven shown`,
  );
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
