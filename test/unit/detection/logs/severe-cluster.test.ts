import { describe, expect, test } from "vitest";
import { createNovelty } from "../../../../src/detection/logs/novelty.ts";
import { type LogShop, openLogShop, requests, type Writer } from "../../../support/log-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const name = "log-severe-cluster";
const hour = 3_600_000;
const quiet = { "carts-a1-x1": requests(1), "catalogue-a1-x1": requests(1), "orders-a1-x1": requests(1) };
const open = (writers: Readonly<Record<string, Writer>> = quiet, beforeMs = 1.5 * hour) =>
  openLogShop(writers, { beforeMs, wired: true });

/** One line each, a few seconds apart: none of them would be worth a word. */
function stumble({ world, run }: LogShop, ...apps: readonly string[]): void {
  for (const app of apps) {
    world.log(`${app}-a1-x1`, `level=error msg="lost the lease of the ${app} partition to node ${app}-b"`);
    run(10_000);
  }
}

test("single errors of three workloads that depend on each other, in half a minute, are one incident", () => {
  const shop = open();
  const from = shop.world.now();
  stumble(shop, "carts", "catalogue", "orders");
  expect(shop.found()).toEqual({
    detectors: new Set([name]),
    incidents: [expect.stringMatching(/^carts and 2 more log trouble never seen before: lost the lease/)],
  });
  const [anomaly] = shop.world.active();
  expect(anomaly?.summary).toMatch(
    /^3 kinds .* from 3 workloads within two minutes\. First, from carts: .*Words: .*lease/,
  );
  expect(anomaly?.startsAt).toBe(from);
  shop.run(150_000);
  expect(shop.world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
});

describe("nothing is raised", () => {
  test.each<[string, (shop: LogShop) => void, LogShop?]>([
    ["by one workload that stumbles once", (shop) => stumble(shop, "carts")],
    ["by workloads that have nothing to do with each other", (shop) => stumble(shop, "carts", "catalogue", "mail")],
    [
      "by news that lie ten minutes apart",
      (shop) => {
        for (const app of ["carts", "catalogue", "orders"]) {
          stumble(shop, app);
          shop.run(600_000);
        }
      },
    ],
    [
      "by a coincidence of two after a short time of watching",
      (shop) => stumble(shop, "carts", "orders"),
      open(quiet, 600_000),
    ],
    [
      "in the first minute, when nobody knows what is always there",
      (shop) => stumble(shop, "carts", "catalogue", "orders"),
      open(quiet, 30_000),
    ],
    [
      "by errors that have been there before",
      (shop) => {
        for (const app of ["carts", "catalogue", "orders"]) {
          stumble(shop, app);
          shop.run(600_000);
        }
        shop.found();
        stumble(shop, "carts", "catalogue", "orders");
      },
    ],
    [
      "by new pods of a rollout that find their neighbours missing",
      (shop) => {
        const { world } = shop;
        for (const app of ["carts", "catalogue", "orders"]) {
          world.put(...deployment({ app, hash: "b2", generation: 2 }), pod({ app, hash: "b2", at: world.now() }));
          world.drop(pod({ app, at: world.now() }));
          world.log(`${app}-b2-x1`, `level=error msg="no peer of ${app} has been found yet"`);
          shop.run(10_000);
        }
      },
    ],
    [
      "by rare lines alone, without a severe one",
      ({ world, run }) => {
        for (const app of ["carts", "catalogue", "orders"])
          world.log(`${app}-a1-x1`, `level=info msg="rebalanced the ${app} ring"`);
        run(30_000);
      },
    ],
  ])("%s", (_title, happen, shop = open()) => {
    happen(shop);
    const { detectors, incidents } = shop.found();
    expect(detectors).not.toContain(name);
    expect(incidents).toEqual([]);
  });

  test("by workloads that stumble over new things every few minutes anyway", () => {
    let serial = 0;
    const word = () => [...String(100_000 + ++serial)].map((digit) => "ghijklmnop"[Number(digit)]).join("");
    const clumsy: Writer = (_now, tick) =>
      tick % 60 === 0 ? [`level=error msg="${word()} ${word()} went ${word()} in ${word()}"`] : requests(1)(_now, tick);
    const shop = open({ "carts-a1-x1": clumsy, "catalogue-a1-x1": clumsy, "orders-a1-x1": clumsy });
    expect(shop.found().detectors).not.toContain(name);
  });
});

describe("how surprising news are", () => {
  const minute = 60_000;
  test("two episodes in two minutes after a quiet hour: about one in eight thousand", () => {
    const novelty = createNovelty(0, 2 * minute);
    novelty.note([60 * minute, 61 * minute]);
    // 1 - exp(-m)(1 + m) with m = 2 min of half an episode in 59.5 min
    expect(novelty.chance(59.5 * minute, 61.5 * minute)).toBeCloseTo(1.4e-4, 5);
  });

  test("lines of one stumble are one episode, and a kind counts once", () => {
    const novelty = createNovelty(0, 2 * minute);
    novelty.note([minute, minute + 100, minute + 2_000]);
    novelty.note([minute, minute + 100, minute + 2_000]);
    expect(novelty.since(0)).toBe(1);
  });

  test("who had news every ten minutes is no surprise; a day later half of it is forgotten", () => {
    const novelty = createNovelty(0, 2 * minute);
    for (let i = 1; i <= 6; i++) novelty.note([10 * i * minute]);
    const often = novelty.chance(65 * minute, 67 * minute);
    expect(often).toBe(1);
    novelty.note([66 * minute]);
    expect(novelty.chance(65 * minute, 67 * minute)).toBeGreaterThan(0.1);
    novelty.note([30 * 60 * minute]);
    expect(novelty.chance(30 * 60 * minute - minute, 30 * 60 * minute + minute)).toBeLessThan(0.02);
  });
});
