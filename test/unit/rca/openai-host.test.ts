import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelCall } from "../../../src/rca/model/model-port.ts";
import { createOpenAiModel } from "../../../src/rca/model/openai-model.ts";

/** Servers of one's own are faked over HTTP elsewhere; here it is about OpenAI's own address, which no fake can have. */
beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const call: ModelCall = {
  messages: [
    { role: "system", text: "You explain." },
    { role: "user", text: "E1: OOMKilled" },
  ],
  tools: [],
  mayCallTools: false,
  format: "json_schema",
  schemaName: "diagnosis",
  schema: { type: "object" },
  maxOutputTokens: 100,
};
const never = new AbortController().signal;

function model(apiKey: string) {
  const made = createOpenAiModel({ apiKey, name: "gpt-5-mini" });
  if (!made) throw new Error("a key makes a model");
  return made;
}

test("with a key alone the question goes to OpenAI, over TLS, once, with the key in the header and the evidence as data", async () => {
  const asked: { body: Record<string, unknown>; authorization: string | null }[] = [];
  nock("https://api.openai.com")
    .post("/v1/chat/completions")
    .reply(async (request: Request) => {
      asked.push({
        body: (await request.json()) as Record<string, unknown>,
        authorization: request.headers.get("authorization"),
      });
      return [
        200,
        {
          choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: '{"ok":true}' } }],
          usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
        },
      ];
    });
  expect(await model("sk-test-1").ask(call, never)).toEqual({
    type: "answer",
    text: '{"ok":true}',
    toolCalls: [],
    truncated: false,
    inputTokens: 12,
    outputTokens: 3,
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.authorization).toBe("Bearer sk-test-1");
  expect(asked[0]?.body).toMatchObject({
    model: "gpt-5-mini",
    messages: [
      { role: "system", content: "You explain." },
      { role: "user", content: "E1: OOMKilled" },
    ],
    response_format: { type: "json_schema" },
  });
});

test.each([
  { status: 401, reason: "bad-key" },
  { status: 429, reason: "rate-limited" },
  { status: 500, reason: "server-error" },
])("HTTP $status of OpenAI is $reason, and is asked once: the diagnosis has a deadline", async ({ status, reason }) => {
  const scope = nock("https://api.openai.com")
    .post("/v1/chat/completions")
    .reply(status, { error: { message: "no" } });
  expect(await model("sk-test-2").ask(call, never)).toMatchObject({ type: "failed", reason });
  expect(scope.isDone()).toBe(true);
  expect(nock.pendingMocks()).toEqual([]);
});

test("without a key and without an address there is no model, and nothing is asked", () => {
  expect(createOpenAiModel({ name: "gpt-5-mini" })).toBeUndefined();
});

test("a kept connection that the server has closed meanwhile does not make the model unreachable", async () => {
  nock.enableNetConnect();
  const { completion, fakeOpenAi, say } = await import("../../support/fake-openai.ts");
  await using server = await fakeOpenAi((_asked, response, count) =>
    count === 2 ? void response.destroy() : say(response, 200, completion('{"ok":true}')),
  );
  const local = createOpenAiModel({ name: "local", baseUrl: server.url });
  expect(await local?.ask(call, never)).toMatchObject({ type: "answer" });
  expect(await local?.ask(call, never)).toMatchObject({ type: "answer" });
  expect(server.asked).toHaveLength(3);
});
