import pg from "pg";
import { Gauge } from "prom-client";
import type { Service } from "./serve.ts";

interface Item {
  readonly id: string;
  readonly cents: number;
}

/** What customers mean to buy, kept in PostgreSQL (carts-db). */
export const carts: Service = async ({ settings, serve }) => {
  const max = settings.number("DB_POOL_SIZE", 10);
  const pool = new pg.Pool({
    connectionString: settings.text("CARTS_DB_URL"),
    max,
    connectionTimeoutMillis: 2000,
    query_timeout: 3000,
  });
  // A connection that dies while idle is replaced at the next query.
  pool.on("error", (error) =>
    server.app.log.error({ err: error }, `idle connection to carts-db lost: ${error.message}`),
  );
  let made = false;
  const query = async (text: string, values: readonly unknown[]): Promise<readonly Item[]> => {
    try {
      if (!made) {
        await pool.query(
          "create table if not exists items (customer text, id text, cents integer, at timestamptz default now())",
        );
        await pool.query("create index if not exists items_customer on items (customer)");
        made = true;
      }
      return (await pool.query<Item>(text, [...values])).rows;
    } catch (error) {
      throw new Error(`query to carts-db failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };
  const server = serve(async () => {
    await query("select id, cents from items where false", []);
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [server.registry],
      collect() {
        this.set(value());
      },
    });
  gauge("db_pool_size", "Most connections", () => max);
  gauge("db_pool_in_use", "Connections at work", () => pool.totalCount - pool.idleCount);
  gauge("db_pool_waiting", "Requests that wait for a connection", () => pool.waitingCount);

  const { app } = server;
  type Customer = { Params: { customer: string } };
  app.get<Customer>("/carts/:customer", ({ params }) =>
    query("select id, cents from items where customer = $1 order by at limit 100", [params.customer]),
  );
  app.post<Customer & { Body: Item }>("/carts/:customer", async ({ params, body }, reply) => {
    await query("insert into items (customer, id, cents) values ($1, $2, $3)", [params.customer, body.id, body.cents]);
    return reply.status(201).send({ added: body.id });
  });
  app.post<Customer>("/carts/:customer/empty", async ({ params }) => {
    const gone = await query("delete from items where customer = $1 returning id, cents", [params.customer]);
    return { removed: gone.length };
  });
  app.addHook("onClose", () => pool.end());
  return app;
};
