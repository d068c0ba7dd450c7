import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { type App, apps, env, openShop, type Shop, start, targets } from "../../../support/open-shop.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const titles = ({ world }: Shop) => world.engine.incidents().map(({ title }) => title);

describe("routine work raises nothing", () => {
  test("a database replaced with the Recreate strategy: some seconds of errors", () => {
    const shop = openShop();
    shop.world.put(...deployment({ app: "carts-db", generation: 2, available: 0, updated: 0, total: 0 }));
    shop.world.drop(pod({ app: "carts-db", at: start }));
    shop.run(
      10_000,
      { "carts>carts-db": { failed: 10 }, "frontend>carts": { failed: 10 }, frontend: { ok: 20, failed: 10 } },
      () =>
        shop.world.log(
          "carts-a1-x1",
          "ERROR call to carts-db failed: connect ECONNREFUSED 10.0.0.8:80",
          "ERROR POST /carts status=502",
        ),
    );
    shop.world.put(
      ...deployment({ app: "carts-db", generation: 2 }),
      pod({ app: "carts-db", suffix: "x2", at: shop.world.now() }),
    );
    shop.run(180_000);
    expect(titles(shop)).toEqual([]);
  });

  test("a pod that is deleted and replaced", () => {
    const shop = openShop();
    shop.world.drop(pod({ app: "carts", at: start }));
    shop.world.put(
      ...deployment({ app: "carts", available: 0, env: env.carts }),
      pod({ app: "carts", suffix: "x2", at: shop.world.now(), ready: false }),
    );
    shop.run(5_000, { "frontend>carts": { failed: 8 }, frontend: { ok: 22, failed: 8 } });
    shop.world.put(
      ...deployment({ app: "carts", env: env.carts }),
      pod({ app: "carts", suffix: "x2", at: shop.world.now() - 5_000 }),
    );
    shop.run(120_000);
    expect(titles(shop)).toEqual([]);
  });

  test("load that doubles and falls again, within capacity", () => {
    const shop = openShop();
    shop.run(120_000, {
      frontend: { ok: 60, seconds: 0.013 },
      "frontend>carts": { ok: 20, seconds: 0.012 },
      "frontend>catalogue": { ok: 30, seconds: 0.013 },
      "carts>carts-db": { ok: 20 },
    });
    shop.run(120_000);
    expect(titles(shop)).toEqual([]);
  });

  test("a slow query and a stray error now and then", () => {
    const shop = openShop();
    for (let i = 0; i < 6; i++) {
      shop.run(5_000, { "frontend>catalogue": { ok: 14, failed: 1, seconds: 0.03 } });
      shop.run(40_000);
    }
    expect(titles(shop)).toEqual([]);
  });

  test("scrapes that fail for half a minute say nothing about the shop", () => {
    const shop = openShop();
    shop.world.run(30_000);
    shop.run(60_000);
    expect(titles(shop)).toEqual([]);
  });
});

describe("faults without a trace in the state", () => {
  test("a slow dependency is told once, and its callers are its symptoms", () => {
    const shop = openShop();
    shop.run(60_000, {
      "carts>carts-db": { ok: 10, seconds: 0.9 },
      "frontend>carts": { ok: 10, seconds: 0.91 },
      frontend: { ok: 30, seconds: 0.31 },
    });
    expect(targets(shop)).toEqual(["Deployment/carts-db"]);
    expect(
      shop.world.engine
        .incidents()[0]
        ?.affected.map(({ name }) => name)
        .sort(),
    ).toEqual(["carts", "carts-db", "frontend"]);
    shop.run(120_000);
    expect(shop.world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
  });

  test("a wrong address in the caller's configuration blames the caller, because its peer serves others", () => {
    const shop = openShop();
    shop.world.put(
      ...deployment({ app: "frontend", generation: 2, env: [...env.frontend, { name: "X", value: "1" }] }),
    );
    shop.run(90_000, { frontend: { ok: 15, failed: 15 }, "frontend>catalogue": { ok: 0 } }, () =>
      shop.traffic.gauge("frontend", "http_client_requests_total", (shop.world.now() - start) / 400, {
        peer: "catalogue",
        code: "error",
      }),
    );
    expect(targets(shop)).toEqual(["Deployment/frontend"]);
  });

  test("a caller that is throttled sees everybody as slow; it is the one that is told", () => {
    const shop = openShop();
    let periods = 0;
    const slow = { ok: 10, seconds: 0.2 };
    shop.run(60_000, { frontend: { ok: 30, seconds: 0.6 } }, () => {
      periods += 50;
      const labels = { container: "app", node: "node-1" };
      shop.traffic.gauge("frontend", "container_cpu_cfs_periods_total", periods, labels);
      shop.traffic.gauge("frontend", "container_cpu_cfs_throttled_periods_total", periods * 0.9, labels);
      for (const peer of ["carts", "catalogue"]) shop.traffic.waits("frontend", peer, slow);
    });
    expect(targets(shop)).toEqual(["Deployment/frontend"]);
  });

  test("a caller that suddenly reaches nobody is one incident, not one for each peer", () => {
    const shop = openShop();
    shop.run(60_000, {
      "frontend>carts": { lost: 10 },
      "frontend>catalogue": { lost: 15 },
      frontend: { ok: 5, failed: 25 },
    });
    expect(shop.world.engine.incidents()).toHaveLength(1);
  });

  test("requests that stay away from healthy pods", () => {
    const shop = openShop();
    shop.run(60_000, { "frontend>catalogue": { ok: 0 } });
    expect(titles(shop)).toEqual(["catalogue gets no requests any more"]);
  });

  const nobody = {
    frontend: { ok: 0 },
    "frontend>carts": { ok: 0 },
    "frontend>catalogue": { ok: 0 },
    "carts>carts-db": { ok: 0 },
  };
  test("users who go home are no incident; when nobody comes at all, it is told as what may have no reason inside", () => {
    const shop = openShop();
    const few = {
      frontend: { ok: 1 },
      "frontend>carts": { ok: 0 },
      "frontend>catalogue": { ok: 0 },
      "carts>carts-db": { ok: 0 },
    };
    shop.run(240_000, few);
    expect(titles(shop)).toEqual([]);
    const empty = openShop();
    empty.run(110_000, nobody);
    expect(titles(empty)).toEqual([]);
    empty.run(90_000, nobody);
    expect(empty.world.engine.incidents()).toMatchObject([
      { title: "frontend is asked for nothing from outside", severity: "low" },
    ]);
  });

  test("requests that end when what leads them in was changed are told at once", () => {
    const shop = openShop();
    shop.world.put(service("frontend", { app: "frontend" }, 9090));
    shop.run(60_000, nobody);
    expect(shop.world.engine.incidents()).toMatchObject([{ severity: "high" }]);
  });

  test("a pool that runs dry", () => {
    const shop = openShop();
    let waiting = 0;
    shop.run(60_000, {}, () => {
      waiting += 1;
      shop.traffic.gauge("carts", "db_pool_waiting", waiting);
    });
    expect(titles(shop)).toEqual(["carts waits for connections of its pool"]);
  });

  test("rights that are taken away show in the log alone, within a minute", () => {
    const shop = openShop();
    let ticks = 0;
    shop.run(60_000, {}, () => {
      if (ticks++ % 5 === 0)
        shop.world.log(
          "catalogue-a1-x1",
          'level=error msg="price list refresh failed" err="configmaps price-list is forbidden"',
        );
    });
    expect(targets(shop)).toEqual(["Deployment/catalogue"]);
    expect(titles(shop)[0]).toContain("price list refresh failed");
  });

  test("errors that the application counts by type", () => {
    const shop = openShop();
    let errors = 0;
    shop.run(60_000, {}, () => {
      errors += 2;
      shop.traffic.gauge("carts", "app_errors_total", errors, { type: "TypeError" });
    });
    expect(titles(shop)).toEqual(["carts reports errors (TypeError)"]);
  });
});

describe("one incident a cause", () => {
  const oom = (app: App, at: number, restartCount: number) =>
    pod({
      app,
      at: start - 600_000,
      ready: false,
      restartCount,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: new Date(at).toISOString() } },
    });
  const hangingRollout = (shop: Shop) => [
    ...deployment({ app: "catalogue", hash: "b2", generation: 2, total: 2, updated: 1 }),
    pod({
      app: "catalogue",
      hash: "b2",
      at: shop.world.now(),
      ready: false,
      phase: "Pending",
      state: { waiting: { reason: "ImagePullBackOff" } },
    }),
  ];
  const failing = { "frontend>carts": { failed: 10 }, frontend: { ok: 20, failed: 10 }, "carts>carts-db": { ok: 0 } };

  test("a crashing callee, its failing callers and the callee that gets no requests are one", () => {
    const shop = openShop();
    shop.world.put(oom("carts", shop.world.now(), 1), ...deployment({ app: "carts", available: 0, env: env.carts }));
    shop.run(120_000, failing);
    expect(targets(shop)).toEqual(["Deployment/carts"]);
    expect(shop.world.engine.incidents()[0]?.severity).toBe("critical");
  });

  test("two faults at once stay two", () => {
    const shop = openShop();
    shop.world.put(
      oom("carts", shop.world.now(), 1),
      ...deployment({ app: "carts", available: 0, env: env.carts }),
      ...hangingRollout(shop),
    );
    shop.run(120_000, failing);
    expect(targets(shop).sort()).toEqual(["Deployment/carts", "Deployment/catalogue"]);
  });

  test.each([
    0, 10, 20, 40, 60,
  ])("two that one caller calls, %d s apart: its own trouble does not make them one", (gapS) => {
    const shop = openShop();
    const slow = { "frontend>catalogue": { ok: 15, seconds: 0.9 }, frontend: { ok: 30, seconds: 0.5 } };
    if (gapS > 0) shop.run(gapS * 1_000, slow);
    shop.run(90_000, {
      ...slow,
      frontend: { ok: 24, failed: 6, seconds: 0.5 },
      "frontend>carts": { ok: 4, failed: 6 },
      "carts>carts-db": { ok: 4, failed: 6 },
    });
    expect(targets(shop).sort()).toEqual(["Deployment/carts-db", "Deployment/catalogue"]);
  });

  test("a caller whose errors its calls do not account for has a reason of its own", () => {
    const shop = openShop();
    shop.run(90_000, {
      "frontend>catalogue": { ok: 15, seconds: 0.9 },
      frontend: { ok: 10, failed: 20, seconds: 0.5 },
    });
    expect(targets(shop).sort()).toEqual(["Deployment/catalogue", "Deployment/frontend"]);
  });

  test("a caller that fails as often as its calls do is no second incident", () => {
    const shop = openShop();
    shop.run(90_000, { "frontend>catalogue": { ok: 5, failed: 10 }, frontend: { ok: 20, failed: 10 } });
    expect(targets(shop)).toEqual(["Deployment/catalogue"]);
  });

  test("more work than usual for two that one caller calls is one reason", () => {
    const shop = openShop();
    shop.run(90_000, {
      "frontend>catalogue": { ok: 40, seconds: 0.9 },
      "frontend>carts": { ok: 30, seconds: 0.9 },
      frontend: { ok: 80, seconds: 0.6 },
    });
    expect(targets(shop)).toHaveLength(1);
  });

  test("a rollout that hangs while the old pods serve does not swallow somebody else's errors", () => {
    const shop = openShop();
    shop.world.put(...hangingRollout(shop));
    shop.run(120_000);
    shop.run(60_000, { frontend: { ok: 15, failed: 15 } });
    expect(targets(shop)).toEqual(["Deployment/catalogue", "Deployment/frontend"]);
  });

  test("it is cleared only when the rollout has finished and the errors have gone, and reopened when it comes back", () => {
    const shop = openShop();
    const serveAgain = () =>
      shop.world.put(
        pod({ app: "carts", suffix: "x2", at: shop.world.now() }),
        ...deployment({ app: "carts", generation: 2, env: env.carts }),
      );
    shop.world.put(oom("carts", shop.world.now(), 1), ...deployment({ app: "carts", available: 0, env: env.carts }));
    shop.run(60_000, failing);
    shop.world.drop(oom("carts", shop.world.now(), 1));
    shop.world.put(...deployment({ app: "carts", generation: 2, available: 0, updated: 0, env: env.carts }));
    expect(shop.run(60_000, failing).filter(({ type }) => type === "cleared")).toEqual([]);
    serveAgain();
    const calm = shop.run(120_000);
    expect(calm.filter(({ type }) => type === "cleared").map(({ incident }) => incident.id)).toEqual(["1"]);
    shop.world.drop(pod({ app: "carts", suffix: "x2", at: 0 }));
    const backAt = shop.world.now();
    shop.world.put(oom("carts", shop.world.now(), 2), ...deployment({ app: "carts", available: 0, env: env.carts }));
    const again = shop.run(10_000, failing);
    expect(again.map(({ type, incident }) => [type, incident.id, incident.status])).toContainEqual([
      "recurred",
      "1",
      "reopened",
    ]);
    expect(shop.world.engine.incidents()).toHaveLength(1);
    // What is sought is what brought it back, not what began it the first time.
    expect(shop.world.engine.incidents()[0]?.onset).toBeGreaterThan(backAt - 30_000);
  });

  test("another reason on the same object, minutes later, is another incident", () => {
    const shop = openShop();
    const broken = (reason: string) =>
      pod({ app: "carts", suffix: "x2", at: shop.world.now(), ready: false, state: { waiting: { reason } } });
    const first = broken("CreateContainerConfigError");
    shop.world.put(first);
    shop.run(30_000);
    shop.world.drop(first);
    shop.run(120_000);
    shop.world.put(broken("ImagePullBackOff"));
    shop.run(30_000);
    expect(shop.world.engine.incidents().map(({ id, status, target }) => [id, status, target.name])).toEqual([
      ["1", "resolved", "carts"],
      ["2", "open", "carts"],
    ]);
  });
});

describe("monitoring that goes blind", () => {
  test("samples that stop are an incident within two minutes, and nothing is resolved meanwhile", () => {
    const shop = openShop();
    shop.run(60_000, { "frontend>catalogue": { failed: 15 }, frontend: { ok: 15, failed: 15 } });
    expect(targets(shop)).toEqual(["Deployment/catalogue"]);
    const dark = shop.world.run(120_000);
    expect(titles(shop)[1]).toContain("monitoring is blind");
    expect(dark.filter(({ type }) => type === "cleared")).toEqual([]);
    const light = shop.run(180_000);
    expect(light.filter(({ type }) => type === "cleared")).toHaveLength(2);
  });

  test("a dead watch keeps a state incident open although its pod is no longer reported", () => {
    const shop = openShop();
    shop.world.put(pod({ app: "carts", at: start, ready: false, state: { waiting: { reason: "ErrImagePull" } } }));
    shop.run(10_000);
    shop.world.engine.ingest({
      type: "source",
      at: shop.world.now(),
      source: "kubernetes-watch",
      ok: false,
      detail: "connection refused",
    });
    shop.world.drop(pod({ app: "carts", at: start }));
    const dark = shop.run(120_000);
    expect(dark.filter(({ type }) => type === "cleared")).toEqual([]);
    expect(targets(shop)).toContain("Entity/kubernetes-watch");
    shop.world.engine.ingest({
      type: "source",
      at: shop.world.now(),
      source: "kubernetes-watch",
      ok: true,
      detail: "",
    });
    shop.world.put(pod({ app: "carts", suffix: "x2", at: shop.world.now() }));
    const light = shop.run(120_000);
    expect(light.filter(({ type }) => type === "cleared")).toHaveLength(2);
  });
});

describe("silences, restarts", () => {
  test("a maintenance window keeps a fault quiet; it is told when the window ends", () => {
    const shop = openShop();
    const until = shop.world.now() + 60_000;
    shop.world.engine.suppress([{ from: 0, to: until, namespace: "shop", name: "carts", reason: "maintenance" }]);
    shop.world.put(pod({ app: "carts", at: start, ready: false, state: { waiting: { reason: "ErrImagePull" } } }));
    shop.run(50_000);
    expect(titles(shop)).toEqual([]);
    expect(shop.world.engine.stats.silencedAnomalies).toBeGreaterThan(0);
    shop.run(20_000);
    expect(targets(shop)).toEqual(["Deployment/carts"]);
  });

  test("a process that starts anew goes on with the incident instead of opening another or resolving it blindly", () => {
    const shop = openShop();
    const slow = { "frontend>catalogue": { ok: 15, seconds: 0.9 } };
    shop.run(60_000, slow);
    const before = shop.world.engine.incidents();
    expect(before).toHaveLength(1);
    const next = openShopAgain(shop, before);
    next.run(120_000, slow);
    expect(next.world.engine.incidents().map(({ id, status }) => [id, status])).toEqual([["1", "open"]]);
    next.run(120_000);
    expect(next.world.engine.incidents().map(({ id, status }) => [id, status])).toEqual([["1", "resolved"]]);
  });
});

test("a restart while the watch is still listing resolves nothing", () => {
  const shop = openShop();
  shop.world.put(pod({ app: "carts", at: start, ready: false, state: { waiting: { reason: "ErrImagePull" } } }));
  shop.run(10_000);
  const world = createWorld({ start: shop.world.now() + 600_000 });
  world.engine.restore(shop.world.engine.incidents());
  expect(world.run(40_000)).toEqual([]);
  world.put(
    ...deployment({ app: "carts" }),
    pod({ app: "carts", at: start, ready: false, state: { waiting: { reason: "ErrImagePull" } } }),
  );
  expect(world.run(300_000).filter(({ type }) => type !== "updated")).toEqual([]);
  expect(world.engine.incidents().map(({ id, status }) => [id, status])).toEqual([["1", "open"]]);
});

function openShopAgain(shop: Shop, incidents: Parameters<World["engine"]["restore"]>[0]): Shop {
  const world = createWorld({ start: shop.world.now() });
  world.engine.restore(incidents);
  for (const app of apps)
    world.put(...deployment({ app, env: env[app] }), pod({ app, at: start - 600_000, env: env[app] }), service(app));
  return {
    world,
    traffic: shop.traffic,
    serve: shop.serve,
    run: (ms, step = {}) =>
      world.run(ms, () => {
        shop.serve(step);
        shop.traffic.scrape(world);
      }),
  };
}

describe("two services that one caller finds slow", () => {
  const slow = { ok: 10, seconds: 0.9 };
  test("a minute apart have two reasons", () => {
    const shop = openShop();
    shop.run(60_000, { "frontend>catalogue": slow });
    shop.run(90_000, { "frontend>catalogue": slow, "frontend>carts": slow });
    expect(targets(shop)).toEqual(["Deployment/catalogue", "Deployment/carts"]);
  });

  test("at once, while both answer as fast as ever, have one: its own network", () => {
    const shop = openShop();
    shop.run(150_000, {}, () => {
      for (const peer of ["carts", "catalogue"]) shop.traffic.waits("frontend", peer, { ok: 10, seconds: 0.9 });
    });
    expect(targets(shop)).toHaveLength(1);
  });
});

test("an image that cannot be pulled is no news of an autoscaler that has read no metric all day", () => {
  const shop = openShop();
  // As 1.20.2 says it where no metrics server is installed.
  shop.world.put({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "catalogue", namespace: "shop", uid: "hpa", creationTimestamp: new Date(start).toISOString() },
    spec: { scaleTargetRef: { kind: "Deployment", name: "catalogue" }, minReplicas: 1, maxReplicas: 3, metrics: [] },
    status: {
      currentReplicas: 1,
      desiredReplicas: 0,
      conditions: [
        {
          type: "ScalingActive",
          status: "False",
          reason: "FailedGetResourceMetric",
          message: "the HPA was unable to compute the replica count: unable to get metrics for resource cpu",
          lastTransitionTime: new Date(start).toISOString(),
        },
      ],
    },
  });
  shop.run(60_000);
  expect(targets(shop)).toEqual(["HorizontalPodAutoscaler/catalogue"]);
  shop.world.put(
    pod({
      app: "catalogue",
      suffix: "x2",
      at: shop.world.now(),
      ready: false,
      state: { waiting: { reason: "ErrImagePull" } },
    }),
  );
  shop.run(30_000);
  expect(targets(shop)).toEqual(["HorizontalPodAutoscaler/catalogue", "Deployment/catalogue"]);
});
