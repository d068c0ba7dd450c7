import { describe, expect, it } from "vitest";
import { actionCodes } from "../../../src/incident/action-code.ts";
import { causeCodes, causeTitles } from "../../../src/incident/cause.ts";
import { diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { quietShop } from "./shop.ts";
import { troubles } from "./troubles.ts";
import { measuredTroubles } from "./troubles-measured.ts";

async function summaryFor(name: string) {
  const trouble = troubles.find((one) => one.name === name);
  if (!trouble) throw new Error(`there is no trouble "${name}"`);
  const shop = await quietShop();
  trouble.breakIt(shop);
  return shop.diagnose(trouble.symptoms).diagnosis;
}

describe("who suffers, who merely is asked less, and who has trouble of another making are told apart", () => {
  async function paymentCrashes() {
    const trouble = troubles.find(({ name }) => name === "a new release crashes with an exception");
    const shop = await quietShop();
    trouble?.breakIt(shop);
    return { shop, symptoms: trouble?.symptoms ?? [] };
  }

  it("a caller that fails by itself does not suffer because of the cause as well", async () => {
    const { shop, symptoms } = await paymentCrashes();
    const labels = { workload: "frontend", peer: "orders" };
    shop.series("errors_per_second", { workload: "frontend" }, 0, 2);
    shop.series("client_requests_per_second", labels, 3, 3);
    shop.series("client_errors_per_second", labels, 0, 0.001);
    const incident = shop.incident(symptoms);
    const { summary } = diagnoseByRules({
      incident: {
        ...incident,
        anomalies: incident.anomalies.map((one) =>
          one.target.name === "frontend" ? { ...one, detector: "error-ratio", startsAt: shop.onset } : one,
        ),
      },
      observation: shop.observation,
      now: shop.now,
      redact: createRedactor({ salt: "test" }).redact,
      version: 1,
    }).diagnosis;
    expect(summary).toContain(
      "orders suffers because it depends on payment. This does not explain what is seen of frontend.",
    );
    expect(summary).not.toMatch(/frontend suffers|and frontend suffer|frontend has been/);
  });

  it("what gets no requests because its caller suffers is not left unexplained", async () => {
    const trouble = troubles.find(({ name }) => name === "an address in a ConfigMap is wrong after the next restart");
    const shop = await quietShop();
    trouble?.breakIt(shop);
    const { summary } = shop.diagnose([
      ...(trouble?.symptoms ?? []),
      ["Deployment", "payment", "metric", "traffic-stopped"],
    ]).diagnosis;
    expect(summary).toContain(
      "orders and frontend suffer because they depend on carts. payment merely gets fewer requests from frontend.",
    );
    expect(summary).not.toContain("does not explain");
  });
});

describe("what is told of a change", () => {
  it("a request that no node has room for is told with what it was, and one time once", async () => {
    const trouble = measuredTroubles.find(({ name }) => name === "a request for CPU is larger than any node");
    const shop = await quietShop();
    trouble?.breakIt(shop);
    const incident = shop.incident(trouble?.symptoms ?? []);
    const at = shop.onset - 10_000;
    const { summary } = diagnoseByRules({
      incident: { ...incident, anomalies: incident.anomalies.map((one) => ({ ...one, startsAt: at + 400 })) },
      observation: shop.observation,
      now: shop.now,
      redact: createRedactor({ salt: "test" }).redact,
      version: 1,
    }).diagnosis;
    expect(summary).toMatch(/not enough cpu since its cpu request went from \d+m? to 64\./);
    expect(summary).toContain(
      "It came with a rollout at 23:36:40 UTC; catalogue has had pods that no node takes since then.",
    );
  });
});

describe("the summary reads like a colleague's words", () => {
  it.each([
    [
      "a variable is removed that the process needs",
      "In sock-shop, container orders of Deployment orders needs the environment variable AUDIT_LEVEL, which was removed from its pod template. " +
        "It came with a rollout at 23:36:40 UTC; orders has been crashing since 23:36:50 UTC. Nothing else shows symptoms. " +
        "The surest way out is to change an environment variable of Deployment sock-shop/orders, which sets AUDIT_LEVEL to the value that it had before.",
    ],
    [
      "an address in a ConfigMap is wrong after the next restart",
      "In sock-shop, CARTS_DB_URL of ConfigMap carts-config was changed from http://carts-db to http://carts-database, and Deployment carts cannot reach carts-database, which is no service of this cluster. " +
        "That happened at 23:36:40 UTC; carts has been answering with errors since 23:36:50 UTC. orders and frontend suffer because they depend on carts. " +
        "The surest way out is to change a key of ConfigMap sock-shop/carts-config, which puts CARTS_DB_URL back to http://carts-db and restarts carts.",
    ],
    [
      "a Service leads to a port where nothing listens",
      "In sock-shop, port 80 of Service payment leads to 8081, where nothing listens (the pods listen on 8080). " +
        "It follows a change of Service payment at 23:36:40 UTC; orders has been answering with errors since 23:36:50 UTC, because it depends on payment. frontend suffers because it depends on payment. " +
        "The surest way out is to change the target port of Service sock-shop/payment, which leads to the port on which the pods listen.",
    ],
    [
      "the command of a Deployment does not exist",
      "In sock-shop, the command of container catalogue of Deployment catalogue cannot be started since it was changed. " +
        "It came with a rollout at 23:36:40 UTC; catalogue has not been able to start since 23:36:50 UTC. Nothing else shows symptoms. " +
        "The surest way out is to roll back Deployment sock-shop/catalogue to the revision before the change.",
    ],
    [
      "the registry refuses the image",
      "In sock-shop, the registry refuses to hand out image localhost:5000/shop/catalogue:1.8.2 to Deployment catalogue. " +
        "catalogue has had a pod without its image since 23:36:50 UTC. Nothing else shows symptoms. " +
        "A person has to act on Deployment sock-shop/catalogue: the registry wants credentials.",
    ],
    [
      "a database crashes by itself, nothing was changed",
      "In sock-shop, Deployment carts-db crashes by itself (exit code 3), so its callers fail. " +
        "carts-db has been crashing since 23:36:50 UTC. carts and frontend suffer because they depend on carts-db. " +
        "What may help is to restart Deployment sock-shop/carts-db, which starts its pods anew.",
    ],
    [
      "a node is cordoned and new pods find no place",
      "Node node-1 was closed for new pods (cordoned or tainted), and pods of Deployment carts find no other node. " +
        "That happened at 23:36:40 UTC; carts has had pods that no node takes since 23:36:50 UTC. frontend suffers because it depends on carts. " +
        "The surest way out is to uncordon Node node-1, which opens the node for new pods again.",
    ],
  ])("%s", async (name, words) => expect((await summaryFor(name)).summary).toBe(words));

  it.each(
    troubles.map(({ name }) => name),
  )("%s: one paragraph without codes, probabilities or the headline", async (name) => {
    const { summary, hypotheses, inconclusive } = await summaryFor(name);
    const first = hypotheses[0];
    expect(first).toBeDefined();
    if (!first || inconclusive) return;
    for (const code of [...actionCodes, ...causeCodes].filter((one) => one.includes("-")))
      expect(summary).not.toMatch(new RegExp(`(^|\\s)${code}(\\s|\\.|$)`));
    expect(summary).not.toContain(causeTitles[first.cause]);
    expect(summary).not.toMatch(/\d %|undefined|\.\.|\.;|\n| {2}/);
    expect(summary).toContain(first.culprit.name);
    expect(summary).toMatch(/\d\d:\d\d:\d\d UTC/);
    expect(summary).toMatch(/(The surest way out is to|What may help is to|A person has to act on) /);
    expect(summary.length).toBeLessThan(900);
  });

  it("an expired certificate comes with what a person does about it", async () => {
    const { summary } = await summaryFor("a certificate has expired");
    expect(summary).toMatch(
      /A person has to act on .*: the certificate has to be renewed, or the renewed one loaded\.$/,
    );
  });

  it("a source that is silent is told once, with who can say why", async () => {
    const shop = await quietShop();
    const { diagnosis } = shop.diagnose([["Source", "scrape:pods", "blind", "source-silent"]]);
    expect(diagnosis.summary).toBe(
      "In sock-shop, the source scrape:pods: source-silent. " +
        "A person has to act on Source sock-shop/scrape:pods: kubemend doctor says what keeps it from delivering.",
    );
  });

  it("an incident that nothing explains says so, with the questions that would decide", async () => {
    const shop = await quietShop();
    const { diagnosis } = shop.diagnose([["Deployment", "frontend", "metric", "error-ratio"]]);
    expect(diagnosis.inconclusive).toBe(true);
    expect(diagnosis.summary).toMatch(
      /^(frontend in sock-shop has been in trouble since \d\d:\d\d:\d\d UTC, and nothing in the data says why\.|The evidence does not decide\.)/,
    );
    for (const question of diagnosis.questions) expect(diagnosis.summary).toContain(question);
  });
});
