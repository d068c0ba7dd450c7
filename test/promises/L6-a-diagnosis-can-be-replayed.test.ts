import { expect, it } from "vitest";
import { diagnose } from "../../src/rca/diagnose.ts";
import { createOpenAiModel } from "../../src/rca/model/openai-model.ts";
import { brokenShop, honestAnswer } from "../unit/rca/broken-shop.ts";
import { completion, fakeOpenAi, say } from "../unit/rca/fake-openai.ts";

it("L6: 100 cases asked twice give the same request bytes", async () => {
  await using server = await fakeOpenAi((_asked, response) =>
    say(response, 200, completion(JSON.stringify(honestAnswer(["E1", "E2"])))),
  );
  for (let i = 0; i < 100; i++) {
    const line = `2026-11-20 23:36:55.200 ERROR [orders,] configuration error: environment variable AUDIT_LEVEL is not set (case ${String.fromCharCode(97 + (i % 26)).repeat(1 + i / 26)})`;
    for (let again = 0; again < 2; again++) {
      // Everything is built anew, as after a restart of the process.
      const { input } = await brokenShop(line);
      const model = createOpenAiModel({ name: "local", baseUrl: server.url });
      await diagnose({ ...input, ...(model ? { model } : {}) });
    }
    const [first, second] = server.asked.slice(-2);
    expect(first?.body).toBe(second?.body);
    expect(first?.body).toContain("(case ");
  }
}, 120_000);
