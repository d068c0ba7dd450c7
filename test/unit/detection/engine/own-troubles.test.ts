import { describe, expect, test } from "vitest";
import { env, openShop, type Shop, start, targets } from "../../../support/open-shop.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

/** A service breaks, and so does one that calls it, for a reason of its own. */

const crashing = (app: "carts" | "catalogue", at: number, restartCount: number, hash = "a1") =>
  pod({
    app,
    hash,
    at,
    env: env[app],
    ready: false,
    restartCount,
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: new Date(at).toISOString() } },
  });

function cartsGoDown(shop: Shop): void {
  shop.world.put(crashing("carts", shop.world.now(), 2), ...deployment({ app: "carts", available: 0, env: env.carts }));
}

const complaint = "ERROR call to carts failed: connect ECONNREFUSED 10.0.0.5:80";
const exceptionOfItsOwn = "TypeError: Cannot read properties of undefined (reading 'price')";
const halfFails: Parameters<Shop["run"]>[1] = { frontend: { ok: 15, failed: 15 } };
const says = (shop: Shop, line: string, times: number) => {
  for (let i = 0; i < times; i++) shop.world.log("frontend-a1-x1", line);
};

describe("of a caller whose calls nobody counts", () => {
  test("errors of which its log complains are those of whom it calls", () => {
    const shop = openShop({ uncounted: true });
    cartsGoDown(shop);
    shop.run(120_000, { ...halfFails, "frontend>carts": {} }, () => says(shop, complaint, 14));
    expect(targets(shop)).toEqual(["Deployment/carts"]);
  });

  test("errors are its own where its log complains of few failing calls", () => {
    const shop = openShop({ uncounted: true });
    cartsGoDown(shop);
    shop.run(120_000, { ...halfFails, "frontend>carts": {} }, () => {
      says(shop, complaint, 1);
      says(shop, "ERROR GET / status=500 cart state is stale", 14);
    });
    expect(targets(shop)).toEqual(["Deployment/carts", "Deployment/frontend"]);
  });

  test("exceptions of its own code are its own where whom it calls is slow and answers", () => {
    const shop = openShop({ uncounted: true });
    const slow = { "frontend>carts": { ok: 10, seconds: 0.9 }, frontend: { ok: 30, seconds: 0.3 } };
    shop.run(30_000, slow);
    shop.run(120_000, { ...slow, frontend: { ok: 15, failed: 15, seconds: 0.3 } }, () =>
      says(shop, exceptionOfItsOwn, 14),
    );
    expect(targets(shop)).toEqual(["Deployment/carts", "Deployment/frontend"]);
  });

  test("exceptions may come of an answer that whom it calls fails to give", () => {
    const shop = openShop({ uncounted: true });
    shop.run(150_000, { "frontend>carts": { failed: 10 }, frontend: { ok: 20, failed: 10 } }, () =>
      says(shop, exceptionOfItsOwn, 10),
    );
    expect(targets(shop)).toEqual(["Deployment/carts"]);
  });
});

test("what a caller was told to suffer before it broke itself stays with what it suffered from", () => {
  const shop = openShop();
  const suffers: Parameters<Shop["run"]>[1] = {
    "carts>carts-db": { ok: 5, lost: 5 },
    "frontend>carts": { ok: 5, failed: 5 },
    frontend: { ok: 25, failed: 5 },
  };
  shop.world.put(service("carts-db", { app: "carts-dbs" }));
  shop.run(25_000, suffers);
  const at = shop.world.now();
  shop.world.put(
    ...deployment({
      app: "carts",
      hash: "b2",
      generation: 2,
      total: 2,
      updated: 1,
      env: env.carts,
      image: "registry/carts:2",
    }),
    crashing("carts", at, 3, "b2"),
  );
  shop.run(90_000, suffers);
  expect(targets(shop)).toEqual(["Service/carts-db", "Deployment/carts"]);
  const [, second] = shop.world.engine.incidents();
  expect(second?.anomalies.map(({ detector }) => detector)).not.toContain("error-ratio");
  expect(second?.onset).toBeGreaterThanOrEqual(at - 1_000);
});

test("requests stay away from who is called by nobody knows whom: whoever began to fail just before asks no more", () => {
  let asks = 8;
  const shop = openShop({ unnamed: { name: "ledger", requests: () => asks } });
  cartsGoDown(shop);
  asks = 0;
  shop.run(150_000, { "frontend>carts": { failed: 10 }, frontend: { ok: 20, failed: 10 }, "carts>carts-db": {} });
  const told = shop.world.active().map(({ detector, target }) => `${detector} ${target.name}`);
  expect(told).toContain("traffic-stopped ledger");
  expect(targets(shop)).toEqual(["Deployment/carts"]);
  expect(shop.world.now()).toBeGreaterThan(start);
});
