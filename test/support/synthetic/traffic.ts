import type { Api } from "./api.ts";
import type { BaseShop, Request } from "./base-shop.ts";
import type { Any, Service } from "./kube-types.ts";
import type { Kubelet, Life } from "./kubelet.ts";
import type { Line } from "./log-format.ts";
import type { Meter } from "./meter.ts";

/** How a service answers under a fault; undefined leaves it as recorded. */
export interface Behaviour {
  readonly status?: number;
  readonly err?: string;
  /** Added to its own time, ms. */
  readonly addMs?: number;
  readonly timesMs?: number;
  /** Written before the request line. */
  readonly lines?: readonly Line[];
  /** Whole lines written as they are (stack traces). */
  readonly raw?: readonly string[];
  readonly errorType?: string;
  /** Stops before it calls others. */
  readonly stops?: boolean;
  /** Asks each of the others this often, and takes the last answer. */
  readonly calls?: number;
}

export interface Served {
  readonly app: string;
  readonly life: Life;
  readonly route: string;
  readonly request: Request;
  readonly now: number;
}

export interface LinkFault {
  readonly error?: string;
  readonly code?: string;
  readonly addMs?: number;
  /** The caller waits no longer than this. */
  readonly limitMs?: number;
}

export interface TrafficHooks {
  behave(served: Served): Behaviour | undefined;
  link(from: string, to: string, now: number): LinkFault | undefined;
  /** The host that the caller's configuration names for a peer, when it is not the peer's own name. */
  host(life: Life, to: string): string | undefined;
  loadFactor(now: number): number;
  meterOf(life: Life): Meter;
  log(life: Life, at: number, line: Line): void;
  raw(life: Life, at: number, line: string): void;
}

interface Answer {
  readonly status?: number;
  readonly error?: string;
  readonly code?: string;
  readonly ms: number;
}

const timeoutsMs: Readonly<Record<string, number>> = { frontend: 4_000, orders: 3_000, carts: 2_000 };
const round = (ms: number) => Math.round(ms * 10) / 10;

/** Plays the recorded page views against the cluster as it is at that moment. */
export function startTraffic(api: Api, kubelet: Kubelet, base: BaseShop, hooks: TrafficHooks, end: number): void {
  const { sim, random } = api;
  const noted = (at: number, run: () => void) => sim.at(at, run);
  const peers = new Map<string, number>();

  const reach = (from: Life, to: string): Life | LinkFault => {
    const host = hooks.host(from, to);
    const fault = hooks.link(from.app, to, sim.now());
    if (fault?.error) return fault;
    if (host !== undefined && !api.get("Service", host.split(":")[0] ?? ""))
      return { error: `getaddrinfo ENOTFOUND ${host.split(":")[0]}`, code: "ENOTFOUND" };
    const service = api.get<Service>("Service", host?.split(":")[0] ?? to);
    if (!service) return { error: `getaddrinfo ENOTFOUND ${to}`, code: "ENOTFOUND" };
    const asked = host?.split(":")[1];
    const ip = service.spec.clusterIP;
    const refused = { error: `connect ECONNREFUSED ${ip}:${asked ?? 80}`, code: "ECONNREFUSED" };
    const wrongPort = asked !== undefined && asked !== "80" && asked !== "";
    if (wrongPort) return random() < 0.75 ? refused : { error: "timeout", code: "ETIMEDOUT" };
    const slice = api
      .list<Any>("EndpointSlice")
      .find((item) => item.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name);
    const endpoints = (slice?.endpoints ?? []) as { conditions: { ready: boolean }; targetRef: { name: string } }[];
    const ready = endpoints.filter(({ conditions }) => conditions.ready);
    // As recorded: a service without any endpoint refuses most calls at once and leaves the others hanging.
    if (ready.length === 0)
      return endpoints.length > 0 || random() < 0.75 ? refused : { error: "timeout", code: "ETIMEDOUT" };
    const turn = (peers.get(to) ?? 0) + 1;
    peers.set(to, turn);
    const chosen = ready[turn % ready.length];
    const life = chosen ? kubelet.lifeOf(chosen.targetRef.name) : undefined;
    if (!life) return refused;
    const target = service.spec.ports[0]?.targetPort;
    if (typeof target === "number" && target !== life.plan.port) return refused;
    if (sim.now() - life.startedAt < life.plan.listenAfterMs) return refused;
    return life;
  };

  const call = (from: Life, to: string, path: string, request: Request, start: number): Answer => {
    const reached = reach(from, to);
    const { addMs: extra = 0, limitMs: limit = timeoutsMs[from.app] ?? 4_000 } =
      hooks.link(from.app, to, sim.now()) ?? {};
    let answer: Answer;
    if ("plan" in reached) {
      const served = serve(to, reached, path, request, start + 1 + extra / 2);
      answer = { status: served.status ?? 200, ms: served.ms + 1 + extra };
    } else if (reached.code === "ETIMEDOUT") answer = { error: "", code: "ETIMEDOUT", ms: limit };
    else answer = { error: reached.error ?? "connect ECONNREFUSED", code: reached.code ?? "ECONNREFUSED", ms: 1 };
    if (answer.ms > limit || answer.code === "ETIMEDOUT")
      answer = { error: `timeout of ${limit}ms exceeded`, code: "ETIMEDOUT", ms: limit + random() * 4 };
    const meter = hooks.meterOf(from);
    const at = start + answer.ms;
    const code = answer.status === undefined ? "error" : String(answer.status);
    noted(at, () => {
      meter.add("http_client_requests_total", { service: from.app, peer: to, code });
      meter.observe("http_client_request_duration_seconds", { service: from.app, peer: to }, answer.ms / 1_000);
    });
    const bad = answer.status === undefined || (answer.status >= 400 && answer.status !== 404);
    if (bad) {
      const what = answer.error ?? `HTTP ${answer.status}`;
      const fields = { path, ...(answer.code ? { code: answer.code } : {}), ms: Math.round(answer.ms) };
      hooks.log(from, at, { level: "error", msg: `call to ${to} failed: ${what}`, trace: request.trace, fields });
    }
    return answer;
  };

  const routes = (app: string, request: Request): { to: string; path: string }[] => {
    const { method, path, user } = request;
    const items = path.startsWith("/detail/") ? `/items/${path.slice(8)}` : "/items";
    switch (app) {
      case "frontend":
        if (path === "/cart") return [{ to: "carts", path: `/carts/${user}` }];
        if (path === "/orders") return [{ to: "orders", path: "/orders" }];
        return [{ to: "catalogue", path: items }];
      case "carts":
        return [{ to: "carts-db", path: `/kv/${user}` }];
      case "orders":
        return [
          { to: "carts", path: `/carts/${user}` },
          { to: "payment", path: "/authorise" },
        ];
      default:
        return method === "" ? [{ to: "", path: "" }] : [];
    }
  };
  const methodOf = (app: string, request: Request) => {
    if (app === "catalogue") return "GET";
    if (app === "payment" || app === "orders") return "POST";
    if (app === "carts" || app === "carts-db") return request.path === "/orders" ? "GET" : request.method;
    return request.method;
  };
  const labelRoute = (path: string) => `/${path.split("/")[1] ?? ""}`;

  const serve = (app: string, life: Life, path: string, request: Request, start: number): Answer => {
    const behaviour = hooks.behave({ app, life, route: path, request, now: sim.now() }) ?? {};
    const children = routes(app, request);
    const took = request.tookMs[app] ?? (app === "carts-db" ? (request.tookMs.carts ?? 6) * 0.5 : 8);
    const inner = children.reduce(
      (sum, { to }) => sum + (request.tookMs[to] ?? (to === "carts-db" ? (request.tookMs.carts ?? 6) * 0.5 : 0)) + 1,
      0,
    );
    let ms = Math.max(0.3, took - inner) * (behaviour.timesMs ?? 1) + (behaviour.addMs ?? 0);
    let status = app === "frontend" || app === "catalogue" ? request.status : 200;
    let err = status === 404 && app === "catalogue" ? `no such item ${path.split("/").at(-1)}` : undefined;
    const meter = hooks.meterOf(life);
    if (behaviour.status !== undefined) {
      status = behaviour.status;
      err = behaviour.err;
    }
    if (!behaviour.stops)
      for (const child of children) {
        let answer = call(life, child.to, child.path, request, start + ms);
        ms += answer.ms;
        for (let again = 1; again < (behaviour.calls ?? 1); again++) {
          answer = call(life, child.to, child.path, request, start + ms);
          ms += answer.ms;
        }
        if (answer.status === undefined || (answer.status >= 400 && answer.status !== 404)) {
          status = answer.code === "ETIMEDOUT" ? 504 : 502;
          err = `upstream ${child.to}: ${answer.error ?? `HTTP ${answer.status}`}`;
          break;
        }
      }
    const at = start + ms;
    const method = methodOf(app, request);
    noted(at, () => {
      meter.add("http_requests_total", { service: app, method, route: labelRoute(path), code: String(status) });
      meter.observe("http_request_duration_seconds", { service: app, method, route: labelRoute(path) }, ms / 1_000);
      if (behaviour.errorType !== undefined) meter.add("app_errors_total", { type: behaviour.errorType });
    });
    for (const line of behaviour.lines ?? []) hooks.log(life, at, line);
    for (const line of behaviour.raw ?? []) hooks.raw(life, at, line);
    const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
    const trace = request.trace;
    if (app === "frontend")
      hooks.log(life, at, {
        level,
        msg: "request",
        trace,
        fields: { method, path, status, ms: round(ms), ...(status >= 500 && err ? { err } : {}) },
      });
    else if (app === "carts-db") {
      const verb = method === "GET" ? "get" : "append";
      hooks.raw(life, at, `${new Date(at).toISOString()} [1] LOG: ${verb} key=${request.user} ${round(ms)} ms`);
    } else
      hooks.log(life, at, {
        level,
        msg: `${method} ${path}`,
        trace,
        fields: { status, ms: round(ms), ...(err ? { err } : {}) },
      });
    return { status, ms };
  };

  let turn = 0;
  const play = (request: Request) => {
    const slice = api
      .list<Any>("EndpointSlice")
      .find((item) => item.metadata.labels?.["kubernetes.io/service-name"] === "frontend");
    const ready = (
      (slice?.endpoints ?? []) as { conditions: { ready: boolean }; targetRef: { name: string } }[]
    ).filter(({ conditions }) => conditions.ready);
    const chosen = ready[turn++ % Math.max(1, ready.length)];
    const life = chosen ? kubelet.lifeOf(chosen.targetRef.name) : undefined;
    if (life) serve("frontend", life, request.path, request, sim.now());
  };
  const first = sim.now();
  for (let loop = first; loop < end; loop += base.lengthMs)
    for (const request of base.requests) {
      const at = loop + request.offsetMs;
      if (at < first || at >= end) continue;
      sim.at(at, () => {
        const times = hooks.loadFactor(at);
        for (let i = 0; i < Math.floor(times + random()); i++) {
          const trace = i === 0 && loop === first ? request.trace : api.hex(8);
          sim.after(i * 37, () => play({ ...request, trace }));
        }
      });
    }
}
