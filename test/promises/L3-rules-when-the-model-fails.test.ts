import { expect, it } from "vitest";
import { diagnose, diagnoseByRules } from "../../src/rca/diagnose.ts";
import { observationTools } from "../../src/rca/investigate/observation-tools.ts";
import { createModel } from "../../src/rca/model/model.ts";
import { type Behaviour, completion, fakeOpenAi, idsTold, purposeOf, say, toolCalls } from "../support/fake-openai.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";
import { brokenShop, honestAnswer } from "../unit/rca/broken-shop.ts";

const lookUp = { name: "list_events", arguments: { namespace: "sock-shop", kind: null, name: null, minutes: 10 } };

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
    /does not know the model/,
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
  "asks for look-ups for ever": [
    (_asked, response, count) =>
      say(response, 200, toolCalls(Array.from({ length: 40 }, (_, i) => ({ ...lookUp, id: `c${count}-${i}` })))),
    /could not be used|did not answer in time/,
  ],
  "asks for one look-up and then never answers": [
    (asked, response) => {
      if (asked.json.messages.length === 2) say(response, 200, toolCalls([lookUp]));
    },
    /did not answer in time/,
  ],
};
const times = promised(50, 2);
const deadlineSeconds = 0.6;

it.each(Object.entries(faults))(
  "L3: when the model's server %s, the rules' answer comes in time and says why",
  async (name, [behave, note]) => {
    const { input } = await brokenShop();
    const alone = diagnoseByRules(input);
    let slowest = 0;
    for (let done = 0; done < times; done += 10) {
      await Promise.all(
        Array.from({ length: Math.min(10, times - done) }, async () => {
          await using server = await fakeOpenAi(behave);
          const model = createModel({ name: "local", baseUrl: server.url, deadlineSeconds });
          if (!model) throw new Error("an address makes a model");
          const began = performance.now();
          const { diagnosis, recommendations } = await diagnose({
            ...input,
            model,
            tools: observationTools(input.observation),
          });
          slowest = Math.max(slowest, performance.now() - began);
          expect(diagnosis.by).toBe("rules");
          expect(diagnosis.modelNote).toMatch(note);
          expect(diagnosis.modelNote).toMatch(/^the model/);
          expect(diagnosis.hypotheses).toEqual(alone.diagnosis.hypotheses);
          expect(diagnosis.summary).toBe(alone.diagnosis.summary);
          expect(recommendations).toEqual(alone.recommendations);
        }),
      );
    }
    expect(slowest).toBeLessThan(10_000);
    if (name === "never answers")
      promiseFigure(
        "L3",
        `${Object.keys(faults).length} faults x ${times}`,
        `the rules' answer each time, ${deadlineSeconds} s deadline kept`,
      );
  },
  120_000,
);

/** The first reading is honest; the second one fails in some way. */
const halfFaults: Readonly<Record<string, readonly [Behaviour, RegExp]>> = {
  "never comes": [() => undefined, /did not answer in time/],
  "is cut off": [(_asked, response) => say(response, 200, completion('{"verdict":"st', "length")), /could not be used/],
  "is an error": [(_asked, response) => say(response, 503, "busy"), /server failed/],
  "doubts without evidence": [
    (_asked, response) =>
      say(
        response,
        200,
        completion(
          JSON.stringify({
            verdict: "refuted",
            objections: [{ text: "I do not believe it", kind: "inferred", evidence: [] }],
            question: null,
          }),
        ),
      ),
    /without naming evidence/,
  ],
};

it.each(
  Object.entries(halfFaults),
)("L3: when the second reading %s, the answer counts as not verified, says so, and weighs nothing", async (_name, [
  behave,
  note,
]) => {
  const { input } = await brokenShop();
  const alone = diagnoseByRules(input);
  await using server = await fakeOpenAi((asked, response, count) => {
    if (purposeOf(asked) === "refute") behave(asked, response, count);
    else say(response, 200, completion(JSON.stringify(honestAnswer(idsTold(asked)))));
  });
  const model = createModel({ name: "local", baseUrl: server.url, deadlineSeconds });
  if (!model) throw new Error("an address makes a model");
  const { diagnosis, recommendations } = await diagnose({ ...input, model });
  expect(diagnosis.model?.verification).toBe("unverified");
  expect(diagnosis.modelNote).toMatch(note);
  expect(diagnosis.modelNote).toMatch(/^the model's part is not verified/);
  expect(diagnosis.summary).toMatch(/not verified/);
  expect(diagnosis.hypotheses.map(({ cause, probability }) => [cause, probability])).toEqual(
    alone.diagnosis.hypotheses.map(({ cause, probability }) => [cause, probability]),
  );
  expect(recommendations.map((item) => item.confidence)).toEqual(alone.recommendations.map((item) => item.confidence));
});

it("L3: a server that is not there costs nothing but a note", async () => {
  const { input } = await brokenShop();
  const model = createModel({ name: "local", baseUrl: "http://127.0.0.1:1/v1", deadlineSeconds: 2 });
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
