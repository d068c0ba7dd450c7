import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admissionYaml } from "../../../k8s/admission.ts";
import { rbacYaml, withRights } from "../../../k8s/rbac.ts";
import { environmentSettings } from "../../../src/config/environment.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { type ApiObject, listAt, objectAt, objectsAt, stringAt } from "../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../src/replay/api/server.ts";
import { kustomization, manifestFiles, manifestObjects, manifestPath, manifestText } from "../../support/manifests.ts";
import { refusedObjects } from "../../support/refused-objects.ts";

const root = join(import.meta.dirname, "../../..");
const objects = manifestObjects();
const nameOf = ({ kind, metadata }: ApiObject) => `${kind} ${metadata.name}`;
const workloads = objects.filter(({ kind }) => kind === "Deployment");
const podOf = (workload: ApiObject) => objectAt(objectAt(objectAt(workload, "spec"), "template"), "spec");
const containersOf = (workload: ApiObject) => objectsAt(podOf(workload), "containers");

describe("what is generated is what is committed (npm run manifests writes it)", () => {
  test("k8s/rbac.yaml", () => {
    expect(manifestText("rbac.yaml")).toBe(rbacYaml("kubemend"));
  });

  test("k8s/admission.yaml", () => {
    expect(manifestText("admission.yaml")).toBe(admissionYaml("kubemend"));
  });

  test("the tables of rights in docs/install.md", () => {
    const guide = readFileSync(join(root, "docs/install.md"), "utf8");
    expect(guide).toBe(withRights(guide));
  });
});

describe("kubectl apply -k k8s/", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer({ table: createObjectTable() });
  });
  afterAll(() => server.close());

  test("takes every file", () => {
    const { resources, configMapGenerator } = kustomization();
    const listed = [...resources, ...configMapGenerator.flatMap(({ files }) => files)];
    // Slack reads its manifest, not the cluster.
    const others = ["kustomization.yaml", "rbac-approver-check.yaml", "rbac-chaos.yaml", "slack-app-manifest.yaml"];
    expect([...listed, ...others].toSorted()).toEqual(manifestFiles().toSorted());
  });

  test("every object is one the API takes, without a field it does not know", async () => {
    expect(await refusedObjects(server.url, objects)).toEqual([]);
    expect(objects.length).toBeGreaterThan(12);
  });

  test("a misspelt field would have been refused", async () => {
    const [deployment] = workloads;
    const response = await fetch(`${server.url}/apis/apps/v1/namespaces/kubemend/deployments?fieldValidation=Strict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...deployment,
        metadata: { name: "x" },
        spec: { ...objectAt(deployment ?? {}, "spec"), replica: 1 },
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("replica");
  });

  test("selectors find the pods they mean", () => {
    const labelsOf = (workload: ApiObject) => objectAt(objectAt(objectAt(workload, "spec"), "template"), "metadata");
    const chosen = objects.flatMap((object) => {
      const spec = objectAt(object, "spec");
      const selector =
        object.kind === "Service"
          ? objectAt(spec, "selector")
          : objectAt(objectAt(spec, object.kind === "NetworkPolicy" ? "podSelector" : "selector"), "matchLabels");
      if (!["Service", "NetworkPolicy", "PodDisruptionBudget", "Deployment"].includes(object.kind)) return [];
      const found = workloads.filter((workload) => {
        const labels = objectAt(labelsOf(workload), "labels");
        return Object.entries(selector).every(([key, value]) => labels[key] === value);
      });
      return [`${nameOf(object)}: ${found.map(({ metadata }) => metadata.name).join(" ")}`];
    });
    expect(chosen).toEqual([
      "Deployment kubemend-watcher: kubemend-watcher",
      "Deployment kubemend-actor: kubemend-actor",
      "Service kubemend: kubemend-watcher",
      "PodDisruptionBudget kubemend-watcher: kubemend-watcher",
      "NetworkPolicy default-deny: kubemend-watcher kubemend-actor",
      "NetworkPolicy kubemend-watcher: kubemend-watcher",
      "NetworkPolicy kubemend-actor: kubemend-actor",
    ]);
  });

  test("the settings are valid, and the web server is where Service and probes look for it", async () => {
    const config = await loadConfig(manifestPath("kubemend.yaml"), { DATABASE_URL: "postgres://db/kubemend" });
    expect(config.web).toMatchObject({ host: "0.0.0.0", port: 8080 });
    const ports = workloads.flatMap(containersOf).flatMap((container) => objectsAt(container, "ports"));
    expect(ports).toEqual([{ name: "http", containerPort: config.web.port }]);
  });

  test("the image is the version of this package, and set in one place", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const images = workloads.flatMap(containersOf).map((container) => container["image"]);
    expect(images).toEqual([`kubemend:${version}`, `kubemend:${version}`]);
    expect(kustomization().images).toMatchObject([{ name: "kubemend", newTag: version }]);
  });

  test("every variable that is set or documented is one kubemend reads", () => {
    const set = workloads.flatMap(containersOf).flatMap((container) => objectsAt(container, "env"));
    const guide = readFileSync(join(root, "docs/install.md"), "utf8");
    const section = guide.slice(guide.indexOf("\n## The Secret"), guide.indexOf("\n## Network"));
    const documented = [...section.matchAll(/`([A-Z][A-Z_]+)`/g), ...guide.matchAll(/--from-literal=([A-Z_]+)=/g)];
    const names = [...set.map((one) => stringAt(one, "name") ?? ""), ...documented.map(([, name = ""]) => name)];
    expect(new Set(names).size).toBeGreaterThan(7);
    expect(names.filter((name) => !(name in environmentSettings))).toEqual([]);
  });
});

describe.each(workloads.map((workload) => ({ name: workload.metadata.name, workload })))("$name", ({ workload }) => {
  const pod = podOf(workload);

  test("runs under the restricted profile, with a root file system it cannot write to", () => {
    expect(objectAt(pod, "securityContext")).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of containersOf(workload)) {
      expect(objectAt(container, "securityContext")).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(listAt(container, "volumeMounts")).toContainEqual({ name: "tmp", mountPath: "/tmp" });
    }
  });

  test("says what memory and CPU it asks for, and where memory ends", () => {
    for (const container of containersOf(workload)) {
      expect(container["resources"]).toEqual({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  test("has the identity and the role of its name, and waits for its database", () => {
    expect(stringAt(pod, "serviceAccountName")).toBe(workload.metadata.name);
    const [container = {}] = containersOf(workload);
    expect(listAt(container, "args").slice(0, 3)).toEqual([
      "start",
      "--role",
      workload.metadata.name.replace("kubemend-", ""),
    ]);
    expect(listAt(container, "env")).toContainEqual({
      name: "DATABASE_URL",
      valueFrom: { secretKeyRef: { name: "kubemend", key: "DATABASE_URL" } },
    });
  });
});

test("the actor is given nothing of the Secret that it does not use", () => {
  const actor = workloads.find(({ metadata }) => metadata.name === "kubemend-actor");
  const [container = {}] = actor ? containersOf(actor) : [];
  expect(container["envFrom"]).toBeUndefined();
  expect(objectsAt(container, "env").map(({ name }) => name)).toEqual(["DATABASE_URL"]);
});
