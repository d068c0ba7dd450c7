import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { statefulSets } from "../../../../src/detection/hygiene/stateful-set.ts";
import { topologyRisks } from "../../../../src/detection/hygiene/topology-risk.ts";
import { healEndpointOf } from "../../../../src/incident/fix/heal-endpoint.ts";
import { type ApiObject, listAt, objectAt } from "../../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../../src/replay/api/object-table.ts";
import { resourceOfKind } from "../../../../src/replay/api/registry.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";

const folder = join(import.meta.dirname, "../../../../k8s/samples");

interface Kustomization {
  readonly namespace?: string;
  readonly resources: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
}

function sample(name: string): { readonly kustomization: Kustomization; readonly objects: readonly ApiObject[] } {
  const read = (file: string): string => readFileSync(join(folder, name, file), "utf8");
  const kustomization = parse(read("kustomization.yaml")) as Kustomization;
  const objects = kustomization.resources
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseAllDocuments(read(file)))
    .map((document) => {
      const problem = document.errors[0] ?? document.warnings[0];
      if (problem) throw problem;
      return document.toJS() as ApiObject;
    });
  return { kustomization, objects };
}

function observed(objects: readonly ApiObject[], namespace = "shop") {
  const observation = createObservation({ cluster: "test" });
  for (const object of objects) {
    const metadata = { namespace, ...object.metadata, uid: `${object.kind}-${object.metadata.name}` };
    observation.objects.apply("ADDED", { ...object, metadata }, 0);
  }
  return observation;
}

function risksOf(objects: readonly ApiObject[]): string[] {
  return topologyRisks(observed(objects)).map(({ kind, target }) => `${kind} ${target.name}`);
}

describe.each(["sock-shop", "sock-shop/public", "patient-app", "recommender"])("%s", (name) => {
  const { kustomization, objects } = sample(name);
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer({ table: createObjectTable() });
  });
  afterAll(() => server.close());

  test("kubectl apply -k: the API takes every object, without a field it does not know", async () => {
    const refused: string[] = [];
    for (const object of objects) {
      const resource = resourceOfKind(String(object["apiVersion"]), object.kind);
      if (!resource) throw new Error(`no such kind: ${object.kind}`);
      const group = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
      const namespace = object.metadata.namespace ?? kustomization.namespace;
      const scope = resource.namespaced ? `/namespaces/${namespace}` : "";
      const response = await fetch(`${server.url}${group}${scope}/${resource.name}?fieldValidation=Strict`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(object),
      });
      if (response.status !== 201) refused.push(`${object.kind} ${object.metadata.name}: ${await response.text()}`);
      else await response.body?.cancel();
    }
    expect(refused).toEqual([]);
    expect(objects.length).toBeGreaterThan(3);
  });

  test("the pods of every StatefulSet have names of their own", () => {
    expect([...statefulSets(observed(objects, kustomization.namespace), 0)]).toEqual([]);
  });

  test("the whole program is in its ConfigMap", () => {
    const listed = (kustomization.configMapGenerator ?? []).flatMap(({ files }) => files).toSorted();
    const written = readdirSync(join(folder, name)).includes("app")
      ? readdirSync(join(folder, name, "app")).map((file) => `app/${file}`)
      : [];
    expect(listed).toEqual(written.toSorted());
  });
});

test("chaos is allowed in the samples' own namespaces", () => {
  for (const name of ["sock-shop", "sock-shop/public", "patient-app", "recommender"]) {
    const namespace = sample(name).objects.find(({ kind }) => kind === "Namespace");
    expect(namespace?.metadata.labels, name).toMatchObject({ "kubemend.dev/chaos": "allowed" });
  }
});

test("the single database of each shop is told as a risk before it fails", () => {
  expect(risksOf(sample("recommender").objects)).toContain("single-database database");
  expect(risksOf(sample("sock-shop").objects)).toContain("single-database carts-db");
});

test("the single database is the only risk of the recommender, and the patient has none", () => {
  expect(risksOf(sample("recommender").objects)).toEqual(["single-database database"]);
  expect(risksOf(sample("patient-app").objects)).toEqual([]);
});

test("the patient says where it can be healed, and leaves its number to the autoscaler", () => {
  const { objects } = sample("patient-app");
  const workload = objects.find(({ kind }) => kind === "Deployment");
  expect(workload && healEndpointOf(workload)).toEqual({ path: "/heal", port: 8080 });
  expect(workload && objectAt(workload, "spec")).not.toHaveProperty("replicas");
  const scaler = objects.find(({ kind }) => kind === "HorizontalPodAutoscaler");
  expect(scaler && listAt(objectAt(scaler, "spec"), "metrics")).toHaveLength(1);
});
