import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelCall } from "../../../src/rca/model/model-port.ts";
import { createOpenAiModel } from "../../../src/rca/model/openai-model.ts";
import { freePort } from "../../support/free-port.ts";

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

const contextTooShort =
  "This model's maximum context length is 8192 tokens. However, you requested 9312 tokens (7000 in the messages, 512 in the functions, 1800 in the completion).";

test.each([
  { status: 401, reason: "bad-key" },
  {
    status: 404,
    message: "The model `gpt-5-mini` does not exist or you do not have access to it.",
    reason: "no-model",
  },
  { status: 429, reason: "rate-limited" },
  { status: 400, message: contextTooShort, reason: "too-long" },
  { status: 500, reason: "server-error" },
])("HTTP $status of OpenAI is $reason, and is asked once: the diagnosis has a deadline", async ({
  status,
  reason,
  message = "no",
}) => {
  const scope = nock("https://api.openai.com").post("/v1/chat/completions").reply(status, { error: { message } });
  const asked = { ...call, tools: [{ name: "read_logs", description: "", parameters: {} }] };
  const reply = await model("sk-test-2").ask(asked, never);
  expect(reply).toMatchObject({ type: "failed", reason, detail: expect.stringContaining(message) });
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

/** An answer whose model has thought, and then said nothing that could be used. */
const unused = (message: object) => ({
  choices: [{ index: 0, finish_reason: "length", message: { role: "assistant", ...message } }],
  usage: { prompt_tokens: 900, completion_tokens: 5_400, total_tokens: 6_300 },
});

test.each([
  { name: "a refusal", body: unused({ content: null, refusal: "I cannot help with that." }), reason: "refused" },
  { name: "nothing but thoughts", body: unused({ content: null }), reason: "bad-answer" },
])("$name is paid for, and counts", async ({ body, reason }) => {
  nock("https://api.openai.com").post("/v1/chat/completions").reply(200, body);
  expect(await model("sk-test-3").ask(call, never)).toMatchObject({
    type: "failed",
    reason,
    used: { input: 900, output: 5_400 },
  });
});

test("what a server has not read costs nothing, what was lost on the way nobody knows", async () => {
  nock("https://api.openai.com").post("/v1/chat/completions").reply(429, {});
  expect(await model("sk-test-4").ask(call, never)).toMatchObject({ used: { input: 0, output: 0 } });
  nock.enableNetConnect();
  const { fakeOpenAi } = await import("../../support/fake-openai.ts");
  await using server = await fakeOpenAi((_asked, response) => void response.destroy());
  const lost = await createOpenAiModel({ name: "local", baseUrl: server.url })?.ask(call, never);
  expect(lost).toMatchObject({ type: "failed", reason: "unreachable" });
  expect(lost).not.toHaveProperty("used");
  const away = await createOpenAiModel({ name: "local", baseUrl: `http://127.0.0.1:${await freePort()}/v1` })?.ask(
    call,
    never,
  );
  expect(away).toMatchObject({ type: "failed", reason: "unreachable", used: { input: 0, output: 0 } });
});

test.each([200, 500])("an answer with status %i that does not end is not read to its end", async (status) => {
  nock.enableNetConnect();
  const { fakeOpenAi } = await import("../../support/fake-openai.ts");
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const most = 200;
  let sent = 0;
  await using server = await fakeOpenAi((_asked, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    const pour = () => {
      while (sent < most && !response.destroyed && response.write(chunk)) sent++;
      if (sent >= most) response.end();
    };
    response.on("drain", () => {
      sent++;
      pour();
    });
    pour();
  });
  const local = createOpenAiModel({ name: "local", baseUrl: server.url });
  expect(await local?.ask(call, never)).toMatchObject({ type: "failed" });
  expect(sent).toBeLessThan(50);
});
