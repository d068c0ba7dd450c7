import { describe, expect, test } from "vitest";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import type { Detector, Finding } from "../../src/detection/detector.ts";
import { createDetectionEngine } from "../../src/detection/engine/engine.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { withDatabase } from "../support/postgres.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { deployment, pod } from "../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");

function engineWith(findings: (now: number) => Finding[], nature: Detector["nature"] = "fault") {
  const observation = createObservation({ cluster: "test" });
  let ids = 0;
  const engine = createDetectionEngine({
    observation,
    nextId: () => String(++ids),
    tickMs: 5_000,
    detectors: [() => ({ name: "told", family: "state", nature, detect: ({ now }) => findings(now) })],
  });
  return { engine, observation };
}

const finding = (name: string, detail: string, at: number): Finding => ({
  reason: "Broken",
  target: makeRef("Deployment", "shop", name),
  detail,
  severity: "high",
  headline: "is broken",
  summary: `${name} is broken (${detail})`,
  startsAt: at,
});

describe("promise D3", () => {
  test("10,000 anomalies of one cause within a minute are one incident, bounded, with few updates", () => {
    let count = 0;
    const { engine } = engineWith((now) => {
      count = Math.min(10_000, count + 850);
      return Array.from({ length: count }, (_, i) => finding("carts", `pod-${i}`, now));
    });
    const changes = Array.from({ length: 12 }, (_, i) => engine.tick(start + 5_000 * (i + 1)).changes).flat();
    const [incident, ...others] = engine.incidents();
    expect(others).toEqual([]);
    expect(changes.map(({ type }) => type).filter((type) => type === "opened")).toHaveLength(1);
    expect(incident?.anomalies).toHaveLength(200);
    expect(incident?.anomaliesDropped).toBe(9_800);
    expect(changes.length).toBeLessThanOrEqual(6);
    promiseFigure("D3", "10,000 anomalies of one cause in 60 s", `1 incident, ${changes.length} changes told`);
  });

  test("however often a storm changes its incident within a minute, chat shows one message and edits it six times at most", async () => {
    await using database = await withDatabase();
    await using slack = await startLocalSlack();
    const jobs = { send: async () => undefined };
    const { apiUrl, botToken: token } = slack;
    const port = createSlackWeb({ token, apiUrl });
    const deliver = deliverJob({ database, jobs, log: silentLogger, slack: port, channel: "#incidents" });
    const began = performance.now();
    let count = 0;
    const { engine } = engineWith((now) => {
      count = Math.min(10_000, count + 500);
      return Array.from({ length: count }, (_, i) => finding("carts", `pod-${i}`, now));
    });
    // Whether the engine has anything to tell or not: each round says something else.
    for (let round = 1; round <= 20; round++) {
      engine.tick(start + 3_000 * round);
      const [incident] = engine.incidents();
      if (!incident) throw new Error("no incident");
      const { id } = await saveIncident(database, { ...incident, title: `carts is broken in ${count} ways` });
      await deliver({ incidentId: id });
    }
    const calls = (method: string) => slack.requests().filter((one) => one.method === method);
    expect(slack.messages("incidents")).toHaveLength(1);
    expect(calls("chat.postMessage").filter(({ body }) => body["thread_ts"] === undefined)).toHaveLength(1);
    expect(performance.now() - began, "all of it within the minute for which edits are counted").toBeLessThan(60_000);
    const edits = calls("chat.update").length;
    expect(edits).toBeGreaterThan(0);
    expect(edits).toBeLessThanOrEqual(6);
    promiseFigure("D3", "20 versions of one incident within a minute", `1 message, ${edits} edits`);
  });

  test("a node that fails with 500 workloads on it is one incident about the node", () => {
    const apps = Array.from({ length: 500 }, (_, i) => `app-${i}`);
    const { engine, observation } = engineWith((now) => [
      { ...finding("node-1", "", now), target: makeRef("Node", undefined, "node-1"), reason: "NodeNotReady" },
      ...apps.map(
        (app): Finding => ({
          ...finding(app, "", now),
          nature: "failure",
          seenOn: makeRef("Pod", "shop", `${app}-a1-x1`),
        }),
      ),
    ]);
    for (const app of apps)
      for (const object of [...deployment({ app }), pod({ app, at: start })])
        observation.objects.apply("ADDED", object as never, start);
    engine.tick(start + 5_000);
    expect(engine.incidents().map(({ target }) => target.name)).toEqual(["node-1"]);
  });

  test("50 interleaved causes are 50 incidents", () => {
    const { engine } = engineWith((now) =>
      Array.from({ length: 500 }, (_, i) => finding(`app-${i % 50}`, `${i}`, now)),
    );
    for (let i = 1; i <= 12; i++) engine.tick(start + 5_000 * i);
    expect(engine.incidents()).toHaveLength(50);
    expect(engine.incidents().every(({ anomalies }) => anomalies.length === 10)).toBe(true);
    promiseFigure("D3", "50 interleaved causes of 10 anomalies each", "50 incidents");
  });
});

test("anomalies beyond the cap are counted, not kept", () => {
  const { engine } = engineWith((now) => Array.from({ length: 25_000 }, (_, i) => finding("carts", `pod-${i}`, now)));
  engine.tick(start);
  expect(engine.stats.activeAnomalies).toBe(20_000);
  expect(engine.stats.droppedAnomalies).toBe(5_000);
});

test("a detector that throws is counted and blinds no other", () => {
  const observation = createObservation({ cluster: "test" });
  const engine = createDetectionEngine({
    observation,
    nextId: () => "1",
    detectors: [
      () => ({
        name: "bad",
        family: "state",
        nature: "fault",
        detect: () => {
          throw new Error("odd object");
        },
      }),
      () => ({ name: "good", family: "state", nature: "fault", detect: ({ now }) => [finding("carts", "", now)] }),
    ],
  });
  expect(engine.tick(start).active).toHaveLength(1);
  expect(engine.stats.detectorFailures).toBe(1);
});

test("an unchanged incident is not told twice", () => {
  const { engine } = engineWith(() => [finding("carts", "", start)]);
  const told = Array.from({ length: 20 }, (_, i) =>
    engine.tick(start + 5_000 * i).changes.map(({ type }) => type),
  ).flat();
  expect(told).toEqual(["opened"]);
});

test("what a person did to an incident is kept, and a resolved one is reopened when it is still there", () => {
  const { engine } = engineWith(() => [finding("carts", "", start)]);
  const [opened] = engine.tick(start).changes;
  if (!opened) throw new Error("no incident");
  engine.replace({ ...opened.incident, status: "acknowledged" });
  engine.tick(start + 5_000);
  expect(engine.incidents()[0]?.status).toBe("acknowledged");
  engine.replace({ ...opened.incident, status: "resolved", resolvedAt: start + 6_000 });
  expect(engine.tick(start + 10_000).changes.map(({ type, incident }) => [type, incident.status])).toEqual([
    ["recurred", "reopened"],
  ]);
});
