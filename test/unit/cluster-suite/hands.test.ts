import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { intentDigest } from "../../../src/actions/change/intent.ts";
import { otherApplier } from "../../../src/actions/plan/field-managers.ts";
import { actionCodes } from "../../../src/incident/action-code.ts";
import { causeCodes } from "../../../src/incident/cause.ts";
import { createObjectTable } from "../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../src/replay/api/server.ts";
import { breakThings } from "../../cluster/break-and-restore.ts";
import { casesIn, catalogueWorks, left } from "../../cluster/catalogue.ts";
import {
  accessIsAsGenerated,
  admissionHolds,
  chartIsTaken,
  installIdentities,
  releaseOf,
} from "../../cluster/checks.ts";
import { type ClusterApi, createClusterApi, type Manifest, namedOf } from "../../cluster/cluster-api.ts";
import { faults, notInjected } from "../../cluster/faults.ts";
import { sampleShop } from "../../cluster/sample-shop.ts";
import { actorFor } from "../../support/actor-cluster.ts";
import { policyAdmission } from "../../support/api-server/policy-admission.ts";
import { rbacAuthorizer } from "../../support/api-server/rbac-authorizer.ts";
import { createCel } from "../../support/cel.ts";
import { httpFake } from "../../support/http-fake.ts";

// What `npm run cluster` does with its own hands, against the emulated API server, which has no controllers.

const namespace = "kubemend-suite-test";
const image = "registry.example.com/kubemend:0.1.0";

let server: ApiServer;
let api: ClusterApi;
beforeAll(async () => {
  const table = createObjectTable();
  const judge = rbacAuthorizer(table);
  server = await startApiServer({
    table,
    authorize: (identity, attributes) =>
      identity.groups.includes("system:masters") ? { allowed: true } : judge(identity, attributes),
    admit: policyAdmission(table, createCel()),
  });
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "test", server: server.url, skipTLSVerify: true }, { name: "admin" });
  api = createClusterApi(config);
  for (const object of sampleShop(namespace, image)) await api.apply(object);
});
afterAll(() => server.close());

test("the shop lies in the namespace of the suite and runs the image that was given", async () => {
  const deployments = await api.list("apps/v1", "Deployment", namespace);
  expect(deployments.map(({ metadata }) => metadata.name).toSorted()).toEqual(
    ["carts", "catalogue", "front-end", "load", "orders", "payment"].toSorted(),
  );
  const text = JSON.stringify(deployments);
  expect(text).not.toContain('"kubemend:');
  expect(text).toContain(image);
  const made = await api.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  expect(made?.metadata.labels).toMatchObject({ "kubemend.dev/chaos": "allowed" });
});

describe.each(faults.map((fault) => ({ fault, name: fault.name })))("$name", ({ fault }) => {
  test("is taken by the API, changes what it names, and is put back", async () => {
    const steps = fault.breaking(namespace);
    const digests = async () =>
      Promise.all(
        steps.map(async (step) => {
          const object = await api.get("patch" in step ? step.patch : namedOf(step.create));
          return object === undefined ? "none" : intentDigest(object, { replicas: true });
        }),
      );
    const before = await digests();
    const restore = await breakThings(api, steps, image);
    const broken = await digests();
    for (const [index, digest] of broken.entries()) expect(digest).not.toBe(before[index]);
    // Somebody else, kubemend for example, has changed it meanwhile.
    for (const step of steps)
      if ("patch" in step) await api.patch(step.patch, { metadata: { annotations: { "example.com/other": "1" } } });
    await restore();
    expect(await digests()).toEqual(before);
  });
});

test("what the suite applies is a person's work, not a controller's that would put it back: kubemend may change it", async () => {
  await using server = await httpFake(() => ({ body: { apiVersion: "v1", kind: "ConfigMap", metadata: {} } }));
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "test", server: server.url, skipTLSVerify: true }, { name: "admin" });
  await createClusterApi(config).apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } });
  const manager = server.requests[0]?.params.get("fieldManager");
  // As the real server (1.20.2) keeps an apply: the emulated one keeps no managedFields.
  const before = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "a",
      namespace,
      uid: "1",
      creationTimestamp: "2026-11-21T07:08:00Z",
      managedFields: [
        {
          manager,
          operation: "Apply",
          apiVersion: "v1",
          fieldsType: "FieldsV1",
          fieldsV1: { "f:data": { "f:pool": {} } },
        },
      ],
    },
    data: { pool: "10" },
  };
  expect(otherApplier(before, { ...before, data: { pool: "20" } })).toBeUndefined();
});

test("a step that is refused leaves nothing broken", async () => {
  const payment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "payment" };
  const before = (await api.get(payment))?.["spec"];
  const steps = [
    { patch: payment, body: { spec: { replicas: 0 } } },
    { patch: { ...payment, name: "nobody" }, body: {} },
  ];
  await expect(breakThings(api, steps, image)).rejects.toThrow("no Deployment nobody");
  expect((await api.get(payment))?.["spec"]).toEqual(before);
});

test("every cause is injected, or it says why not", () => {
  const injected = new Set(faults.flatMap(({ causes }) => causes));
  expect(causeCodes.filter((code) => !injected.has(code) && notInjected[code] === undefined)).toEqual([]);
  expect(causeCodes.filter((code) => injected.has(code) && notInjected[code] !== undefined)).toEqual([]);
});

test("every action is tried, or it says why not", () => {
  const tried = new Set(casesIn(namespace, ["a", "b"]).map(({ action }) => action));
  expect(actionCodes.filter((code) => tried.has(code) === (left[code] !== undefined))).toEqual([]);
});

describe("identities of a release", () => {
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const installed = await installIdentities(api, namespace);
    expect(installed.policyServed).toBe(true);
    remove = installed.remove;
  });

  test("make room for the chart, which is taken, but for kinds that are not served", async () => {
    const checks = await chartIsTaken(api, namespace);
    expect(checks.filter(({ result }) => result !== "holds")).toEqual([]);
    expect(checks[1]?.detail).toContain("PrometheusRule (monitoring.coreos.com/v1 is not served)");
  });

  test("without the policy where its group is served without it, as Kubernetes 1.28 and 1.29 do", async () => {
    const older: ClusterApi = {
      ...api,
      async send(method, path, options) {
        const answer = await api.send(method, path, options);
        if (path === "/apis/admissionregistration.k8s.io/v1") {
          const { resources } = answer.body as { resources: readonly { kind: string }[] };
          return { ...answer, body: { resources: resources.filter(({ kind }) => !kind.startsWith("Validating")) } };
        }
        // As 1.20.2 answers a kind that it has not.
        if (path.includes("/validatingadmissionpolic"))
          return { status: 404, text: "404 page not found", body: undefined };
        return answer;
      },
      apply: async (object, options) => {
        if (object.kind.startsWith("Validating")) throw new Error(`apply ${object.kind}: 404`);
        return await api.apply(object, options);
      },
    };
    const checks = await chartIsTaken(older, namespace);
    expect(checks.map(({ result }) => result)).toEqual(["holds", "holds"]);
    expect(checks[0]?.detail).toContain("ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1 is not served)");
  });

  test("hold what is generated, by access reviews", async () => {
    expect((await accessIsAsGenerated(api, namespace)).map(({ result, detail }) => `${result} ${detail}`)).toEqual([
      expect.stringMatching(/^holds \d\d\d access reviews$/),
      expect.stringMatching(/^holds \d\d\d access reviews$/),
    ]);
  });

  test("a right too many is seen", async () => {
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "too-much" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "secret-reader" },
      subjects: [
        {
          kind: "ServiceAccount",
          name: `${releaseOf(namespace).name}-actor`,
          namespace: releaseOf(namespace).namespace,
        },
      ],
    } satisfies Manifest;
    const role = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "secret-reader" },
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
    } satisfies Manifest;
    await api.apply(role);
    await api.apply(binding);
    const [, actor] = await accessIsAsGenerated(api, namespace);
    expect(actor).toMatchObject({ result: "broken", detail: expect.stringContaining("get /secrets: true") });
    await api.remove(namedOf(binding));
    await api.remove(namedOf(role));
  });

  test("write only what the catalogue does, by the admission policy", async () => {
    expect(await admissionHolds(api, namespace, true)).toMatchObject({
      result: "holds",
      detail: "10 of 10 hostile writes refused",
    });
  });

  test("without the policy that is seen; nothing stays when they are removed", async () => {
    const name = `${releaseOf(namespace).name}-actor`;
    await api.remove({ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding", name });
    expect(await admissionHolds(api, namespace, true)).toMatchObject({ result: "broken" });
    expect(await admissionHolds(api, namespace, false)).toMatchObject({ result: "skipped" });
    await remove();
    expect(await api.get({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name })).toBeUndefined();
  });
});

test("the catalogue is planned, applied, verified and undone, as far as there is something to act on", async () => {
  const checks = await catalogueWorks({ api, actor: actorFor(server.url), namespace, image, settleMs: 0 });
  expect(checks.filter(({ result }) => result === "broken")).toEqual([]);
  // No controllers, so no pods and no earlier revisions here.
  expect(checks.filter(({ result }) => result === "holds").length).toBeGreaterThan(16);
});
