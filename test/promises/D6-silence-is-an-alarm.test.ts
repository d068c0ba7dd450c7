import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../support/detect-objects.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { createTraffic, deployment, pod, service } from "../support/small-shop.ts";

/**
 * D6: silence is an alarm. Metrics that stop or turn stale, a dead watch, a dead log source: a "monitoring is blind"
 * incident within two minutes, and nothing is resolved while blind.
 */
const start = Date.parse("2026-11-20T12:00:00Z");

interface Scene {
  readonly world: World;
  /** Goes on living for a while; `feeds` says what still arrives. */
  live(ms: number, feeds: { samples?: boolean; logs?: boolean }): ReturnType<World["run"]>;
}

/** A workload in a metric, a log and a state incident at once. */
function troubled(): Scene {
  const world = createWorld({ start });
  const traffic = createTraffic({ web: "web-a1-x1" });
  world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
  let failing = false;
  const live: Scene["live"] = (ms, { samples = true, logs = true }) =>
    world.run(ms, () => {
      traffic.serve("web", failing ? { ok: 10, failed: 20 } : { ok: 30 });
      if (samples) traffic.scrape(world);
      if (logs) world.log("web-a1-x1", failing ? 'level=error msg="boom"' : "level=info msg=fine");
    });
  live(180_000, {});
  failing = true;
  world.put(
    pod({
      app: "web",
      at: start - 600_000,
      restartCount: 3,
      ready: false,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 1, finishedAt: new Date(world.now()).toISOString() } },
    }),
  );
  live(60_000, {});
  expect(world.engine.incidents().map(({ status }) => status)).toEqual(["open"]);
  return { world, live };
}

const report = (world: World, source: string, ok: boolean) =>
  world.engine.ingest({ type: "source", at: world.now(), source, ok, detail: "connection refused" });

describe("D6", () => {
  test.each([
    ["samples stop arriving", { samples: false }, undefined],
    ["the scraper says that it fails", { samples: false }, "scrape:pods"],
    ["Prometheus is down", { samples: false }, "prometheus"],
    ["the watch is dead", {}, "kubernetes-watch"],
    ["the log source is down", { logs: false }, "logs"],
  ] as const)("%s: an incident within two minutes, and nothing resolved meanwhile", (title, feeds, source) => {
    const { world, live } = troubled();
    if (source !== undefined) report(world, source, false);
    // What would look like recovery to somebody who takes silence for health.
    world.put(pod({ app: "web", at: start - 600_000, restartCount: 3 }));
    const changes = live(120_000, feeds);
    expect(changes.filter(({ type }) => type === "opened").map(({ incident }) => incident.title)).toEqual([
      expect.stringContaining("monitoring is blind"),
    ]);
    const later = live(600_000, feeds);
    expect(later.filter(({ type }) => type === "cleared")).toEqual([]);
    promiseFigure("D6", title, "an incident within 120 s, nothing resolved in 12 min");
  });

  test("a source that is back within seconds is no news", () => {
    const { world, live } = troubled();
    report(world, "kubernetes-watch", false);
    live(20_000, {});
    report(world, "kubernetes-watch", true);
    expect(live(60_000, {}).filter(({ type }) => type === "opened")).toEqual([]);
  });
});

describe("D6: what is only remembered grows old, and shows nothing new", () => {
  const ending = (due: number) =>
    pod({ app: "web", at: start - 600_000, deletionTimestamp: new Date(due).toISOString() });
  const shop = () => {
    const world = createWorld({ start });
    world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), service("web"));
    world.run(180_000);
    return world;
  };
  const stuck = (world: World) => world.active().some(({ reason }) => reason === "StuckTerminating");

  test("a pod that was ending when the watch died is not said to be stuck; when sight comes back and it is, it is", () => {
    const world = shop();
    const last = ending(world.now() + 30_000);
    world.put(last);
    world.run(10_000);
    report(world, "kubernetes-watch", false);
    world.run(600_000);
    expect(stuck(world)).toBe(false);
    expect(world.active()).toContainEqual(expect.objectContaining({ family: "blind" }));
    world.put(last);
    report(world, "kubernetes-watch", true);
    world.run(20_000);
    expect(stuck(world)).toBe(true);
  });

  test("what was found before sight was lost stays", () => {
    const world = shop();
    world.put(ending(world.now() + 30_000));
    world.run(120_000);
    expect(stuck(world)).toBe(true);
    report(world, "kubernetes-watch", false);
    world.run(600_000);
    expect(stuck(world)).toBe(true);
  });

  test("where one kind alone is forbidden, the pods that still come are believed", () => {
    const world = shop();
    report(world, "kubernetes-watch", false);
    world.run(60_000);
    world.put(ending(world.now() + 30_000));
    world.run(120_000);
    expect(stuck(world)).toBe(true);
  });
});
