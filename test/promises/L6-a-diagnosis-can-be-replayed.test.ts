import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { keepConversations } from "../../src/app/diagnosis/explain-step.ts";
import { answerByModel } from "../../src/rca/ask/answer-by-model.ts";
import { diagnose } from "../../src/rca/diagnose.ts";
import { observationTools } from "../../src/rca/investigate/observation-tools.ts";
import type { Conversation } from "../../src/rca/model/conversation.ts";
import { createModel } from "../../src/rca/model/model.ts";
import { createOpenAiModel } from "../../src/rca/model/openai-model.ts";
import { createPseudonyms } from "../../src/rca/redact/pseudonyms.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { conversationsOf } from "../support/conversations-of.ts";
import { completion, fakeOpenAi, idsTold, purposeOf, say, stands, toolCalls } from "../support/fake-openai.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";
import { requestsAgain } from "../support/requests-again.ts";
import { brokenShop, honestAnswer } from "../unit/rca/broken-shop.ts";

const cases = promised(100, 12);

it("L6: incidents that are kept can be asked again with the same bytes: look-ups, repairs, second readings and questions included", async () => {
  await using database = await withDatabase();
  await using server = await fakeOpenAi((asked, response) => {
    const { messages, tool_choice: choice } = asked.json;
    const purpose = purposeOf(asked);
    const turn = messages.filter((message) => message.role === "assistant").length;
    const about = { kind: "Deployment", namespace: "sock-shop", name: "orders" };
    if (choice === "auto" && turn === 0)
      return say(
        response,
        200,
        toolCalls([
          { name: "rollout_history", arguments: about },
          { name: "read_logs", arguments: { ...about, container: null, grep: "ERROR", previous: false, minutes: 30 } },
        ]),
      );
    if (choice === "auto" && turn === 1) return say(response, 200, completion("Let me think first."));
    const answer =
      purpose === "refute"
        ? stands
        : purpose === "ask"
          ? {
              sentences: [{ text: "AUDIT_LEVEL is missing", kind: "inferred", evidence: idsTold(asked).slice(0, 1) }],
              unanswered: null,
            }
          : honestAnswer(idsTold(asked));
    say(response, 200, completion(JSON.stringify(answer)));
  });
  let requests = 0;
  for (let i = 0; i < cases; i++) {
    const line = `2026-11-20 23:36:55.200 ERROR [orders,] configuration error: environment variable AUDIT_LEVEL is not set (case ${String.fromCharCode(97 + (i % 26)).repeat(1 + i / 26)}) for ann${i}@example.org`;
    const bytes: string[][] = [];
    for (let again = 0; again < 2; again++) {
      // Everything is built anew, as after a restart of the process.
      const { input } = await brokenShop(line);
      const incident = { ...input.incident, id: String(100 + i), groupKey: `case ${i}` };
      const model = createModel({ name: "local", baseUrl: server.url });
      if (!model) throw new Error("an address makes a model");
      const before = server.asked.length;
      const tools = observationTools(input.observation);
      const pseudonyms = createPseudonyms({ salt: "of the installation" });
      const made = await diagnose({ ...input, incident, model, tools, pseudonyms });
      expect(made.diagnosis.model?.verification).toBe("stands");
      const asked = await answerByModel({
        model,
        tools,
        pseudonyms,
        redact: input.redact,
        incident,
        diagnosis: made.diagnosis,
        recommendations: made.recommendations,
        evidence: made.evidence,
        question: "What is missing?",
        now: input.now,
      });
      bytes.push(server.asked.slice(before).map((one) => one.body));
      if (again === 0) {
        await saveIncident(database, incident);
        await keepConversations(database, incident.id, model, [...made.conversations, asked.conversation], 2);
      }
    }
    const [first = [], second] = bytes;
    expect(first.length).toBeGreaterThanOrEqual(7);
    expect(second).toEqual(first);
    expect(first.join("")).toContain("(case ");
    expect(first.join("")).not.toContain("@example.org");

    const kept = await conversationsOf(database, String(100 + i));
    const port = createOpenAiModel({ name: "local", baseUrl: server.url });
    if (!port) throw new Error("an address makes a model");
    const conversations = kept.map((one) => one.body as Conversation);
    const again = conversations.flatMap((one) => requestsAgain(one, port));
    expect(again).toEqual(first);
    expect(conversations.flatMap((one) => one.requests.map((request) => request.sha256))).toEqual(
      first.map((body) => createHash("sha256").update(body).digest("hex")),
    );
    requests += first.length;
  }
  promiseFigure("L6", `${cases} stored incidents`, `all ${requests} requests the same bytes`);
}, 300_000);
