import { describe, expect, test } from "vitest";
import { type LogShop, openLogShop, requests, type Writer } from "../../../support/log-shop.ts";

const name = "log-error-share-shift";
const carts = "carts-a1-x1";
/** `errors` of a hundred lines are severe, in a fixed pattern. */
const share =
  (perTick: number, errors: number): Writer =>
  (_now, tick) =>
    Array.from({ length: perTick }, (_, i) => {
      const severe = ((tick * perTick + i) * 37) % 100 < errors;
      return severe
        ? 'level=error msg="item could not be priced" status=500'
        : 'level=info msg="GET /items" status=200';
    });
const open = (write: Writer) =>
  openLogShop({ [carts]: write, "orders-a1-x1": requests(3), "catalogue-a1-x1": requests(5) }, { beforeMs: 900_000 });

test("where nothing severe was written before, it begins with the first severe line, not half a minute earlier", () => {
  const shop = open(share(40, 0));
  shop.run(17_000);
  const from = shop.world.now();
  // More in the first seconds than later: measured by the level of the later ones, they seem to have gone on for longer.
  shop.writers.set(carts, share(40, 90));
  shop.run(20_000);
  shop.writers.set(carts, share(40, 20));
  shop.run(240_000);
  const found = shop.world.active().find(({ detector }) => detector === name);
  expect(found?.startsAt).toBeGreaterThanOrEqual(from);
  expect(found?.startsAt).toBeLessThan(from + 20_000);
});

test("from two severe lines in a hundred to six, for minutes, is told with both shares, and ends when it is back", () => {
  const shop = open(share(40, 2));
  shop.writers.set(carts, share(40, 6));
  shop.run(300_000);
  expect(shop.world.active().map(({ detector }) => detector)).toEqual([name]);
  expect(shop.world.active()[0]?.summary).toMatch(/^[4-8]\.\d % of the lines of carts are severe.*usually [12]\.\d %$/);
  expect(shop.found().incidents).toEqual([expect.stringContaining("carts logs a larger share of errors")]);
  shop.writers.set(carts, share(40, 2));
  shop.run(180_000);
  expect(shop.world.active()).toEqual([]);
});

describe("nothing is raised", () => {
  const usual = share(40, 4);
  test.each<[string, (shop: LogShop) => void, Writer?]>([
    ["by a load that is four times as high", ({ writers }) => writers.set(carts, share(160, 4))],
    [
      "by a load that drops and leaves the errors of a timer",
      ({ writers }) =>
        writers.set(carts, (_now, tick) =>
          tick % 2 === 0 ? ['level=error msg="no mail server"'] : requests(1)(_now, tick),
        ),
      (_now, tick) => [...(tick % 2 === 0 ? ['level=error msg="no mail server"'] : []), ...requests(40)(_now, tick)],
    ],
    [
      "by half a minute of errors",
      (shop) => {
        shop.writers.set(carts, share(40, 12));
        shop.run(25_000);
        shop.writers.set(carts, usual);
      },
    ],
    [
      "by a workload that hardly writes",
      ({ writers }) =>
        writers.set(carts, (_now, tick) => (tick % 12 === 0 ? ['level=error msg="item could not be priced"'] : [])),
      (_now, tick) =>
        tick % 6 === 0
          ? ["level=info msg=idle"]
          : tick % 120 === 0
            ? ['level=error msg="item could not be priced"']
            : [],
    ],
    [
      "by a share that swings as it always has",
      () => undefined,
      (now, tick) => share(40, tick % 60 < 30 ? 1 : 9)(now, tick),
    ],
    ["by a slight rise", ({ writers }) => writers.set(carts, share(40, 5))],
  ])("%s", (_title, change, write = usual) => {
    const shop = open(write);
    shop.found();
    change(shop);
    shop.run(400_000);
    expect(shop.found().detectors).not.toContain(name);
  });
});
