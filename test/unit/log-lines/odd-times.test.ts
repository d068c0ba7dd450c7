import { expect, test } from "vitest";
import { openLogShop, requests } from "../../support/log-shop.ts";

const carts = "carts-a1-x1";
const error = (i: number) => `level=error msg="disk ${i % 3} of the store is gone"`;

function shopWith(at: (now: number) => number, lines: number) {
  const shop = openLogShop({ [carts]: requests(2), "orders-a1-x1": requests(2) });
  const send = (count: number) => {
    for (let i = 0; i < count; i++) {
      const now = shop.world.now();
      const line = { at: at(now), namespace: "shop", pod: carts, container: "app", line: error(i) };
      shop.world.engine.ingest({ type: "log", at: now, line });
    }
  };
  shop.writers.set("catalogue-a1-x1", () => {
    send(lines);
    return [];
  });
  return shop;
}

test("errors of a container whose clock is an hour ahead are told now, and are over when they are over", () => {
  const shop = shopWith((now) => now + 3_600_000, 3);
  shop.run(60_000);
  expect(shop.found().incidents).toEqual([expect.stringContaining("carts logs errors never seen before")]);
  shop.writers.delete("catalogue-a1-x1");
  shop.run(180_000);
  expect(shop.world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
  expect(shop.world.engine.stats.logLinesAhead).toBe(36);
});

test("errors that arrive ten minutes late are no trouble of now", () => {
  const shop = shopWith((now) => now - 600_000, 3);
  shop.run(60_000);
  expect(shop.found().incidents).toEqual([]);
});

test("the same lines again and again after a reconnect are counted, and raise nothing that was not there", () => {
  const shop = openLogShop({ [carts]: requests(2) });
  const at = shop.world.now() - 120_000;
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 100; i++)
      shop.world.engine.ingest({
        type: "log",
        at: shop.world.now(),
        line: {
          at: at + i,
          namespace: "shop",
          pod: carts,
          container: "app",
          line: 'level=info msg="GET /items" status=200',
        },
      });
    shop.run(5_000);
  }
  expect(shop.found().incidents).toEqual([]);
  expect(shop.world.engine.stats.detectorFailures).toBe(0);
});

test("a clock that jumps back an hour in the middle of errors loses none of them", () => {
  let back = 0;
  const shop = shopWith((now) => now - back, 3);
  shop.run(30_000);
  back = 3_600_000;
  shop.run(30_000);
  expect(shop.found().incidents).toEqual([expect.stringContaining("carts logs errors never seen before")]);
  expect(shop.world.engine.stats.detectorFailures).toBe(0);
});
