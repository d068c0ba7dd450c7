import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { buildTopology } from "../../../../src/cluster/topology.ts";
import { createGrouper } from "../../../../src/detection/group/group.ts";
import type { LiveAnomaly } from "../../../../src/detection/live-anomaly.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { env, openShop, targets } from "../../../support/open-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";
import { loadBases, runScenario, scenarios } from "../../../support/synthetic/index.ts";
import { faultOf } from "../../../support/synthetic/scenarios/matrix.ts";
import { together } from "../../../support/synthetic/scenarios/pairs.ts";

const halfFails = { frontend: { ok: 15, failed: 15 } };
const second = 1_000;

/** The frontend fails half of its requests; so much later it is given an image, of which no pod starts. */
function changedAgain(afterMs: number, image: string) {
  const shop = openShop();
  const { world } = shop;
  const rollOut = (of: string, hash: string, generation: number, updated = 1) =>
    world.put(...deployment({ app: "frontend", hash, generation, image: of, updated, env: env.frontend }));
  rollOut("registry/frontend:2", "b2", 2);
  shop.run(afterMs, halfFails);
  rollOut(image, "c3", 3, 0);
  world.put(
    pod({
      app: "frontend",
      hash: "c3",
      at: world.now(),
      env: env.frontend,
      phase: "Pending",
      ready: false,
      state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}": not found` } },
    }),
  );
  shop.run(60 * second, halfFails);
  return { shop, told: shop.world.engine.incidents().map(({ title }) => title) };
}

describe("what an incident is about breaks once more, in another way", () => {
  test("right after a change minutes later: it has a second cause", () => {
    const { shop, told } = changedAgain(200 * second, "registry/frontend:3");
    expect(targets(shop)).toEqual(["Deployment/frontend", "Deployment/frontend"]);
    expect(told[1]).toContain("cannot pull its image");
  });

  test.each([
    ["right after a change that came with the trouble", 60 * second, "registry/frontend:3"],
    ["as it is put back to what it was", 200 * second, "registry/frontend:1"],
  ])("%s: it is the same story", (_when, afterMs, image) => {
    expect(targets(changedAgain(afterMs, image).shop)).toEqual(["Deployment/frontend"]);
  });

  test("right after a fix that was applied for it: that may be the fix", () => {
    const shop = openShop();
    shop.run(200 * second, halfFails);
    const [open] = shop.world.engine.incidents();
    if (open) shop.world.engine.replace({ ...open, status: "mitigating" });
    const waiting = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
    shop.world.put(
      ...deployment({ app: "frontend", hash: "c3", generation: 2, image: "registry/frontend:3", env: env.frontend }),
      pod({ app: "frontend", hash: "c3", at: shop.world.now(), phase: "Pending", ready: false, state: waiting }),
    );
    shop.run(60 * second, halfFails);
    expect(targets(shop)).toEqual(["Deployment/frontend"]);
  });
});

test.each([
  ["catalogue", "slow", "missing-env"],
  ["catalogue", "exception", "liveness-port"],
] as const)(
  "%s: %s, and minutes later %s: each has its own cause and fix",
  { timeout: 240_000 },
  async (app, ...kinds) => {
    const bases = await loadBases(fileURLToPath(new URL("../../../recordings", import.meta.url)));
    const [first, later] = kinds.map((kind) => faultOf(kind, app));
    if (!first || !later) throw new Error("there are such faults");
    const { misses } = await runScenario(
      {
        id: `second-cause-${app}`,
        shop: "meadow",
        script: together(first.script, later.script, 150 * second),
        expect: [first.expect, later.expect],
      },
      bases,
    );
    expect(misses).toEqual([]);
  },
);

test("somebody mends it by hand, and the new pods take their time: it is the same story", {
  timeout: 240_000,
}, async () => {
  const bases = await loadBases(fileURLToPath(new URL("../../../recordings", import.meta.url)));
  const mended = scenarios.find(({ id }) => id === "story-otherwise-slow-starter-killed-after-a-restart");
  if (!mended) throw new Error("there is such a story");
  expect((await runScenario(mended, bases)).misses).toEqual([]);
});

describe("an incident of which only a window of minutes is left", () => {
  const start = Date.parse("2026-11-20T12:00:00Z");
  const live = (name: string, reason: string, from: number, now: number, soft: boolean, to?: number): LiveAnomaly => ({
    anomaly: {
      fingerprint: `${reason}|${name}`,
      detector: reason,
      family: "log",
      reason,
      target: makeRef("Deployment", "shop", name),
      score: 0.9,
      severity: "high",
      summary: `${name}: ${reason}`,
      startsAt: start + from * second,
      detectedAt: start + from * second,
      ...(to === undefined ? {} : { endsAt: start + to * second }),
    },
    nature: "symptom",
    headline: reason,
    blames: [],
    related: [],
    soft,
    fading: false,
    lastSeenAt: start + now * second,
  });

  /** The queue logs errors until 180 s, and its share of errors looks raised for long after; then others begin. */
  function afterwards(name: string, from: number, shareLasts = true): readonly string[] {
    const observation = createObservation({ cluster: "test" });
    let ids = 0;
    const grouper = createGrouper({ cluster: "test", nextId: () => String(++ids), natureOf: () => "symptom" });
    const tick = (now: number, active: readonly LiveAnomaly[], ended: readonly LiveAnomaly[] = []) =>
      grouper.advance(
        active,
        ended,
        { now: start + now * second, observation, topology: buildTopology(observation) },
        { mayOpen: (one) => !one.soft, settled: () => true },
      );
    const share = (now: number) => live("queue", "share", 0, now, true);
    tick(10, [live("queue", "errors", 0, 10, false), live("worker", "errors", 5, 10, false), share(10)]);
    // Whatever it was, both had it.
    grouper.merge("2", "1", { now: start + 15 * second, observation, topology: buildTopology(observation) });
    tick(
      200,
      [share(200)],
      [live("queue", "errors", 0, 180, false, 180), live("worker", "errors", 5, 180, false, 180)],
    );
    const over = live("queue", "share", 0, from, true, from);
    tick(
      from + 10,
      [...(shareLasts ? [share(from + 10)] : []), live(name, "errors", from, from + 10, false)],
      shareLasts ? [] : [over],
    );
    return grouper
      .incidents()
      .filter(({ status }) => status !== "resolved")
      .map(({ id, anomalies }) => `${id}: ${anomalies.length}`);
  }

  test("takes in nothing that began after a pause", () => {
    expect(afterwards("worker", 240)).toEqual(["1: 3", "2: 1"]);
    expect(afterwards("worker", 240, false)).toEqual(["2: 1"]);
  });

  test("takes in what began in the midst of it, and what it was about itself", () => {
    expect(afterwards("worker", 190)).toEqual(["1: 3"]);
    expect(afterwards("queue", 240)).toEqual(["1: 3"]);
  });
});
