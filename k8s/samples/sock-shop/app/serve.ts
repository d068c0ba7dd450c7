import { setTimeout as delay } from "node:timers/promises";
import fastify, { type FastifyInstance, LogController } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { CallFailed } from "./call.ts";
import type { Settings } from "./settings.ts";

export interface Server {
  readonly app: FastifyInstance;
  readonly registry: Registry;
  readonly errors: Counter<"type">;
}

export interface Parts {
  readonly settings: Settings;
  /** The frame every service stands in; `ready` throws while the service cannot do its work. */
  readonly serve: (ready?: () => Promise<void>) => Server;
}

export type Service = (parts: Parts) => Promise<FastifyInstance>;

const own = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * The frame of every service of the shop: JSON log lines, `/healthz`, `/readyz`, `/metrics`, and an answer to each error.
 * @param ready throws while the service cannot do its work
 */
export function createServer(settings: Settings, ready: () => Promise<void> = async () => {}): Server {
  const { service, faults } = settings;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labels = ["service", "method", "route", "code"] as const;
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered",
    labelNames: labels,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to answer",
    labelNames: ["service", "route"] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const inFlight = new Gauge({ name: "http_requests_in_flight", help: "Requests under way", registers: [registry] });
  const errors = new Counter({
    name: "app_errors_total",
    help: "Errors by type",
    labelNames: ["type"] as const,
    registers: [registry],
  });
  new Gauge({ name: "app_info", help: "What runs", labelNames: ["service", "version"] as const, registers: [registry] })
    .labels(service, settings.version)
    .set(1);

  const app = fastify({
    logger: {
      level: "info",
      base: { service, version: settings.version },
      formatters: { level: (level) => ({ level }) },
    },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
  });
  const kept: Buffer[] = [];
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  // A caller that kept its connection would otherwise hold up the end for a minute.
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });

  app.addHook("onRequest", async ({ url }) => {
    if (own.has(url)) return;
    inFlight.inc();
    if (faults.leakKb > 0) kept.push(Buffer.alloc(faults.leakKb * 1024, 1));
    if (faults.delayMs > 0) await delay(faults.delayMs);
    if (Math.random() < faults.errorShare) throw new TypeError("Cannot read properties of undefined (reading 'price')");
  });
  app.addHook("onResponse", async (request, reply) => {
    if (own.has(request.url)) return;
    inFlight.dec();
    const route = request.routeOptions.url ?? "none";
    requests.labels(service, request.method, route, String(reply.statusCode)).inc();
    seconds.labels(service, route).observe(reply.elapsedTime / 1000);
    request.log.info(
      { method: request.method, url: request.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      "request",
    );
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      errors.labels(error instanceof CallFailed ? "upstream" : error.name).inc();
      request.log.error({ err: error }, error.message);
    }
    return reply.status(status).send({ error: error.message });
  });

  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (request, reply) => {
    try {
      await ready();
      return { status: "ready" };
    } catch (error) {
      request.log.warn({ err: error }, "not ready");
      return reply.status(503).send({ status: "not ready" });
    }
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return { app, registry, errors };
}
