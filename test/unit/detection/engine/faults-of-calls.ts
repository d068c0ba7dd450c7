import type { Sample } from "../../../../src/cluster/signal.ts";
import type { World } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";
import { env, type Load, minute, namespace, type Row, says, start, time, twoScrapes } from "./fault-shop.ts";

const everythingFails: Load = {
  frontend: { ok: 15, failed: 15 },
  "frontend>carts": { failed: 10 },
};

const calls = new WeakMap<World, number>();
/** Ten more than before. */
function counted(world: World): number {
  const n = (calls.get(world) ?? 0) + 10;
  calls.set(world, n);
  return n;
}
/** Their callers wait half a second longer than their servers take. */
function slowCalls(world: World): void {
  const n = counted(world);
  const at = world.now();
  const samples = ["carts", "catalogue"].flatMap((peer): Sample[] => {
    const labels = { namespace, pod: "frontend-a1-x1", job: "pods", peer, attempt: "second" };
    return [
      { series: counter("http_client_request_duration_seconds_count", labels), value: n, at },
      { series: counter("http_client_request_duration_seconds_sum", labels), value: n * 0.8, at },
    ];
  });
  world.engine.ingest({ type: "samples", at, samples });
}
const counters = new Map<string, { name: string; labels: Record<string, string> }>();
function counter(name: string, labels: Record<string, string>) {
  const key = name + JSON.stringify(labels);
  const one = counters.get(key) ?? { name, labels };
  counters.set(key, one);
  return one;
}

/** What shows where one calls another. */
export const faultsOfCalls: readonly Row[] = [
  {
    cause: "bad-upstream-url",
    as: "calls of one caller go where nobody listens, after its environment was changed",
    target: "Deployment/frontend",
    withinMs: minute,
    begin: (shop) =>
      shop.world.put(
        ...deployment({
          app: "frontend",
          generation: 2,
          env: [{ name: "CARTS_URL", value: "http://carts:81" }, env.frontend[1] ?? {}],
        }),
      ),
    load: { frontend: { ok: 20, failed: 10 }, "frontend>carts": {} },
    each({ world }) {
      // Only the caller counts what never arrives.
      const labels = { namespace, pod: "frontend-a1-x1", job: "pods", peer: "carts", code: "ECONNREFUSED" };
      const series = counter("http_client_requests_total", labels);
      world.engine.ingest({
        type: "samples",
        at: world.now(),
        samples: [{ series, value: counted(world), at: world.now() }],
      });
    },
  },
  {
    cause: "selector-mismatch",
    as: "the Service selects nothing",
    target: "Service/catalogue",
    withinMs: twoScrapes,
    begin: (shop) => shop.world.put(service("catalogue", { app: "katalog" })),
  },
  {
    cause: "service-port-mismatch",
    as: "the Service points where nothing listens",
    target: "Service/catalogue",
    withinMs: twoScrapes,
    begin: (shop) => shop.world.put(service("catalogue", { app: "catalogue" }, 9_999)),
  },
  {
    cause: "dependency-down",
    as: "the database is scaled to zero",
    target: "Deployment/carts-db",
    withinMs: twoScrapes,
    begin(shop) {
      shop.world.put(...deployment({ app: "carts-db", generation: 2, replicas: 0 }));
      shop.world.drop(pod({ app: "carts-db", at: start }));
    },
  },
  {
    cause: "slow-dependency",
    as: "the database takes a second",
    target: "Deployment/carts-db",
    withinMs: minute,
    load: {
      "carts>carts-db": { ok: 10, seconds: 1 },
      "frontend>carts": { ok: 10, seconds: 1.01 },
      frontend: { ok: 30, seconds: 0.4 },
    },
  },
  {
    cause: "pool-exhausted",
    as: "requests give up waiting for a connection",
    target: "Deployment/carts",
    withinMs: minute,
    each(shop, ms) {
      const own = { namespace, pod: "carts-a1-x1", job: "pods" };
      shop.samples(
        ["db_pool_in_use", own, 10],
        ["db_pool_waiting", own, 7],
        ["db_pool_timeouts_total", own, ms / 2_000],
      );
    },
  },
  {
    cause: "rate-limited",
    as: "somebody outside answers 429",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { ok: 4, failed: 6 } },
    each: says("carts", "ERROR call to api.bank.example failed: HTTP 429 Too Many Requests"),
  },
  {
    cause: "certificate-expired",
    as: "a handshake fails",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { failed: 10 } },
    each: says("carts", "ERROR call to api.bank.example failed: certificate has expired"),
  },
  {
    cause: "dns-failure",
    as: "no caller finds any name",
    target: "*",
    withinMs: minute,
    load: { frontend: { ok: 4, failed: 26 }, "frontend>carts": { lost: 10 }, "frontend>catalogue": { lost: 15 } },
    each: says("frontend", "ERROR call to carts failed: getaddrinfo EAI_AGAIN carts"),
  },
  {
    cause: "network-fault",
    as: "calls of one caller are slow, and their servers are not",
    target: "*",
    withinMs: minute,
    load: { frontend: { ok: 30, seconds: 0.5 } },
    each: ({ world }) => slowCalls(world),
  },
  {
    cause: "network-policy-blocked",
    as: "a policy closes the database",
    target: "NetworkPolicy/lock",
    withinMs: minute,
    begin: (shop) =>
      shop.object(
        "NetworkPolicy",
        "lock",
        { spec: { podSelector: { matchLabels: { app: "carts-db" } } } },
        { creationTimestamp: time(shop.world.now()) },
      ),
    load: { "carts>carts-db": { failed: 10 }, ...everythingFails },
    each: says("carts", 'level=error msg="connect ETIMEDOUT carts-db:80"'),
  },
  {
    cause: "load-spike",
    as: "five times the requests, and everybody waits",
    target: "*",
    withinMs: minute,
    load: {
      frontend: { ok: 150, seconds: 0.8 },
      "frontend>carts": { ok: 50, seconds: 0.3 },
      "frontend>catalogue": { ok: 75, seconds: 0.3 },
      "carts>carts-db": { ok: 50, seconds: 0.2 },
    },
  },
  {
    cause: "external-dependency",
    as: "somebody outside answers with errors",
    target: "Deployment/carts",
    withinMs: minute,
    load: { "carts>api.bank.example": { ok: 2, failed: 8 } },
  },
];
