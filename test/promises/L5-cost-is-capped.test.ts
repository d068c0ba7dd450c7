import { expect, it } from "vitest";
import type { Diagnosis } from "../../src/incident/diagnosis/diagnosis.ts";
import { diagnose } from "../../src/rca/diagnose.ts";
import { observationTools } from "../../src/rca/investigate/observation-tools.ts";
import { createModel } from "../../src/rca/model/model.ts";
import { createTokenBudget } from "../../src/rca/model/token-budget.ts";
import { completion, fakeOpenAi, idsTold, purposeOf, say, stands, toolCalls } from "../support/fake-openai.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { brokenShop, honestAnswer } from "../unit/rca/broken-shop.ts";

const incidents = promised(500, 80);

it("L5: an hour full of incidents stays under the token budget, second readings and look-ups included; the rules take over and say so", async () => {
  const { input } = await brokenShop();
  let used = 0;
  await using server = await fakeOpenAi((asked, response, count) => {
    used += 1_200;
    if (asked.json.tool_choice === "auto" && asked.json.messages.length === 2)
      return say(
        response,
        200,
        toolCalls([
          {
            name: "neighbours",
            arguments: { kind: "Deployment", namespace: "sock-shop", name: "orders" },
            id: `c${count}`,
          },
        ]),
      );
    say(
      response,
      200,
      completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked)))),
    );
  });
  let now = 0;
  const budget = 120_000;
  const model = createModel({ name: "local", baseUrl: server.url, tokensPerHour: budget, now: () => now });
  if (!model) throw new Error("an address makes a model");
  const tools = observationTools(input.observation);
  const one = async (i: number) =>
    (await diagnose({ ...input, incident: { ...input.incident, id: String(i) }, model, tools })).diagnosis;
  let byModel = 0;
  let noted = 0;
  let tokens = 0;
  for (let i = 0; i < incidents; i += 4) {
    now += Math.floor(3_500_000 / incidents) * 4;
    // Several at once: together they must not go over either.
    for (const diagnosis of await Promise.all([0, 1, 2, 3].map((k) => one(i + k)))) {
      tokens += (diagnosis.tokens?.input ?? 0) + (diagnosis.tokens?.output ?? 0);
      if (diagnosis.by === "rules+model") byModel++;
      else if (diagnosis.modelNote === "the model's budget for this hour is spent") noted++;
    }
  }
  expect(tokens).toBeLessThanOrEqual(budget);
  expect(used).toBeLessThanOrEqual(budget);
  expect(byModel).toBeGreaterThan(10);
  expect(byModel + noted).toBe(incidents);
  now += 3_600_001;
  const nextHour = await one(incidents);
  expect([nextHour.by, nextHour.modelNote]).toEqual(["rules+model", undefined]);
  promiseFigure(
    "L5",
    `${incidents} incidents in an hour`,
    `${grouped(tokens)} of ${grouped(budget)} tokens; rules for ${noted}`,
  );
}, 300_000);

it("L5: one incident cannot use up what all of them have, and the note says which budget it was", async () => {
  const { input } = await brokenShop();
  await using server = await fakeOpenAi((asked, response) =>
    say(
      response,
      200,
      completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked)))),
    ),
  );
  const model = createModel({ name: "local", baseUrl: server.url, tokensPerIncident: 25_000 });
  if (!model) throw new Error("an address makes a model");
  const notes: (string | undefined)[] = [];
  let last: Diagnosis | undefined;
  for (let i = 0; i < 20; i++) {
    last = (await diagnose({ ...input, model })).diagnosis;
    notes.push(last.modelNote);
  }
  expect(notes[0]).toBeUndefined();
  expect(notes.at(-1)).toBe("the model's budget for this incident is spent");
  // Nothing was asked: nobody is shown a cost of nothing.
  expect(last).not.toHaveProperty("tokens");
  const other = { ...input, incident: { ...input.incident, id: "4711" } };
  expect((await diagnose({ ...other, model })).diagnosis.by).toBe("rules+model");
  expect(server.asked.length * 1_200).toBeLessThanOrEqual(50_000);
});

it.each([
  ["nothing", {}],
  ["zero", { prompt_tokens: 0, completion_tokens: 0 }],
  ["less than nothing", { prompt_tokens: -1_000_000, completion_tokens: -5 }],
  ["no number", { prompt_tokens: "none", completion_tokens: null }],
])("L5: a server that says it used %s does not make the model free", async (_name, usage) => {
  const { input } = await brokenShop();
  await using server = await fakeOpenAi((asked, response) =>
    say(
      response,
      200,
      completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked))), "stop", usage),
    ),
  );
  const model = createModel({ name: "local", baseUrl: server.url });
  if (!model) throw new Error("an address makes a model");
  const { diagnosis } = await diagnose({ ...input, model });
  expect(diagnosis.tokens?.input).toBeGreaterThan(500);
  expect(model.budget.lastHour).toBe((diagnosis.tokens?.input ?? 0) + (diagnosis.tokens?.output ?? 0));
});

it("L5: what was spent before a restart still counts", () => {
  const budget = createTokenBudget({
    perHour: 1_000,
    perIncident: 10_000,
    now: () => 7_200_000,
    spent: [
      { at: 7_000_000, incidentId: "1", tokens: 700 },
      { at: 1_000, incidentId: "1", tokens: 9_000 },
    ],
  });
  expect(budget.lastHour).toBe(700);
  expect(budget.reserve("2", 400)).toEqual({ type: "refused", by: "hour" });
  expect(budget.reserve("1", 301)).toEqual({ type: "refused", by: "incident" });
  expect(budget.reserve("2", 300).type).toBe("reserved");
});
