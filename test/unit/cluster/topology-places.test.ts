import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../../src/cluster/observation.ts";
import { buildTopology } from "../../../src/cluster/topology.ts";
import { makeRef, refText } from "../../../src/incident/object-ref.ts";

const object = (kind: string, name: string, rest: object = {}, namespace = "shop"): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace, uid: `${kind}-${name}` },
  ...rest,
});
const containers = [{ name: "app" }];
const template = (name: string, spec: object = {}) => ({
  template: { metadata: { labels: { app: name } }, spec: { containers, ...spec } },
});
const pod = (name: string, owner: readonly [string, string], rest: { spec?: object; status?: object } = {}) => {
  const [kind, ownerName] = owner;
  const made = object("Pod", name, {
    spec: { containers, ...rest.spec },
    status: { phase: "Running", ...rest.status },
  });
  const ownerReferences = [{ kind, name: ownerName, uid: `${kind}-${ownerName}`, controller: true }];
  return { ...made, metadata: { ...made.metadata, ownerReferences } };
};
const see = (...objects: readonly KubeObject[]) => {
  const observation = createObservation({ cluster: "test" });
  for (const one of objects) observation.objects.apply("ADDED", one, 1_000);
  return buildTopology(observation);
};

describe("what a host name or an address means", () => {
  const db = object("StatefulSet", "db", { spec: { serviceName: "db-pods", ...template("db") } });
  const web = object("Deployment", "web", { spec: template("web") });
  const sweep = object("Job", "sweep", { spec: template("sweep") });
  const agent = object("DaemonSet", "agent", { spec: template("agent") });
  const topology = see(
    db,
    web,
    sweep,
    agent,
    pod("db-0", ["StatefulSet", "db"], {
      status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] },
    }),
    pod("web-1", ["Deployment", "web"], { status: { podIP: "10.0.0.2" } }),
    // Its address has been given to another since.
    pod("sweep-1", ["Job", "sweep"], { status: { phase: "Succeeded", podIP: "10.0.0.2" } }),
    pod("agent-1", ["DaemonSet", "agent"], { spec: { hostNetwork: true }, status: { podIP: "192.0.2.4" } }),
    object("Service", "web", {
      spec: { selector: { app: "web" }, clusterIP: "10.96.0.1", clusterIPs: ["10.96.0.1", "fd00:96::1"] },
    }),
    object(
      "Service",
      "shop-front",
      { spec: { type: "ExternalName", externalName: "web.shop.svc.cluster.local" } },
      "press",
    ),
    object("Service", "payments", { spec: { type: "ExternalName", externalName: "api.payments.example" } }),
  );
  test.each([
    ["a pod of a StatefulSet by its own name", "db-0.db-pods.shop.svc.cluster.local", ["StatefulSet shop/db"]],
    ["the same from within the namespace", "db-0.db-pods", ["StatefulSet shop/db"]],
    ["a pod by its second address", "fd00::1", ["StatefulSet shop/db"]],
    ["a Service by its second address", "fd00:96::1", ["Deployment shop/web"]],
    ["an address that an ended pod had before", "10.0.0.2", ["Deployment shop/web"]],
    ["an address that a pod shares with its node", "192.0.2.4", []],
    ["a name for a Service of another namespace", "shop-front.press", ["Deployment shop/web"]],
    ["a name for something outside", "payments", []],
    ["a host outside that begins like a pod", "db-0.example.com", []],
  ])("%s", (_name, host, want) => {
    expect(topology.resolveHost("shop", host).workloads.map(refText)).toEqual(want);
  });
});

/** A role of the same name for the whole cluster. */
const everywhere = (name: string, subject: object, labels: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name, uid: `crb-${name}`, labels },
  ...{ subjects: [subject], roleRef: { kind: "ClusterRole", name } },
});

describe("what a workload uses that its template does not name", () => {
  const claim = (name: string) => object("PersistentVolumeClaim", name, { status: { phase: "Bound" } });
  const set = (name: string) =>
    object("StatefulSet", name, {
      spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }], ...template(name) },
    });
  const cache = { volumes: [{ name: "cache", ephemeral: { volumeClaimTemplate: {} } }] };
  const topology = see(
    set("db"),
    claim("data-db-0"),
    claim("data-db-backup"),
    object("Deployment", "web", { spec: template("web", cache) }),
    pod("web-1", ["Deployment", "web"], { spec: cache }),
    claim("web-1-cache"),
    object("ServiceAccount", "default", { imagePullSecrets: [{ name: "registry" }] }),
    object("Deployment", "own", { spec: template("own", { imagePullSecrets: [{ name: "mine" }] }) }),
    object("RoleBinding", "all", {
      subjects: [{ kind: "Group", name: "system:serviceaccounts:shop" }],
      roleRef: { kind: "Role", name: "reader" },
    }),
    object("RoleBinding", "others", {
      subjects: [{ kind: "Group", name: "system:serviceaccounts:bank" }],
      roleRef: { kind: "Role", name: "writer" },
    }),
    object(
      "RoleBinding",
      "abroad",
      {
        subjects: [{ kind: "ServiceAccount", name: "default", namespace: "shop" }],
        roleRef: { kind: "Role", name: "settings" },
      },
      "config",
    ),
    object("RoleBinding", "by-name", {
      subjects: [{ kind: "User", name: "system:serviceaccount:shop:default" }],
      roleRef: { kind: "Role", name: "lister" },
    }),
    everywhere("account", { kind: "ServiceAccount", name: "default", namespace: "shop" }),
    everywhere("group", { kind: "Group", name: "system:serviceaccounts:shop" }),
    everywhere("elsewhere", { kind: "ServiceAccount", name: "default", namespace: "bank" }),
    everywhere(
      "system:discovery",
      { kind: "Group", name: "system:authenticated" },
      { "kubernetes.io/bootstrapping": "rbac-defaults" },
    ),
  );
  const uses = (name: string, kind: string, of: string) =>
    topology
      .usesOf(makeRef(kind, "shop", name))
      .filter(({ ref }) => ref.kind === of)
      .map(({ ref }) => ref.name);
  test("the claims of a StatefulSet", () =>
    expect(uses("db", "StatefulSet", "PersistentVolumeClaim")).toEqual(["data-db-0"]));
  test("who uses such a claim", () =>
    expect(topology.usersOf(makeRef("PersistentVolumeClaim", "shop", "data-db-0")).map(refText)).toEqual([
      "StatefulSet shop/db",
    ]));
  test("the claims of ephemeral volumes", () =>
    expect(uses("web", "Deployment", "PersistentVolumeClaim")).toEqual(["web-1-cache"]));
  test("the pull secrets of its account, unless it names others", () => {
    expect(uses("web", "Deployment", "Secret")).toEqual(["registry"]);
    expect(uses("own", "Deployment", "Secret")).toEqual(["mine"]);
  });
  test("roles by groups that all accounts are in, by its name as a user, and in other namespaces", () =>
    expect(uses("web", "Deployment", "Role").toSorted()).toEqual(["lister", "reader", "settings"]));
  test("roles for the whole cluster that are bound to its account, and not those that everybody has", () =>
    expect(uses("web", "Deployment", "ClusterRole").toSorted()).toEqual(["account", "group"]));
});
