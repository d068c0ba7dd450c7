import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, test, vi } from "vitest";
import { visitorsPerSecond } from "../../../../k8s/samples/sock-shop/app/load.ts";
import { createService } from "../../../../k8s/samples/sock-shop/app/service.ts";
import { readSettings } from "../../../../k8s/samples/sock-shop/app/settings.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const open: FastifyInstance[] = [];
const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const app of open.splice(0).toReversed()) await app.close();
  for (const database of databases.splice(0)) await database.close();
});

async function start(service: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const app = await createService(readSettings({ SHOP_SERVICE: service, ...env }));
  app.log.level = "silent";
  open.push(app);
  return app.listen({ host: "127.0.0.1", port: 0 });
}

interface Shop {
  readonly frontEnd: string;
  readonly carts: string;
  readonly orders: string;
}

async function startShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const database = await withDatabase();
  databases.push(database);
  const catalogue = await start("catalogue", env);
  const carts = await start("carts", { CARTS_DB_URL: database.url, ...env });
  const payment = await start("payment", env);
  const orders = await start("orders", { CARTS_URL: carts, PAYMENT_URL: payment, ...env });
  const frontEnd = await start("front-end", { CATALOGUE_URL: catalogue, CARTS_URL: carts, ORDERS_URL: orders });
  return { frontEnd, carts, orders };
}

async function send(url: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  );
  return { status: response.status, body: await response.json() };
}

const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

test("a customer looks, fills a cart, and buys", async () => {
  const { frontEnd, carts } = await startShop();
  expect((await send(`${frontEnd}/catalogue`)).body).toHaveLength(10);
  expect(await send(`${frontEnd}/item/nothing`)).toMatchObject({ status: 404 });
  expect(await send(`${frontEnd}/order/ada`, {})).toMatchObject({ status: 409 });
  expect(await send(`${frontEnd}/cart/ada`, { id: "3" })).toMatchObject({ status: 201 });
  expect(await send(`${frontEnd}/cart/ada`)).toEqual({ status: 200, body: [{ id: "3", cents: 900 }] });
  expect(await send(`${frontEnd}/order/ada`, {})).toMatchObject({ status: 201, body: { cents: 900, items: 1 } });
  expect(await send(`${frontEnd}/cart/ada`)).toEqual({ status: 200, body: [] });
  expect(await metricsOf(frontEnd)).toMatch(
    /http_requests_total\{service="front-end",method="GET",route="\/item\/:id",code="404"\} 1/,
  );
  expect(await metricsOf(frontEnd)).toMatch(
    /http_client_requests_total\{service="front-end",peer="carts",code="201"\} 1/,
  );
  expect(await metricsOf(carts)).toMatch(/db_pool_size 10/);
});

test("what cannot be reached is told where it hurts, and counted", async () => {
  const { frontEnd, orders } = await startShop({ PAYMENT_URL: "http://127.0.0.1:9" });
  await send(`${frontEnd}/cart/ada`, { id: "1" });
  const answer = await send(`${frontEnd}/order/ada`, {});
  expect(answer.status).toBe(502);
  expect(await metricsOf(orders)).toMatch(
    /http_client_requests_total\{service="orders",peer="payment",code="error"\} 1/,
  );
  expect(await metricsOf(orders)).toMatch(/app_errors_total\{type="upstream"\} 1/);
});

test("without its database the cart is not ready, and answers 500 with the reason", async () => {
  const carts = await start("carts", { CARTS_DB_URL: "postgres://shop:x@127.0.0.1:9/carts" });
  expect((await fetch(`${carts}/readyz`)).status).toBe(503);
  expect((await fetch(`${carts}/healthz`)).status).toBe(200);
  const { status, body } = await send(`${carts}/carts/ada`);
  expect(status).toBe(500);
  expect(JSON.stringify(body)).toContain("query to carts-db failed");
});

test("a bad release fails as it was told to", async () => {
  const catalogue = await start("catalogue", { SHOP_ERROR_SHARE: "1" });
  expect(await send(`${catalogue}/catalogue`)).toMatchObject({ status: 500 });
  expect(await metricsOf(catalogue)).toMatch(/app_errors_total\{type="TypeError"\} 1/);
});

test("visitors come by themselves, and orders follow", async () => {
  const { frontEnd, orders } = await startShop();
  await start("load", { FRONT_END_URL: frontEnd, LOAD_VISITORS_PER_SECOND: "60", LOAD_DAILY_SWING: "0" });
  await vi.waitFor(async () => expect(await metricsOf(orders)).toMatch(/route="\/orders",code="201"\} [1-9]/), {
    timeout: 20_000,
    interval: 100,
  });
});

describe("the day of the load", () => {
  test.each([
    { clock: "14:00", swing: 0.6, rate: 16 },
    { clock: "02:00", swing: 0.6, rate: 4 },
    { clock: "08:00", swing: 0.6, rate: 10 },
    { clock: "02:00", swing: 0, rate: 10 },
  ])("at $clock with a swing of $swing: $rate of a mean of 10", ({ clock, swing, rate }) => {
    expect(visitorsPerSecond(Date.parse(`2026-03-01T${clock}:00Z`), 10, swing)).toBeCloseTo(rate, 5);
  });
});

test.each([
  { env: {}, message: "SHOP_SERVICE is missing" },
  { env: { SHOP_SERVICE: "carts", PORT: "eighty" }, message: "PORT=eighty" },
  { env: { SHOP_SERVICE: "carts" }, message: "CARTS_DB_URL is missing" },
  { env: { SHOP_SERVICE: "cellar" }, message: "is none of front-end" },
])("$message", async ({ env, message }) => {
  await expect((async () => createService(readSettings(env)))()).rejects.toThrow(message);
});
