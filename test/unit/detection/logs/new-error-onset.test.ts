import { expect, test } from "vitest";
import { openLogShop, requests, type Writer } from "../../../support/log-shop.ts";

const orders = "orders-a1-x1";
const failed = 'level=error msg="call to payment failed: connection refused"';

function shopWith(write: (sinceMs: number) => number) {
  const shop = openLogShop({ [orders]: requests(4), "catalogue-a1-x1": requests(5) });
  const from = shop.world.now();
  const writer: Writer = (now, tick) => [
    ...requests(4)(now, tick),
    ...Array.from({ length: write(now - from) }, () => failed),
  ];
  shop.writers.set(orders, writer);
  return { shop, from };
}

test("a stray line of an earlier trouble does not date this one", () => {
  // One line, then nothing for more than a minute, then many a second.
  let said = false;
  const { shop, from } = shopWith((since) => {
    if (since >= 75_000) return 10;
    if (said) return 0;
    said = true;
    return 1;
  });
  shop.run(100_000);
  const [incident, ...others] = shop.world.engine.incidents();
  expect(others).toEqual([]);
  expect(incident?.onset).toBeGreaterThanOrEqual(from + 70_000);
});

test("errors that come twice a minute began with the first", () => {
  let last = Number.NEGATIVE_INFINITY;
  const { shop, from } = shopWith((since) => {
    if (since - last < 25_000) return 0;
    last = since;
    return 1;
  });
  shop.run(120_000);
  const [incident] = shop.world.engine.incidents();
  expect(incident?.onset).toBeLessThan(from + 15_000);
});

test("nor do two, when the first lines after a pause are already seen", () => {
  const said = new Set<number>();
  const { shop, from } = shopWith((since) => {
    if (since >= 110_000) return 1;
    for (const at of [0, 15_000]) {
      if (since < at || said.has(at)) continue;
      said.add(at);
      return 1;
    }
    return 0;
  });
  shop.run(150_000);
  const [incident] = shop.world.engine.incidents();
  expect(incident?.onset).toBeGreaterThanOrEqual(from + 105_000);
});

test("errors that were told, over, and are back within two minutes began when they came back", () => {
  let last = Number.NEGATIVE_INFINITY;
  const { shop, from } = shopWith((since) => {
    if (since < 40_000) return 10;
    if (since < 120_000 || since - last < 9_000) return 0;
    last = since;
    return 1;
  });
  shop.run(40_000);
  const told = () => shop.world.active().find(({ detector }) => detector === "log-new-error");
  expect(told()?.startsAt).toBeLessThan(from + 15_000);
  shop.run(75_000);
  expect(told()).toBeUndefined();
  shop.run(45_000);
  expect(told()?.startsAt).toBeGreaterThanOrEqual(from + 115_000);
});

test("an error is new though its program has told others in the same words", () => {
  const shop = openLogShop({ [orders]: requests(4), "catalogue-a1-x1": requests(5) });
  const declined = (texts: readonly string[], count: number): Writer => {
    let at = 0;
    return (now, tick) => [
      ...requests(4)(now, tick),
      ...Array.from({ length: count }, () => `level=error msg="payment declined: ${texts[at++ % texts.length]}"`),
    ];
  };
  shop.writers.set(orders, declined(["card expired", "insufficient funds", "card stolen"], 1));
  shop.run(600_000);
  shop.writers.set(orders, declined(["no route to the gateway"], 8));
  shop.run(120_000);
  expect(JSON.stringify(shop.world.engine.incidents())).toContain("no route to the gateway");
});
