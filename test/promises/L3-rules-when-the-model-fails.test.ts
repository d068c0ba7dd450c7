import { expect, it } from "vitest";
import { diagnose, diagnoseByRules } from "../../src/rca/diagnose.ts";
import { createOpenAiModel } from "../../src/rca/model/openai-model.ts";
import { brokenShop } from "../unit/rca/broken-shop.ts";
import { type Behaviour, completion, fakeOpenAi, say } from "../unit/rca/fake-openai.ts";

const faults: Readonly<Record<string, readonly [Behaviour, RegExp]>> = {
  "never answers": [() => undefined, /did not answer in time/],
  "sends headers and then nothing": [
    (_asked, response) => void response.writeHead(200, { "content-type": "application/json" }).write(" "),
    /did not answer in time/,
  ],
  "500": [(_asked, response) => say(response, 500, '{"error":{"message":"boom"}}'), /server failed/],
  "502 with a web page": [
    (_asked, response) => say(response, 502, "<html>Bad gateway</html>", "text/html"),
    /server failed/,
  ],
  "429": [(_asked, response) => say(response, 429, '{"error":{"message":"slow down"}}'), /refuses further requests/],
  "401": [(_asked, response) => say(response, 401, '{"error":{"message":"bad key"}}'), /refused the key/],
  "404: no such model": [
    (_asked, response) => say(response, 404, '{"error":{"message":"model not found"}}'),
    /could not be used/,
  ],
  "closes the connection": [(_asked, response) => void response.destroy(), /cannot be reached/],
  "answers with no JSON": [
    (_asked, response) => say(response, 200, completion("I would rather not.")),
    /could not be used/,
  ],
  "answers with JSON cut off, twice": [
    (_asked, response) => say(response, 200, completion('{"sentences":[{"text":"a', "length")),
    /could not be used/,
  ],
  "answers with another shape": [
    (_asked, response) => say(response, 200, completion('{"cause":"bad-release"}')),
    /could not be used/,
  ],
  "answers with an empty body": [(_asked, response) => say(response, 200, ""), /could not be used|cannot be reached/],
  "answers with no choices": [(_asked, response) => say(response, 200, '{"id":"x","choices":[]}'), /could not be used/],
  refuses: [
    (_asked, response) =>
      say(
        response,
        200,
        JSON.stringify({
          choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: null, refusal: "no" } }],
        }),
      ),
    /refused to answer/,
  ],
};

it.each(
  Object.entries(faults),
)("L3: when the model's server %s, the rules' answer comes in time and says why", async (_name, [behave, note]) => {
  const { input } = await brokenShop();
  const alone = diagnoseByRules(input);
  await using server = await fakeOpenAi(behave);
  const model = createOpenAiModel({ name: "local", baseUrl: server.url, deadlineSeconds: 1 });
  const began = performance.now();
  const { diagnosis, recommendations } = await diagnose({ ...input, ...(model ? { model } : {}) });
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(diagnosis.by).toBe("rules");
  expect(diagnosis.modelNote).toMatch(note);
  expect(diagnosis.modelNote).toMatch(/^the model/);
  expect(diagnosis.hypotheses).toEqual(alone.diagnosis.hypotheses);
  expect(recommendations).toEqual(alone.recommendations);
});

it("L3: a server that is not there costs nothing but a note", async () => {
  const { input } = await brokenShop();
  const model = createOpenAiModel({ name: "local", baseUrl: "http://127.0.0.1:1/v1", deadlineSeconds: 2 });
  const { diagnosis } = await diagnose({ ...input, ...(model ? { model } : {}) });
  expect(diagnosis).toMatchObject({ by: "rules", modelNote: "the model cannot be reached" });
});

it("L3: a past that cannot be recalled does not hold a diagnosis up", async () => {
  const { input } = await brokenShop();
  for (const recall of [() => new Promise<never>(() => undefined), () => Promise.reject(new Error("no database"))]) {
    const { diagnosis } = await diagnose({ ...input, history: { recall } });
    expect(diagnosis.hypotheses[0]?.cause).toBe("missing-env");
  }
});
