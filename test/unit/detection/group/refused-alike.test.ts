import { expect, test } from "vitest";
import { openLogShop, requests, type Writer } from "../../../support/log-shop.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const refused =
  (user: string, address: string): Writer =>
  (now, tick) => [
    ...requests(4)(now, tick),
    ...Array.from(
      { length: 3 },
      () => `level=error msg="(1045, Access denied for user '${user}'@'${address}' (using password: YES))"`,
    ),
  ];

/** Carts and mail sign in with what a Secret holds, and are refused, the second a minute after the first. */
function incidents(of: { readonly secrets: readonly [string, string]; readonly users: readonly [string, string] }) {
  const shop = openLogShop({ "carts-a1-x1": requests(4), "mail-a1-x1": requests(4) });
  const at = shop.world.now();
  for (const [i, app] of (["carts", "mail"] as const).entries()) {
    const env = [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: of.secrets[i], key: "password" } } }];
    shop.world.put(...deployment({ app, env }), pod({ app, at: at - 600_000, env }));
  }
  shop.run(700_000);
  shop.writers.set("carts-a1-x1", refused(of.users[0], "10.244.0.127"));
  shop.run(60_000);
  shop.writers.set("mail-a1-x1", refused(of.users[1], "10.244.0.9"));
  shop.run(120_000);
  return shop.world.engine.incidents().length;
}

test("two that are refused with the credential of one Secret, in the same words, are one incident", () =>
  expect(incidents({ secrets: ["db", "db"], users: ["shop", "shop"] })).toBe(1));

test("two that are refused under other names are two", () =>
  expect(incidents({ secrets: ["db", "db"], users: ["shop", "letters"] })).toBe(2));

test("two whose credentials have nothing to do with one another are two", () =>
  expect(incidents({ secrets: ["db", "letters"], users: ["shop", "shop"] })).toBe(2));
