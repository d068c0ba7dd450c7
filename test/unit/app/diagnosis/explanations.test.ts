import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { type DiagnoseDeps, diagnoseStep } from "../../../../src/app/diagnosis/diagnose-step.ts";
import { createExplanations } from "../../../../src/app/diagnosis/explanations.ts";
import { createPrivacy } from "../../../../src/app/privacy.ts";
import { createModel } from "../../../../src/rca/model/model.ts";
import { latestDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { conversationsOf } from "../../../support/conversations-of.ts";
import { completion, fakeOpenAi, idsTold, purposeOf, say, stands } from "../../../support/fake-openai.ts";
import { withDatabase } from "../../../support/postgres.ts";
import { brokenShop, honestAnswer } from "../../rca/broken-shop.ts";

const log = pino({ level: "silent" });

test("L3: the rules' answer is kept at once while the model reads, and the model's takes its place when it comes", async () => {
  await using database = await withDatabase();
  const { input } = await brokenShop();
  await saveIncident(database, input.incident);
  let release = (): void => undefined;
  const reading = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using server = await fakeOpenAi((asked, response) => {
    const answer = purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked));
    void reading.then(() => say(response, 200, completion(JSON.stringify(answer))));
  });
  const model = createModel({ name: "local", baseUrl: server.url });
  const deps: DiagnoseDeps = { database, observation: input.observation, redact: input.redact, model, log };
  const told: string[] = [];
  const explanations = createExplanations(deps, async (id) => void told.push(id));

  const began = performance.now();
  const first = await diagnoseStep(deps, input.incident, input.now);
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(first.fresh).toBe(true);
  const byRules = await latestDiagnosis(database, input.incident.id);
  expect(byRules?.diagnosis).toMatchObject({ version: 1, by: "rules", modelNote: "the model is still reading" });

  if (first.explain) explanations.add(input.incident, first.explain);
  await vi.waitFor(() => expect(server.asked.length).toBe(1));
  // Rounds go on meanwhile; one that says the same is no news.
  expect((await diagnoseStep(deps, input.incident, input.now)).fresh).toBe(false);
  release();
  await explanations.idle();
  expect(told).toEqual([input.incident.id]);
  const explained = await latestDiagnosis(database, input.incident.id);
  expect(explained?.diagnosis).toMatchObject({ version: 2, by: "rules+model", model: { verification: "stands" } });
  expect((await conversationsOf(database, input.incident.id)).map((one) => one.purpose)).toEqual([
    "diagnose",
    "refute",
  ]);

  // The rules say what they said before the model had its part: nothing is asked again.
  expect(await diagnoseStep(deps, input.incident, input.now)).toEqual({ fresh: false });
});

test("an explanation that comes after the rules have changed their mind is kept as a conversation and not shown", async () => {
  await using database = await withDatabase();
  const { input, shop } = await brokenShop();
  await saveIncident(database, input.incident);
  await using server = await fakeOpenAi((asked, response) =>
    say(
      response,
      200,
      completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked)))),
    ),
  );
  const model = createModel({ name: "local", baseUrl: server.url });
  const deps: DiagnoseDeps = { database, observation: input.observation, redact: input.redact, model, log };
  const told: string[] = [];
  const explanations = createExplanations(deps, async (id) => void told.push(id));
  const first = await diagnoseStep(deps, input.incident, input.now);
  shop.remove("Deployment", "orders");
  const affected = [...input.incident.affected, { kind: "Deployment", namespace: "sock-shop", name: "payment" }];
  const later = await diagnoseStep(deps, { ...input.incident, affected }, input.now + 1_000);
  expect(later.fresh).toBe(true);
  if (first.explain) explanations.add(input.incident, first.explain);
  await explanations.idle();
  expect(told).toEqual([]);
  expect((await latestDiagnosis(database, input.incident.id))?.diagnosis).toMatchObject({ version: 2, by: "rules" });
  expect((await conversationsOf(database, input.incident.id)).length).toBe(2);
});

test("a model that failed for a while is asked again in a later round; one that refuses the key is not", async () => {
  await using database = await withDatabase();
  const { input } = await brokenShop();
  await saveIncident(database, input.incident);
  let status = 503;
  await using server = await fakeOpenAi((asked, response) => {
    if (status !== 200) return say(response, status, '{"error":{"message":"no"}}');
    say(
      response,
      200,
      completion(JSON.stringify(purposeOf(asked) === "refute" ? stands : honestAnswer(idsTold(asked)))),
    );
  });
  const model = createModel({ name: "local", baseUrl: server.url });
  const deps: DiagnoseDeps = { database, observation: input.observation, redact: input.redact, model, log };
  const explanations = createExplanations(deps, async () => undefined);
  const round = async () => {
    const step = await diagnoseStep(deps, input.incident, input.now);
    if (step.explain) explanations.add(input.incident, step.explain);
    await explanations.idle();
    return (await latestDiagnosis(database, input.incident.id))?.diagnosis;
  };
  expect(await round()).toMatchObject({ by: "rules", modelNote: "the model's server failed" });
  status = 200;
  expect(await round()).toMatchObject({ by: "rules+model" });
});

test("placeholders are the same in every process of an installation; who may see names is told by the configuration", async () => {
  await using database = await withDatabase();
  const everyone = { personal: "everyone" as const, revealTo: ["mail:ana@example.org"] };
  const [one, two] = await Promise.all([createPrivacy(database, everyone), createPrivacy(database, everyone)]);
  const text = "user=ann.lee password=hunter22x from ann@example.org";
  expect(one.redact(text)).toBe(two.redact(text));
  const kept = one.redact(text);
  expect(kept).not.toMatch(/ann|hunter/);
  expect(one.reveal(kept, { id: "slack:U2", name: "Bo" })).toBe(kept);
  const revealed = one.reveal(kept, { id: "slack:U1", name: "Ana", aliases: ["mail:Ana@example.org"] });
  expect(revealed).toMatch(/^user=ann\.lee password=<redacted-[0-9a-f]{8}> from ann@example\.org$/);
  const model = await createPrivacy(database, { personal: "model", revealTo: [] });
  expect(model.redact(text)).toContain("ann@example.org");
  expect(model.pseudonyms.hide("ann@example.org")).toMatch(/^<email-/);
  const off = await createPrivacy(database, { personal: "off", revealTo: [] });
  expect(off.pseudonyms.hide("ann@example.org")).toBe("ann@example.org");
});
