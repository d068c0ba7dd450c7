import fastify, { LogController } from "fastify";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import { makeTables, openDatabase } from "./database.ts";

const registry = new Registry();
collectDefaultMetrics({ register: registry });
const requests = new Counter({
  name: "http_requests_total",
  help: "Requests answered",
  labelNames: ["method", "route", "code"] as const,
  registers: [registry],
});
const app = fastify({
  logger: { base: { service: "web" } },
  logController: new LogController({ disableRequestLogging: true }),
  bodyLimit: 16 * 1024,
});
const pool = openDatabase(process.env["DATABASE_URL"] ?? "", (error) =>
  app.log.error(`connection to the database lost: ${error.message}`),
);

app.addHook("onResponse", async (request, reply) => {
  const route = request.routeOptions.url ?? "none";
  if (route !== "/metrics") requests.labels(request.method, route, String(reply.statusCode)).inc();
});
app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
  const status = error.statusCode ?? 503;
  if (status >= 500) request.log.error({ err: error }, `database: ${error.message}`);
  return reply.status(status).send({ error: error.message });
});

app.get("/healthz", async () => ({ status: "ok" }));
app.get("/readyz", async () => {
  await makeTables(pool);
  return { status: "ready" };
});
app.post<{ Body: { basket: string[] } }>(
  "/views",
  {
    schema: {
      body: {
        type: "object",
        required: ["basket"],
        properties: { basket: { type: "array", maxItems: 20, items: { type: "string", maxLength: 60 } } },
      },
    },
  },
  async ({ body }, reply) => {
    await pool.query("insert into views (basket) values ($1)", [body.basket]);
    return reply.status(202).send({ queued: true });
  },
);
app.get<{ Params: { item: string } }>("/recommend/:item", async ({ params }) => {
  const found = await pool.query<{ other: string }>(
    "select other from pairs where item = $1 order by seen desc, other limit 5",
    [params.item],
  );
  return found.rows.map(({ other }) => other);
});
app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));

await app.listen({ host: "0.0.0.0", port: Number(process.env["PORT"] ?? 8080) });
const stop = async (): Promise<void> => {
  await app.close();
  await pool.end();
  process.exit(0);
};
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
