import { expect, test } from "vitest";
import { openLogShop, requests, type Writer } from "../../../support/log-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const address = "10.244.0.127";
const calls = (app: string) => [{ name: "UPSTREAM_URL", value: `http://${app}` }];
const failing =
  (line: string): Writer =>
  (now, tick) => [...requests(4)(now, tick), ...Array.from({ length: 3 }, () => line)];

/** Orders, which calls carts, cannot sign in there: its new pod does not become ready, and carts writes whom it refuses. */
function refusedBy(line: string) {
  const shop = openLogShop({ "orders-a1-x1": requests(4), "carts-a1-x1": requests(4) }, { wired: true });
  const at = shop.world.now();
  const fresh = pod({ app: "orders", suffix: "x2", at, ready: false, env: calls("carts") }) as { status: object };
  shop.world.put({ ...fresh, status: { ...fresh.status, podIP: address } });
  shop.writers.set("carts-a1-x1", failing(line));
  shop.run(150_000);
  return shop.world.engine.incidents().map(({ anomalies }) => anomalies.map(({ target }) => target.name).sort());
}

test("a server that names the pod of a client in trouble has no trouble of its own", () => {
  const [only, ...more] = refusedBy(`level=error msg="Access denied for user 'shop'@'${address}'"`);
  expect(more).toEqual([]);
  expect(new Set(only)).toEqual(new Set(["carts", "orders"]));
});

test("one that names somebody else has", () => {
  expect(refusedBy(`level=error msg="Access denied for user 'shop'@'192.0.2.7'"`)).toHaveLength(2);
});

/** Carts and mail call catalogue, of which nothing is measured, and both begin to fail. */
function bothFail(change: boolean) {
  const shop = openLogShop({ "carts-a1-x1": requests(4), "mail-a1-x1": requests(4) });
  for (const app of ["carts", "mail"]) shop.world.put(...deployment({ app, env: calls("catalogue") }));
  shop.run(700_000);
  if (change) {
    const env = [{ name: "REQUIRE_LOGIN", value: "yes" }];
    shop.world.put(...deployment({ app: "catalogue", env, generation: 2 }));
  }
  for (const app of ["carts", "mail"])
    shop.writers.set(`${app}-a1-x1`, failing('level=error msg="cannot go on: login required"'));
  shop.run(150_000);
  return shop.world.engine.incidents().length;
}

test("two that call what was just changed have one reason", () => expect(bothFail(true)).toBe(1));

test("two that call what nobody touched may have two", () => expect(bothFail(false)).toBe(2));
