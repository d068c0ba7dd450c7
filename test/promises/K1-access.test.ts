import { KubeConfig } from "@kubernetes/client-node";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "../../k8s/rbac.ts";
import { catalogue } from "../../src/actions/catalogue/catalogue.ts";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import { createKubernetesActor } from "../../src/adapters/kubernetes-actor/kubernetes-actor.ts";
import { createKubernetesReader } from "../../src/adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { eventKind, watchedKinds } from "../../src/adapters/kubernetes-reader/kinds.ts";
import { accessByResource, accessRules } from "../../src/cluster/access-rules.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import { type Attributes, serviceAccount } from "../../src/replay/api/identity.ts";
import { resourceOfKind, resources } from "../../src/replay/api/registry.ts";
import { type ApiServer, startApiServer } from "../../src/replay/api/server.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { rbacAuthorizer } from "../support/api-server/rbac-authorizer.ts";
import { everyAction, prepareForEveryAction } from "../support/every-action.ts";
import { grantRoles, objectsIn } from "../support/manifests.ts";
import { planFor, recommend } from "../support/plan-fixture.ts";
import { promiseFigure } from "../support/promise-figure.ts";

type Account = "kubemend-watcher" | "kubemend-actor";
const accounts: readonly Account[] = ["kubemend-watcher", "kubemend-actor"];

interface Asked {
  readonly account: string;
  readonly attributes: Attributes;
  readonly allowed: boolean;
}

let cluster: ActorCluster;
let server: ApiServer;
/** Every request that was judged. */
const asked: Asked[] = [];

function configFor(account: Account): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "test", server: server.url, skipTLSVerify: true },
    { name: account, token: account },
  );
  return config;
}

async function post(account: Account, path: string, body: object, method = "POST"): Promise<Response> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const headers = { authorization: `Bearer ${account}`, "content-type": type };
  return await fetch(`${server.url}${path}`, { method, headers, body: JSON.stringify(body) });
}

beforeAll(async () => {
  cluster = await startActorCluster();
  const state = { running: { startedAt: "2026-11-20T12:00:00Z" } };
  cluster.edit("Pod", "carts-2-abcde", (pod) => ({
    ...pod,
    status: { phase: "Running", containerStatuses: [{ name: "carts", containerID: "containerd://1", state }] },
  }));
  const judge = rbacAuthorizer(cluster.table);
  // The same objects behind a server that asks who you are, and goes by the committed roles.
  server = await startApiServer({
    table: cluster.table,
    proxy: { ask: () => ({ code: 200, contentType: "text/plain", text: "up 1\n" }) },
    logs: { lines: () => [{ at: "2026-11-20T12:00:00Z", line: "started" }], follow: () => () => undefined },
    authenticate: (authorization) => {
      const account = accounts.find((name) => authorization === `Bearer ${name}`);
      return account ? serviceAccount("kubemend", account) : "unauthorized";
    },
    authorize(identity, attributes) {
      const decision = judge(identity, attributes);
      asked.push({ account: identity.name, attributes, allowed: decision.allowed });
      return decision;
    },
  });
  grantRoles(cluster.table);
});
afterAll(async () => {
  await server.close();
  await cluster[Symbol.asyncDispose]();
});

const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
/** Verbs of their own that roles know. */
const special = [
  { group: "rbac.authorization.k8s.io", resource: "roles", verbs: ["bind", "escalate"] },
  { group: "rbac.authorization.k8s.io", resource: "clusterroles", verbs: ["bind", "escalate"] },
  { group: "", resource: "users", verbs: ["impersonate"] },
  { group: "", resource: "groups", verbs: ["impersonate"] },
  { group: "", resource: "serviceaccounts", verbs: ["impersonate"] },
];

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

const textOf = ({ group, resource, verb }: Right) => `${verb} ${group}/${resource}`;
const grantedTo = (account: Account) =>
  new Set(roles.filter((role) => role.serviceAccount === account).flatMap(({ grants }) => grants.map(textOf)));

/** Everything there is in the API emulator, and everything that is granted. */
const universe: readonly Right[] = [
  ...resources.flatMap(({ group, name, subresources }) =>
    [name, ...subresources.map((sub) => `${name}/${sub}`)].flatMap((resource) =>
      verbs.map((verb) => ({ group, resource, verb })),
    ),
  ),
  ...special.flatMap(({ verbs: own, ...of }) => own.map((verb) => ({ ...of, verb }))),
  ...roles.flatMap(({ grants }) =>
    accessByResource(grants).flatMap(({ group, resource }) => verbs.map((verb) => ({ group, resource, verb }))),
  ),
];

async function mayI(account: Account, { group, resource: full, verb }: Right): Promise<boolean> {
  const [resource, subresource] = full.split("/");
  const response = await post(account, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { group, resource, verb, ...(subresource ? { subresource } : {}) } },
  });
  expect(response.status).toBe(201);
  const { status } = (await response.json()) as { status: { allowed: boolean } };
  return status.allowed;
}

describe.each(accounts)("%s", (account) => {
  const held = new Set<string>();
  beforeAll(async () => {
    const rights = [...new Map(universe.map((right) => [textOf(right), right])).values()];
    for (const right of rights) if (await mayI(account, right)) held.add(textOf(right));
  });

  test("an access review of every resource and verb equals the generated table, both ways (K1)", () => {
    expect([...held].toSorted()).toEqual([...grantedTo(account)].toSorted());
    promiseFigure(
      "K1",
      `${account}: ${new Set(universe.map(textOf)).size} rights asked for`,
      `${held.size} held, all of them generated`,
    );
  });

  test("no Secret, no way into a container, no way to more rights (K1)", () => {
    const dangerous =
      /secrets|\/(exec|attach|portforward|ephemeralcontainers|token|binding)$|^(bind|escalate|impersonate) |^(create|update|patch|delete|deletecollection) .*(rolebindings|serviceaccounts|configurations)$|^(create|update) \/pods$|^(create|update) .*roles$/;
    expect([...held].filter((right) => dangerous.test(right))).toEqual([]);
    expect(held.size).toBeGreaterThan(30);
  });
});

test("roles name what they mean: no wildcard, no list of names (K1)", () => {
  const rules = objectsIn("rbac.yaml").flatMap((object) => (object["rules"] ?? []) as object[]);
  expect(rules.length).toBeGreaterThan(15);
  for (const rule of rules) {
    expect(Object.keys(rule).toSorted()).toEqual(["apiGroups", "resources", "verbs"]);
    expect(JSON.stringify(rule)).not.toContain("*");
  }
});

test("the watcher has no verb that changes anything (K1)", () => {
  const held = [...grantedTo("kubemend-watcher")].map((right) => right.split(" ")[0]);
  expect(new Set(held)).toEqual(new Set(["get", "list", "watch"]));
});

test("rules are made of the grants and nothing else, whatever their order (K1)", () => {
  const grants = roles.flatMap((role) => role.grants);
  const expanded = accessRules(grants).flatMap(({ apiGroups, resources: names, verbs: own }) =>
    apiGroups.flatMap((group) => names.flatMap((resource) => own.map((verb) => textOf({ group, resource, verb })))),
  );
  expect(expanded.toSorted()).toEqual([...new Set(grants.map(textOf))].toSorted());
  expect(accessRules(grants.toReversed())).toEqual(accessRules(grants));
});

describe("with these rights and no others", () => {
  const since = (start: number, account: Account) =>
    asked.slice(start).filter((one) => one.account === `system:serviceaccount:kubemend:${account}`);
  const refusedSince = (start: number, account: Account) =>
    since(start, account)
      .filter(({ allowed }) => !allowed)
      .map(({ attributes: { verb, group, resource, subresource } }) => `${verb} ${group}/${resource}/${subresource}`);

  test("the reader watches every kind and reads logs, and metrics of kubelets and pods (K1)", async () => {
    const start = asked.length;
    const reader = createKubernetesReader({
      kubeconfig: configFor("kubemend-watcher"),
      log: pino({ level: "silent" }),
    });
    const stopping = new AbortController();
    const seen = new Set<string>();
    const sight = Promise.withResolvers<{ readonly ok: boolean }>();
    const watching = reader.watch({
      namespaces: [],
      signal: stopping.signal,
      onObject: (_change, object) => void seen.add(object.kind),
      onEvent: () => undefined,
      onSight: sight.resolve,
    });
    expect(await sight.promise).toMatchObject({ ok: true });
    stopping.abort();
    await watching;
    const listed = new Set(since(start, "kubemend-watcher").map(({ attributes }) => attributes.resource));
    expect([...watchedKinds, eventKind].filter(({ plural }) => !listed.has(plural))).toEqual([]);
    expect(seen).toContain("Deployment");
    expect(await reader.nodeMetrics("node-1", "cadvisor")).toContain("up");
    const endpoint = { namespace: "shop", pod: "carts-2-abcde", port: 8080, path: "/metrics", scheme: "http" } as const;
    expect(await reader.podMetrics(endpoint)).toContain("up");
    const { lines } = await reader.readLog({ namespace: "shop", pod: "carts-2-abcde", container: "carts" });
    expect(lines).toHaveLength(1);
    const history = await reader.rolloutHistory({ kind: "StatefulSet", namespace: "shop", name: "db" });
    expect(history).toHaveLength(2);
    expect(refusedSince(start, "kubemend-watcher")).toEqual([]);
  });

  const deployment = "/apis/apps/v1/namespaces/shop/deployments/carts";
  test.each([
    { name: "patch a Deployment", method: "PATCH", path: deployment, body: { metadata: { labels: { a: "b" } } } },
    { name: "patch it in a dry run", method: "PATCH", path: `${deployment}?dryRun=All`, body: { metadata: {} } },
    { name: "scale it", method: "PATCH", path: `${deployment}/scale`, body: { spec: { replicas: 0 } } },
    { name: "delete a Pod", method: "DELETE", path: "/api/v1/namespaces/shop/pods/carts-2-abcde", body: {} },
    { name: "POST to a Pod", method: "POST", path: "/api/v1/namespaces/shop/pods/carts-2-abcde:8080/proxy/", body: {} },
  ])("the reader is refused when it tries to $name (K1)", async ({ method, path, body }) => {
    const revision = cluster.table.revision();
    const response = await post("kubemend-watcher", path, body, method);
    expect(response.status).toBe(403);
    expect(cluster.table.revision()).toBe(revision);
  });

  test.each(accounts)("%s is refused a Secret, by name and as a list (K1)", async (account) => {
    for (const path of ["/api/v1/secrets", "/api/v1/namespaces/kubemend/secrets/kubemend"]) {
      const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${account}` } });
      expect(response.status).toBe(403);
    }
  });

  test("every action of the catalogue is planned, applied and taken back (K1)", async () => {
    await prepareForEveryAction(cluster);
    const start = asked.length;
    const actor = createKubernetesActor({ config: configFor("kubemend-actor"), timeoutMs: 20_000 });
    const done = new Set<string>();
    const pods = resourceOfKind("v1", "Pod");
    if (!pods) throw new Error("the API emulator serves no pods");
    const running = cluster.table.list(pods, "shop");
    for (const [action, target, params] of everyAction) {
      await planAndApply(actor, action, target, params);
      // A pod that went is replaced, as its controller would.
      for (const object of running) cluster.table.put(pods, object);
      done.add(action);
    }
    const able = Object.values(catalogue).flatMap((action) => ("guide" in action ? [] : [action.name]));
    expect([...done].toSorted()).toEqual(able.toSorted());
    expect(refusedSince(start, "kubemend-actor")).toEqual([]);
    expect(unusedSince(start)).toEqual([]);
  });

  /** Granted to the actor, and used by no action above. */
  const unusedSince = (start: number) => {
    const used = new Set(
      since(start, "kubemend-actor").map(({ attributes: { verb, group, resource, subresource } }) =>
        textOf({ verb, group, resource: subresource ? `${resource}/${subresource}` : resource }),
      ),
    );
    return [...grantedTo("kubemend-actor")].filter((right) => !used.has(right)).toSorted();
  };
});

async function planAndApply(
  actor: ActorPort,
  action: ActionCode,
  target: readonly [string, string],
  params: Record<string, unknown> = {},
): Promise<void> {
  const recommendation = recommend(action, target, params);
  const { kind } = recommendation.target;
  const scoped = kind === "ClusterRole" ? { target: { kind, name: recommendation.target.name } } : {};
  const plan = await planFor({ ...recommendation, ...scoped }, actor);
  for (const step of [...plan.steps, ...plan.undo]) {
    const outcome = await actor.apply(step, {});
    expect(outcome, `${action}: ${step.type} ${step.target.kind}`).toMatchObject({ type: "done" });
  }
}
