import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { answerText } from "../../../src/actions/execute/step-end.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import { isHealPath } from "../../../src/incident/fix/heal-endpoint.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import type { Redact } from "../../../src/incident/redacted.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { type ActorCluster, actorFor, startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const heal = recommend("soft-heal", ["Deployment", "carts"]);

function annotate(cluster: ActorCluster, path: string, port = "8080"): void {
  const annotations = { "kubemend.dev/heal-path": path, "kubemend.dev/heal-port": port };
  cluster.edit("Deployment", "carts", (object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
  }));
}

describe("where an application may be asked to heal itself", () => {
  test.each(["/heal", "/", "/admin/heal", "/v1.2/heal_now", "/heal/", "/~x/a-b"])("%s is a path", (path) => {
    expect(isHealPath(path)).toBe(true);
  });

  test.each([
    "heal",
    "",
    "//evil.example/heal",
    "/../../../../kube-system/pods/dns/eviction",
    "/heal/../../../x",
    "/heal/..",
    "/./heal",
    "/%2e%2e/%2e%2e/x",
    "/heal?token=a",
    "/heal#x",
    "/heal\\..\\x",
    "/heal\nX-Header: 1",
    "/heal x",
    "http://evil.example/",
    "/@evil.example",
    `/${"a".repeat(300)}`,
  ])("%j is none", (path) => {
    expect(isHealPath(path)).toBe(false);
  });
});

test.each([
  ["no annotation", undefined, undefined],
  ["a path that leads out of the proxy", "/../../pods/carts-2-abcde/eviction", "8080"],
  ["a port by name, which the API server's proxy does not resolve", "/heal", "http"],
  ["a port that is none", "/heal", "70000"],
])("no plan is made for %s", async (_name, path, port) => {
  await using cluster = await startActorCluster();
  if (path) annotate(cluster, path, port);
  const outcome = await makePlan({ incidentId: "7", recommendation: heal }, planDeps(cluster.actor));
  expect(outcome).toMatchObject({ type: "refused", refusal: { reason: "not-supported" } });
});

test("a step whose path leads out of the proxy is not sent, wherever it comes from", async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const actor = actorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const step = {
    type: "http",
    target: makeRef("Pod", "shop", "a"),
    port: 80,
    method: "POST",
    path: "/../../b",
  } as const;
  expect(await actor.apply(step, {})).toMatchObject({ type: "refused" });
  expect(requests).toEqual([]);
  expect(await actor.apply({ ...step, path: "/heal" }, {})).toMatchObject({ type: "done" });
  expect(requests).toEqual(["POST /api/v1/namespaces/shop/pods/a:80/proxy/heal"]);
  await new Promise((resolve) => server.close(resolve));
});

test("a redirect is an answer and is not followed; a long answer is cut", async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    if (request.url?.endsWith("/away")) response.writeHead(307, { location: "/api/v1/namespaces/shop/secrets" }).end();
    else response.end("x".repeat(500_000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const actor = actorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const step = { type: "http", target: makeRef("Pod", "shop", "a"), port: 80, method: "POST" } as const;
  expect(await actor.apply({ ...step, path: "/away" }, {})).toMatchObject({ type: "refused", status: 307 });
  expect(requests).toHaveLength(1);
  const long = await actor.apply({ ...step, path: "/long" }, {});
  expect(long.type === "done" && long.answer?.text).toHaveLength(1_000);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a long answer is cut where no secret stays in half, whose other half tells what it is", async () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const server = createServer((_request, response) => response.end(`healed${" ".repeat(985)}by ${token} and more`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const actor = actorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const step = { type: "http", target: makeRef("Pod", "shop", "a"), port: 80, method: "POST", path: "/heal" } as const;
  const outcome = await actor.apply(step, {});
  const answer = outcome.type === "done" ? outcome.answer : undefined;
  expect(answer && answerText(step, answer, createRedactor({ salt: "test" }).redact)).toBe(
    'a answered HTTP 200 "healed by"',
  );
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  {
    name: "what the application answered is kept, redacted",
    code: 200,
    text: "healed\npassword=hunter2",
    want: { outcome: "applied", detail: 'carts-2-abcde answered HTTP 200 "healed password=***"' },
  },
  {
    name: "an application that cannot heal itself says so",
    code: 503,
    text: "no",
    want: { outcome: "refused", detail: 'It did not heal itself: carts-2-abcde answered HTTP 503 "no".' },
  },
])("$name", async ({ code, text, want }) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster({ proxy: { ask: () => ({ code, contentType: "text/plain", text }) } });
  annotate(cluster, "/heal");
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans, { recommendation: heal });
  expect(plan.kubectl).toBe(
    "kubectl -n shop create --raw /api/v1/namespaces/shop/pods/carts-2-abcde:8080/proxy/heal -f /dev/null",
  );
  await approve(plans, plan);
  const redact = ((words: string) => words.replace("hunter2", "***")) as Redact;
  expect(await executeNext(executor(cluster.actor, plans, { redact }))).toMatchObject({ result: want });
});

test("who could not be reached has not been asked: it is asked again when the cluster is there", async () => {
  await using database = await withDatabase();
  const asked: string[] = [];
  const ask = ({ path }: { readonly path: string }) => {
    asked.push(path);
    return { code: 200, contentType: "text/plain", text: "healed" };
  };
  await using cluster = await startActorCluster({ proxy: { ask } });
  annotate(cluster, "/heal");
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans, { recommendation: heal });
  await approve(plans, plan);
  const away: ActorPort = {
    ...cluster.actor,
    apply: async () => ({ type: "unreachable", detail: "ECONNREFUSED" }),
  };
  expect(await executeNext(executor(away, plans))).toMatchObject({ type: "postponed" });
  await database.pool.query("update action_plan set lease_until = clock_timestamp()");
  const redact = ((words: string) => words) as Redact;
  expect(await executeNext(executor(cluster.actor, plans, { redact }))).toMatchObject({
    result: { outcome: "applied", detail: 'carts-2-abcde answered HTTP 200 "healed"' },
  });
  expect(asked).toHaveLength(1);
});

test("who has lost the plan to another asks no application: the other may have done so", async () => {
  await using database = await withDatabase();
  const asked: string[] = [];
  const ask = ({ path }: { readonly path: string }) => {
    asked.push(path);
    return { code: 200, contentType: "text/plain", text: "healed" };
  };
  await using cluster = await startActorCluster({ proxy: { ask } });
  annotate(cluster, "/heal");
  const plan = await propose(cluster.actor, planStore(database), { recommendation: heal });
  await approve(planStore(database), plan);
  const [late, other] = [planStore(database, { holder: "late" }), planStore(database, { holder: "other" })];
  // Stands still between its last look at the lease and the request, for as long as the other takes.
  const crashPoint = async (name: string) => {
    if (name !== "leased") return;
    await database.pool.query("update action_plan set lease_until = clock_timestamp()");
    expect(await executeNext(executor(cluster.actor, other))).toMatchObject({ result: { outcome: "applied" } });
  };
  expect(await executeNext(executor(cluster.actor, late, { crashPoint }))).toEqual({ type: "lost", planId: plan.id });
  expect(asked).toHaveLength(1);
});

test("what the API server says instead of the application is not taken for its answer", async () => {
  const server = createServer((_request, response) => {
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Forbidden", code: 403 };
    response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(status));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const actor = actorFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const target = makeRef("Pod", "shop", "a");
  const outcome = await actor.apply({ type: "http", target, port: 80, method: "POST", path: "/heal" }, {});
  expect(outcome).toEqual({ type: "refused", status: 403, reason: "Forbidden", fields: [] });
  await new Promise((resolve) => server.close(resolve));
});

test("a workload whose number of pods an autoscaler decides is healed without scaling: no step of the ladder touches it", async () => {
  await using cluster = await startActorCluster();
  annotate(cluster, "/heal");
  await cluster.create({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "carts", namespace: "shop" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts" },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      ],
    },
  });
  for (const action of ["soft-heal", "restart", "rollback-deployment"] as const) {
    const recommendation = recommend(action, ["Deployment", "carts"]);
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor));
    expect(outcome.type, action).toBe("planned");
    expect(JSON.stringify(outcome), action).not.toMatch(/"\/spec\/replicas"|"subresource":"scale"/);
  }
  const scale = recommend("scale", ["Deployment", "carts"], { replicas: 4 });
  expect(await makePlan({ incidentId: "7", recommendation: scale }, planDeps(cluster.actor))).toMatchObject({
    refusal: { reason: "hpa-owns-replicas" },
  });
});
