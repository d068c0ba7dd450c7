import { expect, it } from "vitest";
import { diagnose } from "../../src/rca/diagnose.ts";
import { createOpenAiModel } from "../../src/rca/model/openai-model.ts";
import { brokenShop, honestAnswer } from "../unit/rca/broken-shop.ts";
import { completion, fakeOpenAi, say } from "../unit/rca/fake-openai.ts";

it("L5: 500 incidents in an hour stay under the token budget; the rules take over and say so", async () => {
  const { input } = await brokenShop();
  await using server = await fakeOpenAi((_asked, response) =>
    say(response, 200, completion(JSON.stringify(honestAnswer(["E1", "E2"])))),
  );
  let now = 0;
  const budget = 60_000;
  const model = createOpenAiModel({ name: "local", baseUrl: server.url, tokensPerHour: budget, now: () => now });
  let byModel = 0;
  let noted = 0;
  let tokens = 0;
  for (let i = 0; i < 500; i++) {
    now += 7_000;
    const { diagnosis } = await diagnose({ ...input, ...(model ? { model } : {}) });
    tokens += (diagnosis.tokens?.input ?? 0) + (diagnosis.tokens?.output ?? 0);
    if (diagnosis.by === "rules+model") byModel++;
    else if (diagnosis.modelNote === "the model's budget for this hour is spent") noted++;
  }
  // The question that spends the last of it may go over by its own size, once.
  expect(tokens).toBeLessThanOrEqual(budget + 1_200);
  expect(byModel).toBeGreaterThan(10);
  expect(byModel + noted).toBe(500);
  now += 3_600_001;
  expect((await diagnose({ ...input, ...(model ? { model } : {}) })).diagnosis.by).toBe("rules+model");
}, 120_000);
