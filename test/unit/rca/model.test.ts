import { describe, expect, it } from "vitest";
import { diagnose, diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { createEvidenceBook } from "../../../src/rca/gather/evidence-book.ts";
import {
  answerSchema,
  diagnosisShape,
  extractJson,
  readAnswer,
  refutationSchema,
  replySchema,
} from "../../../src/rca/model/answer.ts";
import { caseText } from "../../../src/rca/model/case-text.ts";
import { estimateTokens } from "../../../src/rca/model/estimate-tokens.ts";
import { createModel, type ModelOptions } from "../../../src/rca/model/model.ts";
import { loadPrompt } from "../../../src/rca/model/prompt.ts";
import {
  completion,
  fakeOpenAi,
  idsTold,
  purposeOf,
  say,
  stands,
  toldTo,
  willingModel,
} from "../../support/fake-openai.ts";
import { brokenShop, honestAnswer } from "./broken-shop.ts";

function local(url: string, options: Partial<ModelOptions> = {}) {
  const model = createModel({ name: "local", baseUrl: url, ...options });
  if (!model) throw new Error("an address makes a model");
  return model;
}

describe("a model explains what the rules found", () => {
  it("without a model the rules stand alone and say so", async () => {
    const { input } = await brokenShop();
    const { diagnosis } = await diagnose(input);
    expect(diagnosis.by).toBe("rules");
    expect(diagnosis.modelNote).toBe("no model configured");
    expect(createModel({ name: "gpt-5-mini" })).toBeUndefined();
  });

  it("cited sentences join the summary, reasons join the fixes, tokens and cost of both readings are told", async () => {
    const { input } = await brokenShop();
    await using server = await willingModel({ diagnose: (asked) => honestAnswer(idsTold(asked)) });
    const model = local(server.url, { price: { inputUsdPerMillion: 1, outputUsdPerMillion: 10 } });
    const { diagnosis, recommendations, conversations } = await diagnose({ ...input, model });
    expect(diagnosis.by).toBe("rules+model");
    expect(diagnosis.summary).toMatch(/AUDIT_LEVEL is missing \(E\d+\)\./);
    expect(diagnosis.summary).toMatch(/\(inferred, E\d+, E\d+\)\./);
    expect(recommendations[0]?.reason).toMatch(/exactly what was taken away \(E\d+\)/);
    expect(diagnosis.tokens).toEqual({ input: 2_000, output: 400, costUsd: 0.006 });
    expect(diagnosis.model).toMatchObject({ name: "local", verification: "stands", lookUps: 0 });
    expect(conversations.map((one) => one.purpose)).toEqual(["diagnose", "refute"]);
    expect(server.asked[0]?.json.response_format?.json_schema?.name).toBe("diagnosis");
    expect(server.asked[1]?.json.response_format?.json_schema?.name).toBe("refutation");
  });

  it("a server without JSON schemas is asked more simply, then in plain text", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) => {
      const type = asked.json.response_format?.type;
      if (type)
        return say(response, 400, JSON.stringify({ error: { message: `response_format ${type} is not supported` } }));
      const answer = purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked));
      say(response, 200, completion(`Here you are:\n\`\`\`json\n${JSON.stringify(answer)}\n\`\`\``));
    });
    const { diagnosis } = await diagnose({ ...input, model: local(server.url) });
    expect(diagnosis.model?.verification).toBe("stands");
    expect(server.asked.slice(0, 3).map((item) => item.json.response_format?.type ?? "text")).toEqual([
      "json_schema",
      "json_object",
      "text",
    ]);
  });

  it("an answer that does not fit is repaired once, in the same conversation", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response, count) => {
      if (purposeOf(asked) === "refute") return say(response, 200, completion(JSON.stringify(stands)));
      say(
        response,
        200,
        completion(
          count === 1 ? '{"sentences": [' : JSON.stringify(honestAnswer(idsTold(asked))),
          count === 1 ? "length" : "stop",
        ),
      );
    });
    const { diagnosis } = await diagnose({ ...input, model: local(server.url) });
    expect(diagnosis.by).toBe("rules+model");
    expect(server.asked[1]?.json.messages.map((message) => message.role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
    ]);
    expect(server.asked[1]?.json.messages.at(-1)?.content).toContain("it was cut off");
    expect(diagnosis.tokens?.input).toBe(3_000);
  });
});

describe("what nobody knows the price of", () => {
  it("a request that nobody waited for any more counts for all it may have cost, and says why it failed", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi(() => undefined);
    const model = local(server.url, { deadlineSeconds: 0.3 });
    const { diagnosis, trouble } = await diagnose({ ...input, model });
    expect(diagnosis).toMatchObject({ by: "rules", modelNote: "the model did not answer in time" });
    expect(trouble).toMatchObject({ reason: "timeout" });
    const [asked] = server.asked;
    // The answer's tokens are more than a quarter of the characters of the question.
    expect(model.budget.lastHour).toBeGreaterThan(Math.ceil((asked?.body.length ?? 0) / 4) + 1_700);
  });
});

describe("the token budget of a case", () => {
  /** Thirty pieces of evidence from 40 to 1,200 characters. */
  async function manyPieces() {
    const { input } = await brokenShop();
    const { diagnosis, recommendations } = diagnoseByRules(input);
    const book = createEvidenceBook({ redact: input.redact });
    for (let i = 0; i < 30; i++)
      book.cite({
        source: "event",
        about: input.incident.target,
        query: `query ${i}`,
        text: `fact ${i} ${"abc ".repeat(10 * (i + 1))}`.slice(0, 40 * (i + 1)),
        at: input.now,
      });
    const evidence = book.entries();
    const told = (maxInputTokens: number) =>
      caseText({
        incident: input.incident,
        evidence,
        hypotheses: diagnosis.hypotheses,
        recommendations,
        redact: input.redact,
        maxInputTokens,
      });
    return { evidence, told, full: estimateTokens(told(100_000).text) };
  }

  it("the longest evidence is shortened first, says how much is missing, and short evidence stays whole", async () => {
    const { evidence, told, full } = await manyPieces();
    expect(told(full + 300).text).not.toMatch(/characters more\]|did not fit/);
    const limit = Math.floor(full * 0.7);
    const tight = told(limit);
    expect(estimateTokens(tight.text)).toBeLessThanOrEqual(limit);
    expect(tight.shown).toHaveLength(evidence.length);
    const shortened = new Set([...tight.text.matchAll(/^\[(E\d+)\].*\[… \d+ characters more\]/gm)].map(([, id]) => id));
    const lengths = (cut: boolean) =>
      evidence.filter((entry) => shortened.has(entry.id) === cut).map((entry) => entry.text.length);
    expect(lengths(true).length).toBeGreaterThan(3);
    expect(lengths(false).length).toBeGreaterThan(3);
    expect(Math.min(...lengths(true))).toBeGreaterThan(Math.max(...lengths(false)));
    // What is shown and what is said to be missing add up.
    for (const entry of evidence.filter((one) => shortened.has(one.id))) {
      const line = tight.text.split("\n").find((one) => one.startsWith(`[${entry.id}] `)) ?? "";
      const [, shown = "", missing = ""] = /: "(.*) \[… (\d+) characters more\]"$/.exec(line) ?? [];
      expect(shown.length + Number(missing)).toBe(entry.text.length);
    }
  });

  it("what does not fit at all is left out from the end, named, and cannot be cited", async () => {
    const { evidence, told } = await manyPieces();
    const tight = told(1_800);
    const left = evidence.filter((entry) => !tight.shown.includes(entry));
    expect(left.length).toBeGreaterThan(0);
    expect(left).toEqual(evidence.slice(-left.length));
    expect(tight.text).toContain(`${left.length} more pieces of evidence did not fit: ${left[0]?.id} event`);
    expect(estimateTokens(tight.text)).toBeLessThanOrEqual(1_800);
  });
});

describe("answers", () => {
  it.each([
    ["wrapped in prose", 'Sure! {"a": "}"} done', '{"a": "}"}'],
    ["cut off", '{"a": 1', undefined],
    ["no object", "sorry", undefined],
    ["nested", '{"a":{"b":"\\""}}x}', '{"a":{"b":"\\""}}'],
  ])("%s", (_name, text, want) => expect(extractJson(text)).toBe(want));

  it("fields that nobody asked for are an error, so that a changed contract is noticed", () => {
    expect(
      readAnswer(
        '{"sentences":[],"hypotheses":[],"fixes":[],"patch":null,"questions":[],"run":"kubectl delete"}',
        diagnosisShape,
      ),
    ).toMatchObject({ ok: false });
  });

  it.each([
    ["diagnose", answerSchema],
    ["refute", refutationSchema],
    ["ask", replySchema],
  ] as const)("the shape that prompt %s shows is the one that is checked", (purpose, schema) => {
    const prompt = loadPrompt(purpose);
    expect(prompt.hash).toMatch(/^[0-9a-f]{64}$/);
    const example = extractJson(prompt.text.slice(prompt.text.indexOf("Answer with one JSON object")));
    expect(schema.safeParse(JSON.parse(example ?? "")).error?.issues ?? []).toEqual([]);
  });
});

it("the same case gives the same diagnosis, and asks the same", async () => {
  const { input } = await brokenShop();
  expect(diagnoseByRules(input)).toEqual(diagnoseByRules(input));
  await using server = await willingModel({ diagnose: (asked) => honestAnswer(idsTold(asked)) });
  await diagnose({ ...input, model: local(server.url) });
  await diagnose({ ...input, model: local(server.url) });
  const [first, second, again, twice] = server.asked;
  expect([first?.body, second?.body]).toEqual([again?.body, twice?.body]);
  expect(toldTo(first ?? { body: "", json: { messages: [] } })).toContain("<<<EVIDENCE");
});
