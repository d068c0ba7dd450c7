import { describe, expect, it } from "vitest";
import { diagnose, diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { observationTools } from "../../../src/rca/investigate/observation-tools.ts";
import { createModel } from "../../../src/rca/model/model.ts";
import { createPseudonyms } from "../../../src/rca/redact/pseudonyms.ts";
import {
  type Asked,
  completion,
  fakeOpenAi,
  idsTold,
  purposeOf,
  say,
  stands,
  toolCalls,
} from "../../support/fake-openai.ts";
import { brokenShop, honestAnswer } from "./broken-shop.ts";

const orders = { kind: "Deployment", namespace: "sock-shop", name: "orders" };
const answers = (asked: Asked) => JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked)));
const turnsOf = (asked: Asked) => asked.json.messages.filter((message) => message.role === "assistant").length;

function local(url: string, toolCallsAllowed = 8) {
  const model = createModel({ name: "local", baseUrl: url, toolCalls: toolCallsAllowed });
  if (!model) throw new Error("an address makes a model");
  return model;
}

describe("a model looks further", () => {
  it("what it looks up becomes evidence that it can cite, and that people see with its query", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) => {
      if (purposeOf(asked) === "diagnose" && turnsOf(asked) === 0)
        return say(response, 200, toolCalls([{ name: "rollout_history", arguments: orders }]));
      const cited = { ...honestAnswer(["L1"]) };
      say(response, 200, completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : cited)));
    });
    const made = await diagnose({ ...input, model: local(server.url), tools: observationTools(input.observation) });
    expect(made.diagnosis.summary).toMatch(/AUDIT_LEVEL is missing \(L1\)\./);
    expect(made.diagnosis.model).toMatchObject({ lookUps: 1, verification: "stands" });
    expect(made.evidence.find((entry) => entry.id === "L1")).toMatchObject({
      source: "change",
      status: "ok",
      query: "kubectl -n sock-shop rollout history deployment/orders",
    });
    const tools = server.asked[0]?.json.tools?.map((tool) => tool.function.name);
    expect(tools).toContain("read_logs");
    expect(server.asked[0]?.json.response_format).toBeUndefined();
  });

  it("a server without tool calls is told how to ask in the text", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) => {
      if (asked.json.tools)
        return say(response, 400, JSON.stringify({ error: { message: "tools are not supported by this model" } }));
      if (purposeOf(asked) === "diagnose" && turnsOf(asked) === 0)
        return say(response, 200, completion(`I look: {"tool":"neighbours","arguments":${JSON.stringify(orders)}}`));
      say(response, 200, completion(answers(asked)));
    });
    const made = await diagnose({ ...input, model: local(server.url), tools: observationTools(input.observation) });
    expect(made.diagnosis.model).toMatchObject({ lookUps: 1, verification: "stands" });
    expect(server.asked[1]?.json.messages[0]?.content).toMatch(/Look-ups[\s\S]*- neighbours: /);
    const roles = server.asked[2]?.json.messages.map((message) => message.role);
    expect(roles).toEqual(["system", "user", "assistant", "user"]);
    expect(server.asked[2]?.json.messages[3]?.content).toMatch(/^\[L1\] topology/);
  });

  it("a model that spams is held to its number, and then has to answer", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response, count) => {
      if (asked.json.tool_choice === "auto")
        return say(
          response,
          200,
          toolCalls(
            Array.from({ length: 30 }, (_, i) => ({
              name: "neighbours",
              arguments: { ...orders, name: `n${count}-${i}` },
              id: `${count}-${i}`,
            })),
          ),
        );
      say(response, 200, completion(answers(asked)));
    });
    const made = await diagnose({ ...input, model: local(server.url, 6), tools: observationTools(input.observation) });
    expect(made.diagnosis.model?.lookUps).toBe(6);
    expect(made.diagnosis.model?.verification).toBe("stands");
    expect(server.asked.length).toBeLessThanOrEqual(6);
    // Two of the six were kept for the second reading.
    expect(
      made.conversations.map(
        (one) => one.messages.filter((message) => message.role === "tool" && /^\[L/.test(message.text)).length,
      ),
    ).toEqual([4, 2]);
  });

  it("the second reading cannot ask again what the first has asked", async () => {
    const { input } = await brokenShop();
    await using server = await fakeOpenAi((asked, response) => {
      if (asked.json.tool_choice === "auto" && turnsOf(asked) === 0)
        return say(response, 200, toolCalls([{ name: "neighbours", arguments: orders }]));
      say(response, 200, completion(answers(asked)));
    });
    const made = await diagnose({ ...input, model: local(server.url), tools: observationTools(input.observation) });
    expect(made.conversations[1]?.messages.find((message) => message.role === "tool")?.text).toMatch(
      /^Refused: this was asked before; the answer is L1/,
    );
  });

  it("names and addresses go out as pseudonyms, are looked up as what they are, and come back to people", async () => {
    const { input } = await brokenShop(
      "2026-11-20 23:36:55.200 ERROR [orders,] environment variable AUDIT_LEVEL is not set, tell ann.lee@example.org or 203.0.113.9",
    );
    await using server = await fakeOpenAi((asked, response) => {
      const mail = /<email-[0-9a-f]{8}>/.exec(asked.json.messages[1]?.content ?? "")?.[0] ?? "none";
      if (purposeOf(asked) === "diagnose" && turnsOf(asked) === 0)
        return say(
          response,
          200,
          toolCalls([
            { name: "read_logs", arguments: { ...orders, container: null, grep: mail, previous: false, minutes: 30 } },
          ]),
        );
      const sentence = { text: `The log asks to tell ${mail}`, kind: "observed", evidence: ["L1"] };
      const answer = { sentences: [sentence], hypotheses: [], fixes: [], patch: null, questions: [] };
      say(response, 200, completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : answer)));
    });
    const made = await diagnose({
      ...input,
      model: local(server.url),
      tools: observationTools(input.observation),
      pseudonyms: createPseudonyms({ salt: "x" }),
    });
    const sent = server.asked.map((asked) => asked.body).join("");
    expect(sent).not.toMatch(/ann\.lee|203\.0\.113\.9/);
    expect(sent).toMatch(/<address-[0-9a-f]{8}>/);
    expect(made.evidence.find((entry) => entry.id === "L1")).toMatchObject({
      status: "ok",
      text: expect.stringContaining("ann.lee@example.org"),
    });
    expect(made.diagnosis.summary).toContain("The log asks to tell ann.lee@example.org (L1).");
    expect(JSON.stringify(made.conversations)).not.toContain("ann.lee");
  });
});

describe("the second reading", () => {
  const doubting = async (refutation: (asked: Asked) => object) => {
    const { input, shop } = await brokenShop();
    shop.event("Deployment", "orders", "Curious", "something that no rule has weighed");
    const alone = diagnoseByRules(input);
    await using server = await fakeOpenAi((asked, response) =>
      say(
        response,
        200,
        completion(JSON.stringify(purposeOf(asked) === "refute" ? refutation(asked) : honestAnswer(idsTold(asked)))),
      ),
    );
    const made = await diagnose({ ...input, model: local(server.url) });
    return { alone, made };
  };
  const first = ({ diagnosis }: { diagnosis: { hypotheses: readonly { probability: number }[] } }) =>
    diagnosis.hypotheses[0]?.probability ?? 0;

  it.each([
    "doubtful",
    "refuted",
  ])("%s with evidence lowers the confidence of cause and fixes, and shows why", async (verdict) => {
    const { alone, made } = await doubting((asked) => ({
      verdict,
      objections: [{ text: "Something else changed before", kind: "inferred", evidence: idsTold(asked).slice(0, 1) }],
      question: "Was AUDIT_LEVEL removed on purpose?",
    }));
    expect(first(made)).toBeLessThan(first(alone));
    expect(first(made)).toBeGreaterThanOrEqual(first(alone) * 0.65);
    expect(made.recommendations[0]?.confidence).toBeLessThan(alone.recommendations[0]?.confidence ?? 0);
    expect(made.diagnosis.hypotheses.map((item) => item.cause)).toEqual(
      alone.diagnosis.hypotheses.map((item) => item.cause),
    );
    expect(made.diagnosis.summary).toMatch(
      /A second reading (doubts|speaks against) this: Something else changed before \(inferred, E\d+\)\./,
    );
    expect(made.diagnosis.model?.verification).toBe(verdict);
    expect(made.diagnosis.model?.basis[0]?.probability).toBe(first(alone));
  });

  it("that finds nothing changes nothing", async () => {
    const { alone, made } = await doubting(() => stands);
    expect(first(made)).toBe(first(alone));
    expect(made.recommendations[0]?.confidence).toBe(alone.recommendations[0]?.confidence);
  });
});
