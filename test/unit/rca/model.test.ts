import { describe, expect, it } from "vitest";
import { diagnose, diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { extractJson, parseAnswer } from "../../../src/rca/model/answer.ts";
import { createOpenAiModel } from "../../../src/rca/model/openai-model.ts";
import { estimateTokens, loadPrompt } from "../../../src/rca/model/prompt.ts";
import { brokenShop, honestAnswer } from "./broken-shop.ts";
import { completion, fakeOpenAi, say } from "./fake-openai.ts";

const idsIn = (text: string) => [...text.matchAll(/^\[(E\d+)\]/gm)].map((match) => match[1] ?? "");

describe("a model explains what the rules found", () => {
  it("without a model the rules stand alone and say so", async () => {
    const { input } = await brokenShop();
    const { diagnosis } = await diagnose(input);
    expect(diagnosis.by).toBe("rules");
    expect(diagnosis.modelNote).toBe("no model configured");
    expect(createOpenAiModel({ name: "gpt-5-mini" })).toBeUndefined();
  });

  it("cited sentences join the summary, reasons join the fixes, tokens and cost are told", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) =>
      say(response, 200, completion(JSON.stringify(honestAnswer(idsIn(asked.json.messages[1]?.content ?? ""))))),
    );
    const model = createOpenAiModel({
      name: "local",
      baseUrl: server.url,
      price: { inputUsdPerMillion: 1, outputUsdPerMillion: 10 },
    });
    const { diagnosis, recommendations } = await diagnose({ ...input, ...(model ? { model } : {}) });
    expect(diagnosis.by).toBe("rules+model");
    expect(diagnosis.summary).toMatch(/AUDIT_LEVEL is missing \(E\d+\)\./);
    expect(diagnosis.summary).toMatch(/\(inferred, E\d+, E\d+\)\./);
    expect(recommendations[0]?.reason).toMatch(/exactly what was taken away \(E\d+\)/);
    expect(diagnosis.tokens).toEqual({ input: 1_000, output: 200, costUsd: 0.003 });
    expect(server.asked[0]?.json.response_format?.type).toBe("json_schema");
  });

  it("a server without JSON schemas is asked more simply, then in plain text", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) => {
      const type = asked.json.response_format?.type;
      if (type)
        return say(response, 400, JSON.stringify({ error: { message: `response_format ${type} is not supported` } }));
      say(
        response,
        200,
        completion(
          `Here you are:\n\`\`\`json\n${JSON.stringify(honestAnswer(idsIn(asked.json.messages[1]?.content ?? "")))}\n\`\`\``,
        ),
      );
    });
    const model = createOpenAiModel({ name: "local", baseUrl: server.url });
    const { diagnosis } = await diagnose({ ...input, ...(model ? { model } : {}) });
    expect(diagnosis.by).toBe("rules+model");
    expect(server.asked.map((item) => item.json.response_format?.type ?? "text")).toEqual([
      "json_schema",
      "json_object",
      "text",
    ]);
  });

  it("an answer that does not fit is repaired once", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response, count) =>
      say(
        response,
        200,
        completion(
          count === 1 ? '{"sentences": [' : JSON.stringify(honestAnswer(idsIn(asked.json.messages[1]?.content ?? ""))),
          count === 1 ? "length" : "stop",
        ),
      ),
    );
    const model = createOpenAiModel({ name: "local", baseUrl: server.url });
    const { diagnosis } = await diagnose({ ...input, ...(model ? { model } : {}) });
    expect(diagnosis.by).toBe("rules+model");
    expect(server.asked.length).toBe(2);
    expect(server.asked[1]?.json.messages[1]?.content).toContain("it was cut off");
    expect(diagnosis.tokens?.input).toBe(2_000);
  });

  it("evidence stays inside its token budget, longest shortened first, and says what is missing", async () => {
    const { input, shop } = await brokenShop();
    for (let i = 0; i < 40; i++)
      shop.log(
        "frontend",
        `{"level":"error","msg":"${"abc ".repeat(200)}${String.fromCharCode(97 + (i % 26)).repeat(3 + i)}"}`,
        2,
      );
    const bodies: string[] = [];
    await using server = await fakeOpenAi((asked, response) => {
      bodies.push(asked.json.messages[1]?.content ?? "");
      say(response, 200, completion(JSON.stringify(honestAnswer(idsIn(asked.json.messages[1]?.content ?? "")))));
    });
    const model = createOpenAiModel({ name: "local", baseUrl: server.url });
    await diagnose({ ...input, maxInputTokens: 900, ...(model ? { model } : {}) });
    expect(estimateTokens(bodies[0] ?? "")).toBeLessThanOrEqual(900);
    expect(bodies[0]).toMatch(/characters more\]|did not fit/);
  });

  it("the prompt has a version and a hash", () => {
    expect(loadPrompt()).toMatchObject({ version: "diagnose.v1", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
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
      parseAnswer('{"sentences":[],"hypotheses":[],"fixes":[],"questions":[],"run":"kubectl delete"}'),
    ).toMatchObject({ ok: false });
  });
});

it("the same case gives the same diagnosis", async () => {
  const { input } = await brokenShop();
  expect(diagnoseByRules(input)).toEqual(diagnoseByRules(input));
});
