import { expect, test } from "vitest";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const tickMs = 15_000;
const quiet = ["level=info msg=served", "level=info msg=served", "level=info msg=served"];
const failing = ['level=error msg="login required"', 'level=error msg="login required"', ...quiet];

/** Carts is restarted, and orders, which calls it, fails for so long from then on; looked at every quarter of a minute. */
function restartedWith(failsForMs: number) {
  const world = createWorld({ tickMs, learnMs: 120_000 });
  const env = [{ name: "CARTS_URL", value: "http://carts" }];
  const before = world.now() - 600_000;
  world.put(...deployment({ app: "carts" }), pod({ app: "carts", at: before }), service("carts"));
  world.put(...deployment({ app: "orders", env }), pod({ app: "orders", at: before, env }));
  world.run(600_000, () => world.log("orders-a1-x1", ...quiet));
  const restartedAt = world.now();
  world.put(...deployment({ app: "carts", available: 0 }));
  world.run(tickMs, () => world.log("orders-a1-x1", ...failing));
  world.put(...deployment({ app: "carts" }));
  let openedAfter: number | undefined;
  for (let left = 150_000; left > 0; left -= tickMs) {
    world.run(tickMs, (now) => world.log("orders-a1-x1", ...(now - restartedAt < failsForMs ? failing : quiet)));
    if (openedAfter === undefined && world.engine.incidents().length > 0) openedAfter = world.now() - restartedAt;
  }
  return openedAfter;
}

test("errors that go on after a restart of what is called are told within the minute", () =>
  expect(restartedWith(Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(60_000));

test("errors that end with the restart are its price", () => expect(restartedWith(25_000)).toBeUndefined());
