import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createAsk } from "../../../../src/app/diagnosis/ask.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { diagnoseByRules } from "../../../../src/rca/diagnose.ts";
import { observationTools } from "../../../../src/rca/investigate/observation-tools.ts";
import { createModel } from "../../../../src/rca/model/model.ts";
import type { Database } from "../../../../src/store/database.ts";
import { tokensSpent } from "../../../../src/store/incidents/conversations.ts";
import { evidenceOf, saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { keepEvidence } from "../../../../src/store/incidents/keep-evidence.ts";
import { conversationsOf } from "../../../support/conversations-of.ts";
import { completion, fakeOpenAi, idsTold, say, toolCalls } from "../../../support/fake-openai.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { brokenShop } from "../../rca/broken-shop.ts";

const ana = { id: "slack:U1", name: "Ana" };
const log = pino({ level: "silent" });
const orders = { kind: "Deployment", namespace: "sock-shop", name: "orders" };

/** An incident with its diagnosis by rules, in rows. */
async function known(database: Database) {
  const { input } = await brokenShop();
  const made = diagnoseByRules(input);
  await saveIncident(database, input.incident);
  await saveDiagnosis(database, made, made.evidence);
  const { redact, observation, incident } = input;
  const deps = { database, redact, clock: { ...systemClock, now: () => input.now }, log };
  return { deps, observation, id: incident.id, made };
}

describe("without a model", () => {
  test("the answer is the evidence that matches best, each sentence with its proof, and says that no model took part", async () => {
    await using database = await withDatabase();
    const { deps, id } = await known(database);
    const ask = createAsk(deps);
    const why = await ask(id, "Why does orders crash?", ana);
    if (why.type !== "answered") throw new Error(why.text);
    expect(why).toMatchObject({ by: "rules", note: expect.stringContaining("no model configured") });
    expect(why.sentences[0]).toMatchObject({ kind: "inferred", text: expect.stringMatching(/AUDIT_LEVEL/) });
    const ids = new Set(why.evidence.map((entry) => entry.id));
    for (const sentence of why.sentences) {
      expect(sentence.evidence.length).toBeGreaterThan(0);
      for (const cited of sentence.evidence) expect(ids.has(cited)).toBe(true);
    }
    const nothing = await ask(id, "Does the coffee machine xyzzy plugh?", ana);
    expect(nothing).toMatchObject({
      type: "answered",
      sentences: [],
      note: expect.stringContaining("says nothing about this"),
    });
  });

  test("asked what to do, it names the fixes; asked whether it is this or that, it begins with what it is", async () => {
    await using database = await withDatabase();
    const { deps, id, made } = await known(database);
    const ask = createAsk(deps);
    const fixes = await ask(id, "What can I do?", ana);
    if (fixes.type !== "answered") throw new Error(fixes.text);
    expect(fixes.sentences).toHaveLength(Math.min(3, made.recommendations.length));
    expect(fixes.sentences[0]?.text).toContain(made.recommendations[0]?.reason);
    const whether = await ask(id, "Is it the database?", ana);
    if (whether.type !== "answered") throw new Error(whether.text);
    expect(whether.sentences[0]).toMatchObject({
      kind: "inferred",
      text: expect.stringMatching(/^Most likely, with /),
    });
  });

  test("what cannot be answered is refused in words", async () => {
    await using database = await withDatabase();
    const { deps } = await known(database);
    const ask = createAsk(deps);
    expect(await ask("999999", "why?", ana)).toMatchObject({ type: "refused", reason: "unknown-incident" });
    expect(await ask("1; drop table incident", "why?", ana)).toMatchObject({
      type: "refused",
      reason: "unknown-incident",
    });
    expect(await ask("1", " \n ", ana)).toMatchObject({ type: "refused", reason: "empty-question" });
    const many = await Promise.all(Array.from({ length: 30 }, () => ask("999999", "why?", ana)));
    expect(many.some((one) => one.type === "refused" && one.reason === "too-many-questions")).toBe(true);
  });
});

describe("with a model", () => {
  test("it may look further; what it finds is kept under ids of its own, cited, and charged", async () => {
    await using database = await withDatabase();
    const { deps, observation, id } = await known(database);
    await using server = await fakeOpenAi((asked, response) => {
      if (asked.json.tool_choice === "auto" && asked.json.messages.length === 2)
        return say(response, 200, toolCalls([{ name: "neighbours", arguments: orders }]));
      const sentences = [
        { text: "orders calls nobody that is known", kind: "observed", evidence: ["A1"] },
        { text: "payment is on fire", kind: "observed", evidence: ["E999"] },
        { text: "See https://evil.example", kind: "observed", evidence: idsTold(asked).slice(0, 1) },
      ];
      say(response, 200, completion(JSON.stringify({ sentences, unanswered: "who removed the variable" })));
    });
    const model = createModel({ name: "local", baseUrl: server.url });
    const ask = createAsk({ ...deps, model, tools: observationTools(observation) });
    const answer = await ask(id, "Whom does orders call? password=hunter22x", ana);
    expect(answer).toMatchObject({
      type: "answered",
      by: "model",
      sentences: [{ text: "orders calls nobody that is known", evidence: ["A1"] }],
      evidence: [{ id: "A1", source: "topology" }],
      note: "not answered by the evidence: who removed the variable",
      tokens: { input: 2_000, output: 400 },
    });
    expect(server.asked.map((one) => one.body).join("")).not.toContain("hunter22x");
    expect((await evidenceOf(database, id)).some((entry) => entry.id === "A1")).toBe(true);
    expect((await conversationsOf(database, id)).map((one) => [one.purpose, one.tokens.input])).toEqual([
      ["ask", 2_000],
    ]);
    expect((await tokensSpent(database)).reduce((sum, one) => sum + one.tokens, 0)).toBe(2_400);
  });

  test.each([
    ["cannot be reached", undefined, "the model cannot be reached"],
    [
      "says nothing that it can prove",
      { sentences: [{ text: "trust me", kind: "observed", evidence: [] }], unanswered: null },
      "could prove",
    ],
  ])("that %s, the rules answer and say why", async (_name, reply, note) => {
    await using database = await withDatabase();
    const { deps, id } = await known(database);
    await using server = await fakeOpenAi((_asked, response) =>
      reply ? say(response, 200, completion(JSON.stringify(reply))) : void response.destroy(),
    );
    const warned: unknown[] = [];
    const warn = (what: unknown, event: string) => void warned.push([event, what]);
    const noting = { ...silentLogger, warn } as typeof silentLogger;
    const ask = createAsk({ ...deps, log: noting, model: createModel({ name: "local", baseUrl: server.url }) });
    const answer = await ask(id, "Why does orders crash?", ana);
    expect(answer).toMatchObject({ type: "answered", by: "rules", note: expect.stringContaining(note) });
    expect(answer.type === "answered" && answer.sentences.length).toBeGreaterThan(0);
    // What the server said is for who runs kubemend; a model that answers badly is no trouble of that kind.
    const trouble = ["model.failed", { incident: id, reason: expect.any(String), detail: expect.stringMatching(/\S/) }];
    expect(warned).toEqual(reply ? [] : [trouble]);
  });
});

test("evidence of two questions at once never shares an id, and the same fact keeps the one it has", async () => {
  await using database = await withDatabase();
  const { id, made } = await known(database);
  const [sample] = made.evidence;
  if (!sample) throw new Error("there is evidence");
  const piece = (letter: string, hash: string) => ({ ...sample, id: letter, hash });
  const [a, b] = await Promise.all([
    keepEvidence(database, id, [piece("A1", "one"), piece("A2", "two")]),
    keepEvidence(database, id, [piece("A1", "three"), piece("A2", "one")]),
  ]);
  const all = (await evidenceOf(database, id)).filter((entry) => entry.id.startsWith("A"));
  expect(all.map((entry) => entry.id).sort()).toEqual(["A1", "A2", "A3"]);
  expect(a.get("A1")).toBe(b.get("A2"));
  expect(new Set(all.map((entry) => entry.hash))).toEqual(new Set(["one", "two", "three"]));
  expect((await keepEvidence(database, id, [{ ...sample, id: "A9" }])).get("A9")).toBe(sample.id);
});
