import { KubeConfig } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { approverCheckYaml } from "../../../k8s/approver-check.ts";
import { accessNeeded } from "../../../src/actions/approve/access-needed.ts";
import { approvePlan } from "../../../src/actions/approve/approve.ts";
import { type ClusterAccessPort, clusterUserOf } from "../../../src/actions/approve/approver-access.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { Approver } from "../../../src/actions/policy/who-may.ts";
import { createClusterAccess } from "../../../src/adapters/cluster-access/cluster-access.ts";
import type { WriteStep } from "../../../src/incident/fix/action-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { serviceAccount } from "../../../src/replay/api/identity.ts";
import { resourceOfKind } from "../../../src/replay/api/registry.ts";
import { startApiServer } from "../../../src/replay/api/server.ts";
import { deadUrl, startActorCluster } from "../../support/actor-cluster.ts";
import { rbacAuthorizer } from "../../support/api-server/rbac-authorizer.ts";
import { planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";
import { objectsOfYaml } from "../../support/yaml-objects.ts";

const ann: Approver = {
  id: "slack:U1",
  name: "Ann",
  human: true,
  groups: ["slack:S1"],
  aliases: ["mail:ann@example.com"],
};
const mapping = { user: "oidc:{mail}", everybody: ["staff"], groups: { "slack:S1": ["oncall"] } };
const policy = policySchema.parse({
  version: 1,
  rules: [{ name: "shop", namespaces: ["shop"], clusterAccess: true, approvers: { anyone: true } }],
  clusterIdentity: mapping,
});

describe("who somebody is in the cluster", () => {
  test.each([
    { name: "by address and groups", user: "oidc:{mail}", want: "oidc:ann@example.com" },
    { name: "by what stands before the @", user: "{local}", want: "ann" },
    { name: "by the chat's id", user: "slack-{slack}", want: "slack-U1" },
  ])("$name", ({ user, want }) => {
    expect(clusterUserOf(ann, { ...mapping, user })).toEqual({
      user: want,
      groups: ["staff", "oncall", "system:authenticated"],
    });
  });

  test.each([
    { name: "an address that nobody knows", who: { ...ann, aliases: [] }, user: "oidc:{mail}" },
    { name: "a name of the cluster's own", who: { ...ann, aliases: ["mail:system:admin"] }, user: "{mail}" },
  ])("nobody: $name", ({ who, user }) => {
    expect(clusterUserOf(who, { ...mapping, user })).toBeUndefined();
  });

  test("a policy that asks the cluster and does not say who people are is refused", () => {
    const { clusterIdentity: _none, ...rest } = policy;
    expect(policySchema.safeParse(rest).error?.issues[0]?.path).toEqual(["rules", 0, "clusterAccess"]);
    expect(policySchema.safeParse({ ...rest, clusterIdentity: { user: "admin" } }).success).toBe(false);
  });
});

test("the rights asked for are those of the requests, and many objects are asked about at once", () => {
  const pod = (name: string) => makeRef("Pod", "shop", name);
  const carts = makeRef("Deployment", "shop", "carts");
  const steps: WriteStep[] = [
    { type: "patch", target: carts, patchType: "json", body: [] },
    { type: "patch", target: carts, patchType: "json", body: [{ op: "test" }] },
    { type: "patch", target: carts, subresource: "scale", patchType: "merge", body: {} },
    { type: "evict", target: pod("a") },
    { type: "http", target: pod("a"), port: 80, method: "POST", path: "/heal" },
    { type: "create", target: makeRef("Job", "shop", "again"), body: {} },
    { type: "delete", target: pod("b"), propagation: "Background" },
  ];
  expect(accessNeeded({ steps })).toEqual([
    { verb: "patch", ...carts },
    { verb: "patch", ...carts, subresource: "scale" },
    { verb: "create", ...pod("a"), subresource: "eviction" },
    { verb: "create", ...pod("a"), subresource: "proxy", name: "a:80" },
    { verb: "create", kind: "Job", namespace: "shop" },
    { verb: "delete", ...pod("b") },
  ]);
  const many = Array.from({ length: 50 }, (_, i): WriteStep => ({ type: "evict", target: pod(`p${i}`) }));
  expect(accessNeeded({ steps: many })).toEqual([
    { verb: "create", kind: "Pod", namespace: "shop", subresource: "eviction" },
  ]);
});

function configFor(url: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "t", server: url, skipTLSVerify: true }, { name: "w", token: "watcher" });
  return config;
}

describe("an approver must be allowed to make the change himself", () => {
  /** A cluster whose roles let `oncall` patch Deployments of shop, and nobody else. */
  async function scene(options: { reviewer?: boolean } = {}) {
    const cluster = await startActorCluster();
    const put = (object: { apiVersion: string; kind: string }) => {
      const resource = resourceOfKind(object.apiVersion, object.kind);
      if (!resource) throw new Error(object.kind);
      cluster.table.put(resource, object as never);
    };
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const apiGroup = "rbac.authorization.k8s.io";
    put({
      apiVersion,
      kind: "Role",
      metadata: { name: "repair", namespace: "shop" },
      rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }],
    } as never);
    put({
      apiVersion,
      kind: "RoleBinding",
      metadata: { name: "repair", namespace: "shop" },
      roleRef: { apiGroup, kind: "Role", name: "repair" },
      subjects: [{ apiGroup, kind: "Group", name: "oncall" }],
    } as never);
    if (options.reviewer !== false) for (const object of objectsOfYaml(approverCheckYaml("kubemend"))) put(object);
    const server = await startApiServer({
      table: cluster.table,
      authenticate: () => serviceAccount("kubemend", "kubemend-watcher"),
      authorize: rbacAuthorizer(cluster.table),
    });
    return { cluster, server };
  }

  async function approval(
    by: Approver,
    access: ClusterAccessPort | undefined,
    cluster: Awaited<ReturnType<typeof startActorCluster>>,
  ) {
    await using database = await withDatabase();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans);
    const deps = { plans, policy, ...(access ? { clusterAccess: access } : {}) };
    const outcome = await approvePlan({ planId: plan.id, digest: plan.digest, by }, deps);
    const state = (await plans.get(plan.id))?.plan.state;
    expect(state).toBe(outcome.type === "approved" ? "approved" : "proposed");
    return outcome;
  }

  test("asked of a real API: yes by his group, no without it, and the reason says what is missing", async () => {
    const { cluster, server } = await scene();
    await using _cluster = cluster;
    const access = createClusterAccess(configFor(server.url));
    expect(await approval(ann, access, cluster)).toEqual({ type: "approved" });
    expect(await approval({ ...ann, groups: [] }, access, cluster)).toMatchObject({
      type: "refused",
      reason: "cluster-denies",
      detail: expect.stringContaining("oidc:ann@example.com may not patch Deployment carts in shop"),
    });
    expect(await approval({ ...ann, aliases: [] }, access, cluster)).toMatchObject({ reason: "cluster-not-asked" });
    await server.close();
  });

  test("without the generated role kubemend may not even ask, and that is a refusal", async () => {
    const { cluster, server } = await scene({ reviewer: false });
    await using _cluster = cluster;
    expect(await approval(ann, createClusterAccess(configFor(server.url)), cluster)).toMatchObject({
      reason: "cluster-not-asked",
      detail: expect.stringContaining("rbac-approver-check.yaml"),
    });
    await server.close();
  });

  test("a cluster that does not answer, answers nonsense, or cannot decide, is a refusal", async () => {
    await using cluster = await startActorCluster();
    const failing = createClusterAccess(configFor(await deadUrl()));
    expect(await approval(ann, failing, cluster)).toMatchObject({ reason: "cluster-not-asked" });
    expect(await approval(ann, undefined, cluster)).toMatchObject({ reason: "cluster-not-asked" });
    const answers = [
      { code: 500, body: {} },
      { code: 201, body: { kind: "SubjectAccessReview", status: {} } },
      { code: 201, body: { kind: "Status", status: "Success" } },
      { code: 201, body: { kind: "SubjectAccessReview", status: { allowed: "yes" } } },
      { code: 201, body: { kind: "SubjectAccessReview", status: { allowed: false, evaluationError: "webhook down" } } },
      { code: 200, body: { kind: "SubjectAccessReview", status: { allowed: true } } },
    ];
    const { createServer } = await import("node:http");
    let at = 0;
    const server = createServer((request, response) => {
      request.resume();
      const { code, body } = answers[at] ?? { code: 500, body: {} };
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as import("node:net").AddressInfo;
    const access = createClusterAccess(configFor(`http://127.0.0.1:${port}`));
    const question = { verb: "patch", kind: "Deployment", namespace: "shop", name: "carts" } as const;
    for (; at < answers.length; at++)
      expect(await access.mayDo({ user: "a", groups: [] }, question)).toMatchObject({ type: "failed" });
    answers.push({
      code: 201,
      body: { kind: "SubjectAccessReview", status: { allowed: true, denied: true } },
    } as never);
    expect(await access.mayDo({ user: "a", groups: [] }, question)).toMatchObject({ type: "denied" });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
