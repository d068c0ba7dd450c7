import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { chaosRbacYaml } from "../../../k8s/chaos-rbac.ts";
import { previewExperiment } from "../../../src/app/chaos/chaos-run.ts";
import { parseExperiment } from "../../../src/chaos/parse-experiment.ts";
import type { ApiObject } from "../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../src/replay/api/server.ts";
import { rbacAuthorizer } from "../../support/api-server/rbac-authorizer.ts";
import { manifestText, objectsIn } from "../../support/manifests.ts";
import { chaosClient } from "./chaos-world.ts";

const k8s = join(import.meta.dirname, "../../../k8s");
const shopFolder = join(k8s, "samples/sock-shop");
const texts = readdirSync(shopFolder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "worker-1" },
  spec: {},
  status: { conditions: [{ type: "Ready", status: "True" }], allocatable: { cpu: "2" } },
};
const databasePod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "carts-db-0",
    namespace: "sock-shop",
    labels: { app: "carts-db" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "carts-db", uid: "s", controller: true }],
  },
  spec: { nodeName: "worker-1", containers: [{ name: "postgresql", image: "postgres:17" }] },
  status: { phase: "Running" },
};

let server: ApiServer;
beforeAll(async () => {
  const table = createObjectTable();
  const shop = texts.flatMap((name) =>
    parseAllDocuments(readFileSync(join(shopFolder, name), "utf8")).map((document) => document.toJS() as ApiObject),
  );
  for (const object of [...shop, node, databasePod, ...objectsIn("rbac-chaos.yaml")])
    table.apply({
      type: "ADDED",
      object: { ...object, metadata: { uid: crypto.randomUUID(), ...object.metadata } },
    });
  server = await startApiServer({
    table,
    authorize: rbacAuthorizer(table),
    authenticate: () => ({
      name: "system:serviceaccount:kubemend:kubemend-chaos",
      groups: ["system:serviceaccounts", "system:serviceaccounts:kubemend", "system:authenticated"],
    }),
  });
});
afterAll(() => server.close());

const deps = () => ({ cluster: chaosClient(server.url), ours: ["kubemend"], image: "kubemend:0.1.0" });

test("k8s/rbac-chaos.yaml is what the methods name (npm run manifests writes it)", () => {
  expect(manifestText("rbac-chaos.yaml")).toBe(chaosRbacYaml("kubemend"));
});

test.each(
  readdirSync(join(k8s, "chaos")).filter((name) => name !== "network-corruption.yaml"),
)("k8s/chaos/%s: its objects are in the sample shop, and the account of k8s/rbac-chaos.yaml may change them", async (name) => {
  const parsed = parseExperiment(readFileSync(join(k8s, "chaos", name), "utf8"));
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const plan = await previewExperiment(deps(), parsed.experiment);
  expect(plan.ok ? [] : plan.problems).toEqual([]);
  expect(plan.ok && plan.changes.length).toBeGreaterThan(0);
  // What the experiment expects of kubemend is about an object of the shop as well.
  const { expected } = parsed.experiment;
  if (expected === "none" || expected.culprit.name === "*") return;
  const { kind, namespace, name: object } = expected.culprit;
  const apiVersion = kind === "ConfigMap" ? "v1" : "apps/v1";
  expect(await deps().cluster.get({ apiVersion, kind, namespace, name: object })).toMatchObject({ type: "found" });
});

test("the account of experiments may not read Secrets nor change roles", async () => {
  const answers = await Promise.all(
    ["/api/v1/namespaces/sock-shop/secrets", "/apis/rbac.authorization.k8s.io/v1/clusterroles"].map(
      async (path) => (await fetch(`${server.url}${path}`)).status,
    ),
  );
  expect(answers).toEqual([403, 403]);
});
