import { beforeAll, describe, expect, it } from "vitest";
import { hostsInFailure, hostsInValue } from "../../../src/cluster/host-names.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { createObservation, type Observation } from "../../../src/cluster/observation.ts";
import { buildTopology, type Topology } from "../../../src/cluster/topology.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const ns = "shop";
const deployment = (name: string, spec: Record<string, unknown> = {}, replicas = 1): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: ns, uid: `d-${name}` },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: `${name}:1` }], ...spec } },
  },
});
const service = (name: string, selector: Record<string, string>, clusterIP: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: ns, uid: `s-${name}` },
  spec: { selector, clusterIP, ports: [{ port: 80, targetPort: 8080 }] },
});
const pod = (name: string, app: string, replicaSet: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: ns,
    uid: `p-${name}`,
    labels: { app },
    ownerReferences: [{ kind: "ReplicaSet", name: replicaSet, uid: `r-${replicaSet}`, controller: true }],
  },
  spec: { nodeName: "node-1", containers: [{ name: app }] },
  status: { podIP: "10.0.0.9" },
});
const replicaSet = (name: string, owner: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: {
    name,
    namespace: ns,
    uid: `r-${name}`,
    ownerReferences: [{ kind: "Deployment", name: owner, uid: `d-${owner}`, controller: true }],
  },
  spec: { selector: {}, template: { metadata: { labels: { app: owner } }, spec: { containers: [] } } },
});

function shop(): Observation {
  const observation = createObservation({ cluster: "test" });
  const put = (object: KubeObject) => observation.objects.apply("ADDED", object, 1_000);
  put(deployment("frontend"));
  put(
    deployment("carts", {
      serviceAccountName: "carts",
      containers: [
        {
          name: "carts",
          env: [{ name: "DB_URL", valueFrom: { configMapKeyRef: { name: "carts-config", key: "url" } } }],
        },
      ],
    }),
  );
  put(deployment("carts-db", {}, 0));
  put(replicaSet("carts-7d4", "carts"));
  put(pod("carts-7d4-abcde", "carts", "carts-7d4"));
  put(replicaSet("frontend-5f6", "frontend"));
  put(pod("frontend-5f6-zzzzz", "frontend", "frontend-5f6"));
  put(service("carts", { app: "carts" }, "10.96.0.1"));
  put(service("carts-db", { app: "carts-db" }, "10.96.0.2"));
  put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "carts-config", namespace: ns, uid: "c" },
    data: { url: "http://carts-db:80/kv" },
  });
  put({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "carts-reads", namespace: ns, uid: "rb" },
    subjects: [{ kind: "ServiceAccount", name: "carts", namespace: ns }],
    roleRef: { kind: "Role", name: "reader" },
  } as KubeObject);
  observation.logs.push({
    at: 2_000,
    namespace: ns,
    pod: "frontend-5f6-zzzzz",
    container: "frontend",
    line: '{"level":"error","msg":"call to carts failed: connect ECONNREFUSED 10.96.0.1:80"}',
  });
  return observation;
}

const frontend = makeRef("Deployment", ns, "frontend");
const carts = makeRef("Deployment", ns, "carts");
const db = makeRef("Deployment", ns, "carts-db");

describe("topology", () => {
  let topology: Topology;
  beforeAll(() => {
    topology = buildTopology(shop(), { logLinesPerPod: 100 });
  });

  it("finds the workload of a pod through its replica set", () =>
    expect(topology.workloadOfPod(ns, "carts-7d4-abcde")).toEqual(carts));
  it("knows the pods and the node", () => {
    expect(topology.podsOf(carts).map((item) => item.metadata.name)).toEqual(["carts-7d4-abcde"]);
    expect(topology.nodeOf(ns, "carts-7d4-abcde")).toEqual({ kind: "Node", name: "node-1" });
  });
  it("of a pod that is gone it knows whose it was, but it is not among the live ones and its address is free", () => {
    const observation = shop();
    observation.objects.apply(
      "DELETED",
      { ...pod("carts-7d4-abcde", "carts", "carts-7d4"), status: { podIP: "10.0.0.7" } },
      5_000,
    );
    const after = buildTopology(observation);
    expect(after.workloadOfPod(ns, "carts-7d4-abcde")).toEqual(carts);
    expect(after.podNamesOf(carts)).toEqual(["carts-7d4-abcde"]);
    expect(after.podsOf(carts)).toEqual([]);
    expect(after.resolveHost(ns, "10.0.0.7").workloads).toEqual([]);
    expect(after.resolveHost(ns, "10.0.0.9").workloads).toEqual([frontend]);
  });
  it("a workload scaled to zero is still behind its service", () =>
    expect(topology.workloadsBehind(makeRef("Service", ns, "carts-db"))).toEqual([db]));
  it("calls come from configuration and from failing calls in logs", () => {
    expect(topology.dependenciesOf(frontend)).toEqual([carts, db]);
    expect(topology.dependentsOf(db)).toEqual([carts, frontend]);
    expect(topology.dependenciesOf(frontend, 1)).toEqual([carts]);
  });
  it("knows what a workload uses, its roles included, and who uses a config map", () => {
    const kinds = topology.usesOf(carts).map((use) => `${use.ref.kind}/${use.ref.name}`);
    expect(kinds).toEqual(["ConfigMap/carts-config", "ServiceAccount/carts", "RoleBinding/carts-reads", "Role/reader"]);
    expect(topology.usersOf(makeRef("ConfigMap", ns, "carts-config"))).toEqual([carts]);
  });
  it("logs are left alone unless asked for", () => expect(buildTopology(shop()).dependenciesOf(frontend)).toEqual([]));

  it("a service without an address is found by its name, and by no address", () => {
    const observation = shop();
    observation.objects.apply("ADDED", service("headless", { app: "carts" }, "None"), 2_000);
    const built = buildTopology(observation);
    expect(built.resolveHost(ns, "None")).toEqual({ workloads: [] });
    expect(built.resolveHost(ns, "headless").workloads).toEqual([carts]);
    expect(built.resolveHost(ns, "10.96.0.1").workloads).toEqual([carts]);
  });

  it("remembers what a service selected before its selector was broken", () => {
    const observation = shop();
    observation.objects.apply("MODIFIED", service("carts", { app: "cart" }, "10.96.0.1"), 5_000);
    const broken = buildTopology(observation);
    expect(broken.selectedNow(makeRef("Service", ns, "carts"))).toEqual([]);
    expect(broken.workloadsBehind(makeRef("Service", ns, "carts"))).toEqual([carts]);
    expect(broken.servicesOf(carts)).toEqual([makeRef("Service", ns, "carts")]);
  });
  it("client metrics name callers, and a deleted callee is still found", () => {
    const observation = shop();
    observation.series.push(
      "client_requests_per_second",
      { namespace: ns, workload: "frontend", peer: "carts-db" },
      3_000,
      1,
    );
    observation.objects.apply("DELETED", deployment("carts-db"), 4_000);
    expect(buildTopology(observation).calls).toContainEqual({
      from: frontend,
      to: db,
      peer: "carts-db",
      service: makeRef("Service", ns, "carts-db"),
      via: "metric",
    });
  });
  it.each([
    ["a server that names the pod of its client calls nobody", "10.0.0.7", []],
    ["one that names another Service does", "10.96.0.1", [carts]],
  ])("%s", (_name, host, callees) => {
    const observation = shop();
    const line = `[Warning] Aborted connection 14 to db: 'shop' host: '${host}' (Got timeout reading communication packets)`;
    const client = { ...pod("carts-7d4-abcde", "carts", "carts-7d4"), status: { podIP: "10.0.0.7" } };
    observation.objects.apply("MODIFIED", client, 1_500);
    observation.objects.apply("ADDED", pod("carts-db-r1-x", "carts-db", "carts-db-r1"), 1_000);
    observation.objects.apply("ADDED", replicaSet("carts-db-r1", "carts-db"), 1_000);
    observation.logs.push({ at: 2_000, namespace: ns, pod: "carts-db-r1-x", container: "carts-db", line });
    const found = buildTopology(observation, { logLinesPerPod: 10 }).calls.filter(
      ({ from }) => from.name === "carts-db",
    );
    expect(found.map(({ to }) => to)).toEqual(callees);
  });
  it("resolves addresses, short and long names", () => {
    for (const host of ["carts", "carts.shop", "carts.shop.svc.cluster.local", "10.96.0.1"]) {
      expect(topology.resolveHost(ns, host).workloads, host).toEqual([carts]);
    }
    expect(topology.resolveHost(ns, "example.com").workloads).toEqual([]);
  });
  it.each([
    ["a flag and its host", { containers: [{ name: "report", command: ["psql", "-h", "carts", "-d", "shop"] }] }],
    ["a name server of its own", { dnsConfig: { nameservers: ["10.96.0.1"] } }],
  ])("knows a callee by %s", (_, spec) => {
    const observation = shop();
    observation.objects.apply("ADDED", deployment("report", spec), 2_000);
    const report = makeRef("Deployment", ns, "report");
    expect(buildTopology(observation).dependenciesOf(report, 1)).toEqual([carts]);
  });
  it("resolves a workload of another namespace that no service is named after", () => {
    const observation = shop();
    const ledger = {
      ...deployment("ledger"),
      metadata: { ...deployment("ledger").metadata, namespace: "bank", uid: "ledger" },
    };
    observation.objects.apply("ADDED", ledger, 2_000);
    const found = buildTopology(observation).resolveHost(ns, "ledger.bank");
    expect(found.workloads).toEqual([makeRef("Deployment", "bank", "ledger")]);
  });
});

describe("host names", () => {
  it.each([
    ["DB_URL", "postgres://user:pw@orders-db:5432/x", ["orders-db"]],
    ["X", "http://a.b.svc/x,http://c", ["a.b.svc", "c"]],
    ["CACHE_HOST", "redis", ["redis"]],
    ["PRICE_LIST", "price-list", []],
    ["BROKERS", "kafka-0:9092,kafka-1:9092", ["kafka-0", "kafka-1"]],
    ["default.vcl", 'backend default {\n    .host = "articles";\n    .port = "80";\n}', ["articles"]],
    ["app.ini", "[db]\ndb_host = orders-db\r\nport = 5432", ["orders-db"]],
    ["app.yaml", "ldap:\n  server: 'ldap'\n  retries: 3", ["ldap"]],
    ["app.json", '{"hostname": "carts", "hosts": 2}', ["carts"]],
    ["dnsmasq.conf", "no-hosts\nserver=10.250.0.1", ["10.250.0.1"]],
    ["", "exec psql -h orders-db -U shop", ["orders-db"]],
    ["", "redis-cli --host=carts-db ping", ["carts-db"]],
    ["app.conf", "host = on\nserver: 12\nhost all all 0.0.0.0/0 trust\nServerName shop", []],
  ])("%s=%s", (name, value, want) => expect(hostsInValue(name, value)).toEqual(want));
  it.each([
    ["call to payment failed: HTTP 502", ["payment"]],
    ["dial tcp: lookup redis on 10.96.0.10:53: no such host", ["redis"]],
    ["getaddrinfo ENOTFOUND carts-database", ["carts-database"]],
    ["connect ECONNREFUSED 10.96.1.2:80", ["10.96.1.2"]],
    ["java.net.UnknownHostException: orders-db", ["orders-db"]],
    [`(2003, "Can't connect to MySQL server on 'carts-db' (timed out)")`, ["carts-db"]],
    ["ERROR 2002 (HY000): Can't connect to server on 'carts-db' (115)", ["carts-db"]],
    ['could not translate host name "orders-db" to address: Temporary failure in name resolution', ["orders-db"]],
    ["GET /items status=200", []],
    ['connection to server at "orders-db" (10.1.1.1), port 5432 failed', ["orders-db"]],
    ["Can't connect to MySQL server on 'mariadb' (timed out)", ["mariadb"]],
    ['Is the server running on host "10.96.1.2" and accepting TCP/IP connections? Connection refused', ["10.96.1.2"]],
  ])("%s", (line, want) => expect(hostsInFailure(line)).toEqual(expect.arrayContaining(want)));
  it.each([
    'Traceback (most recent call last):\n  File "/app/w.py", line 12, in connect\n    connect(host=settings.HOST, timeout=5)\nTimeoutError: timed out',
    'return pymysql.connect(host=os.environ["DB_HOST"], user=os.environ["DB_USER"], connect_timeout=5)',
    "self.sock = socket.create_connection(host=self.host, timeout=3)",
    "raise TimeoutError(host=DB_HOST)",
    "connect(host=get_host(), timeout=5)",
    "failed to start the server on port 8080",
  ])("names nobody, as source code that a stack quotes: %s", (line) => expect(hostsInFailure(line)).toEqual([]));
});
