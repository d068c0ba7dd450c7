import { describe, expect, test } from "vitest";
import { type LogShop, openLogShop, requests, type Writer } from "../../../support/log-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const name = "log-stopped-template";
const carts = "carts-a1-x1";
const heartbeat: Writer = (_now, tick) =>
  tick % 2 === 0 ? [`level=info msg="outbox relay idle" published=${tick}`] : [];
const both =
  (...writers: readonly Writer[]): Writer =>
  (now, tick) =>
    writers.flatMap((write) => write(now, tick));
const open = (write: Writer = both(heartbeat, requests(4)), options: Parameters<typeof openLogShop>[1] = {}) =>
  openLogShop({ [carts]: write, "orders-a1-x1": requests(3), "catalogue-a1-x1": requests(5) }, options);

test("a heartbeat that stops while requests go on is told within a minute, and opens an incident when it lasts", () => {
  const shop = open();
  shop.writers.set(carts, requests(4));
  shop.run(60_000);
  expect(shop.found()).toEqual({ detectors: new Set([name]), incidents: [] });
  shop.run(120_000);
  expect(shop.found().incidents).toEqual([
    expect.stringContaining("carts has stopped writing a line that came every 10 s"),
  ]);
  shop.writers.set(carts, both(heartbeat, requests(4)));
  shop.run(60_000);
  expect(shop.world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
});

test("a worker that writes nothing at all any more is told, while others still write", () => {
  const shop = open(heartbeat);
  shop.writers.delete(carts);
  shop.run(240_000);
  expect([...shop.found().detectors]).toContain(name);
});

test("a worker that has been silent for an hour is still told", () => {
  const shop = open(heartbeat);
  shop.writers.delete(carts);
  shop.run(3_600_000);
  expect(shop.world.active().map(({ detector }) => detector)).toContain(name);
});

describe("nothing is raised", () => {
  test.each<[string, (shop: LogShop) => void, (Writer | undefined)?, Parameters<typeof openLogShop>[1]?]>([
    [
      "by a rollout to a release that does not write the line",
      ({ world, writers }) => {
        const at = world.now();
        world.drop(pod({ app: "carts", at }));
        world.put(...deployment({ app: "carts", hash: "b2", generation: 2 }), pod({ app: "carts", hash: "b2", at }));
        writers.delete(carts);
        writers.set("carts-b2-x1", requests(4));
      },
    ],
    [
      "by a pod that is stopping",
      (shop) => {
        const { world, writers } = shop;
        world.put(
          pod({ app: "carts", at: world.now() - 900_000, deletionTimestamp: new Date(world.now()).toISOString() }),
        );
        writers.delete(carts);
        shop.run(20_000);
        world.drop(pod({ app: "carts", at: world.now() }));
        world.put(pod({ app: "carts", suffix: "x2", at: world.now() }));
      },
    ],
    [
      "by a scale-down",
      ({ world, writers }) => {
        world.put(...deployment({ app: "carts", replicas: 0, available: 0, total: 0 }));
        world.drop(pod({ app: "carts", at: world.now() }));
        writers.delete(carts);
      },
    ],
    [
      "by a container that was restarted",
      ({ world, writers }) => {
        const startedAt = new Date(world.now()).toISOString();
        world.put(pod({ app: "carts", at: world.now() - 900_000, state: { running: { startedAt } } }));
        writers.set(carts, requests(4));
      },
    ],
    ["by logs that do not arrive from anywhere", ({ writers }) => writers.clear(), heartbeat],
    [
      "by logs that do not arrive from two of three workloads",
      ({ writers }) => {
        writers.delete(carts);
        writers.delete("orders-a1-x1");
        writers.set("catalogue-a1-x1", requests(5));
      },
      both(heartbeat),
    ],
    ["by a load that drops to nothing", ({ writers }) => writers.set(carts, () => []), requests(4)],
    [
      "by a load that drops, with lines of its own beside the requests",
      ({ writers }) => writers.set(carts, requests(1)),
      both(requests(8), (_now, tick) => (tick % 2 === 0 ? ['level=info msg="item put into the cache"'] : [])),
    ],
    [
      "by a line that comes once in a while",
      ({ writers }) => writers.set(carts, requests(4)),
      both(requests(4), (_now, tick) => (tick % 60 === 0 ? ['level=info msg="nightly report written"'] : [])),
      { beforeMs: 3_600_000 },
    ],
    [
      "by an error that does not come any more",
      ({ writers }) => writers.set(carts, requests(4)),
      both(requests(4), (_now, tick) => (tick % 2 === 0 ? ['level=error msg="cache could not be filled"'] : [])),
    ],
    ["before it has been learned", ({ writers }) => writers.set(carts, requests(4)), undefined, { learnMs: 7_200_000 }],
  ])("%s", (_title, change, write, options) => {
    const shop = open(write, options);
    shop.found();
    change(shop);
    shop.run(400_000);
    const { detectors, incidents } = shop.found();
    expect(detectors).not.toContain(name);
    expect(incidents).toEqual([]);
  });
});
