import fastify, { type FastifyInstance, LogController } from "fastify";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import { type Ailment, ailments, type Patient } from "./patient.ts";

const isAilment = (name: unknown): name is Ailment => (ailments as readonly unknown[]).includes(name);

/** The patient's doors: `/data` is its work, `/health` what it says of itself, `/heal` what a doctor may do. */
export function createServer(patient: Patient): FastifyInstance {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered",
    labelNames: ["method", "route", "code"] as const,
    registers: [registry],
  });
  const heals = new Counter({ name: "patient_heals_total", help: "Times it was healed", registers: [registry] });
  const app = fastify({
    logger: { base: { service: "patient-app" }, formatters: { level: (level) => ({ level }) } },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 4096,
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    if (route !== "/metrics") requests.labels(request.method, route, String(reply.statusCode)).inc();
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, error.message);
    return reply.status(status).send({ error: error.message });
  });

  // Alive as long as it answers: an illness is the doctor's business, not the kubelet's.
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/health", async () => patient.health());
  app.get("/data", async () => ({ data: patient.work() }));
  app.post("/heal", async (request) => {
    const healed = patient.heal();
    heals.inc();
    request.log.info({ healed }, "healed");
    return { healed };
  });
  app.post<{ Querystring: { kind?: string } }>("/simulate-error", async ({ query, log }, reply) => {
    const kind = query.kind ?? "errors";
    if (!isAilment(kind)) return reply.status(400).send({ error: `kind is one of ${ailments.join(", ")}` });
    patient.suffer(kind);
    log.warn({ kind }, "falls ill");
    return { suffering: kind };
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}
