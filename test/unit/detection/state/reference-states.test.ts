import { describe, expect, test } from "vitest";
import { dueTimes, parseCron } from "../../../../src/detection/state/cron-schedule.ts";
import { refText } from "../../../../src/incident/object-ref.ts";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const early = "2026-11-20T11:00:00Z";
const told = (world: World) => world.active().map(({ reason, target }) => `${reason} ${target.kind}/${target.name}`);

const cluster = (kind: string, name: string, rest: object = {}, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name, uid: `${kind}-${name}`, creationTimestamp: early },
  ...rest,
});
const object = (kind: string, name: string, rest: object = {}) => ({
  ...cluster(kind, name, rest),
  metadata: { name, namespace: "shop", uid: `${kind}-${name}`, creationTimestamp: early },
});

const shop = (world: World) => {
  const env = [{ name: "DB_URL", value: "http://carts-db" }];
  world.put(
    ...deployment({ app: "carts", env }),
    pod({ app: "carts", at: start - 600_000, env }),
    service("carts"),
    ...deployment({ app: "carts-db" }),
    pod({ app: "carts-db", at: start - 600_000 }),
    service("carts-db"),
  );
  world.run(20_000);
};

describe("ingresses and what they name", () => {
  const ingress = (spec: object, status: object = {}) => object("Ingress", "shop", { spec, status });
  const to = (port: object) => ({ rules: [{ http: { paths: [{ backend: { service: { name: "web", port } } }] } }] });
  const nginx = cluster("IngressClass", "nginx");
  const served = { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } };

  test.each<[string, readonly object[], readonly string[]]>([
    ["a port that the Service has", [ingress(to({ number: 80 }))], []],
    ["a port that the Service does not have", [ingress(to({ number: 81 }))], ["BackendPortMissing Ingress/shop"]],
    [
      "a port name that the Service does not have",
      [ingress(to({ name: "http" }))],
      ["BackendPortMissing Ingress/shop"],
    ],
    ["a class that exists", [nginx, ingress({ ingressClassName: "nginx" })], []],
    ["a class that nobody made", [nginx, ingress({ ingressClassName: "ngnix" })], ["IngressClassMissing Ingress/shop"]],
    ["a class where classes are not watched", [ingress({ ingressClassName: "ngnix" })], []],
    ["a class that does not exist, with an address", [nginx, ingress({ ingressClassName: "old" }, served)], []],
    ["a certificate that was never seen", [ingress({ tls: [{ secretName: "tls" }] })], []],
  ])("%s", (_title, objects, want) => {
    const world = createWorld({ start });
    world.put(service("web", {}), ...objects);
    world.run(20_000);
    expect(told(world)).toEqual(want);
  });

  test("a certificate that is deleted is missed after a minute; one that is renewed is not", () => {
    const world = createWorld({ start });
    const secret = object("Secret", "tls", { data: { "tls.crt": "" } });
    world.put(secret, ingress({ tls: [{ secretName: "tls" }] }));
    world.run(20_000);
    world.drop(secret);
    world.run(10_000);
    world.put(secret);
    world.run(90_000);
    expect(told(world)).toEqual([]);
    world.drop(secret);
    world.run(90_000);
    expect(told(world)).toEqual(["TlsSecretMissing Ingress/shop"]);
  });
});

describe("storage classes", () => {
  const claim = (phase: string, spec: object) => object("PersistentVolumeClaim", "data", { spec, status: { phase } });
  const waiting = () => {
    const made = pod({ app: "db", at: start, ready: false, phase: "Pending", state: { waiting: {} } }) as {
      spec: object;
    };
    return { ...made, spec: { ...made.spec, volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] } };
  };
  const standard = cluster("StorageClass", "standard", { provisioner: "csi.example.io" });
  const usual = {
    ...standard,
    metadata: { ...standard.metadata, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  };
  test.each<[string, readonly object[], readonly string[]]>([
    ["a class that exists", [standard, claim("Pending", { storageClassName: "standard" }), waiting()], []],
    [
      "a class that does not exist, and a pod that waits",
      [standard, claim("Pending", { storageClassName: "fast" }), waiting()],
      ["StorageClassMissing PersistentVolumeClaim/data"],
    ],
    ["one that nobody waits for", [standard, claim("Pending", { storageClassName: "fast" })], []],
    ["one that is bound already", [standard, claim("Bound", { storageClassName: "fast" }), waiting()], []],
    ["no class, and a default", [usual, claim("Pending", {}), waiting()], []],
    [
      "no class and no default",
      [standard, claim("Pending", {}), waiting()],
      ["NoDefaultStorageClass PersistentVolumeClaim/data"],
    ],
    ["a volume made by hand", [standard, claim("Pending", { storageClassName: "" }), waiting()], []],
    ["classes that are not watched", [claim("Pending", { storageClassName: "fast" }), waiting()], []],
  ])("%s", (_title, objects, want) => {
    const world = createWorld({ start });
    world.put(...objects);
    world.run(40_000);
    expect(told(world)).toEqual(want);
  });
});

describe("schedules", () => {
  const at = Date.parse("2026-11-20T12:00:00Z");
  test.each<[string, readonly string[]]>([
    ["*/20 * * * *", ["12:20", "12:40", "13:00"]],
    ["5,35 13-14 * * *", ["13:05", "13:35", "14:05"]],
    ["@hourly", ["13:00", "14:00", "15:00"]],
    ["0 0 13 * 5", []],
    ["30 15 * nov fri", ["15:30"]],
    ["0 14 * * 7", []],
  ])("%s", (text, want) => {
    const schedule = parseCron(text);
    const due = schedule ? dueTimes(schedule, at, at + 4 * 3_600_000, 3) : ["none"];
    expect(due.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual(want);
  });

  test("either day is enough when both are restricted", () => {
    const schedule = parseCron("0 0 13 * 5");
    const due = schedule ? dueTimes(schedule, at, at + 40 * 86_400_000, 4) : [];
    expect(due.map((time) => new Date(time).toISOString().slice(0, 10))).toEqual([
      "2026-11-27",
      "2026-12-04",
      "2026-12-11",
      "2026-12-13",
    ]);
  });

  test.each([
    ["0 0 */10 * 1", ["2026-11-21", "2026-11-23", "2026-11-30"]],
    ["0 0 */1 * 1", ["2026-11-23", "2026-11-30", "2026-12-07"]],
    ["0 0 ?/10 * ?", ["2026-11-21", "2026-12-01", "2026-12-11"]],
  ])("days in steps are a restriction like any other: %s", (text, want) => {
    const schedule = parseCron(text);
    const due = schedule ? dueTimes(schedule, at, at + 40 * 86_400_000, 3) : [];
    expect(due.map((time) => new Date(time).toISOString().slice(0, 10))).toEqual(want);
  });

  test.each([
    "",
    "* * * *",
    "60 * * * *",
    "5-1 * * * *",
    "every day",
    "*/0 * * * *",
    "* * 0 * *",
    "* * * * * *",
  ])("%j is none", (text) => expect(parseCron(text)).toBeUndefined());

  const cron = (spec: object, status: object = {}) =>
    object("CronJob", "sync", {
      spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
      status,
    });
  test.each<[string, object, readonly string[]]>([
    ["ran five minutes ago", cron({}, { lastScheduleTime: "2026-11-20T11:55:00Z" }), []],
    ["missed one run", cron({}, { lastScheduleTime: "2026-11-20T11:50:00Z" }), []],
    ["missed many runs", cron({}, { lastScheduleTime: "2026-11-20T11:30:00Z" }), ["ScheduleMissed CronJob/sync"]],
    ["never ran", cron({}), ["ScheduleMissed CronJob/sync"]],
    ["is suspended", cron({ suspend: true }, { lastScheduleTime: "2026-11-20T09:00:00Z" }), []],
    [
      "waits for its last run to end",
      cron({ concurrencyPolicy: "Forbid" }, { lastScheduleTime: "2026-11-20T11:20:00Z", active: [{}] }),
      [],
    ],
    [
      "is daily in another zone",
      cron({ schedule: "0 3 * * *", timeZone: "Asia/Tokyo" }, { lastScheduleTime: "2026-11-19T18:00:00Z" }),
      [],
    ],
    ["cannot be read", cron({ schedule: "99 * * * *" }), ["ScheduleInvalid CronJob/sync"]],
  ])("one that %s", (_title, made, want) => {
    const world = createWorld({ start });
    world.put(made);
    world.run(10_000);
    expect(told(world)).toEqual(want);
  });

  test("one that is resumed after a day is given its time", () => {
    const world = createWorld({ start });
    world.put(cron({ suspend: true }, { lastScheduleTime: "2026-11-19T11:00:00Z" }));
    world.run(10_000);
    world.put(cron({ suspend: false }, { lastScheduleTime: "2026-11-19T11:00:00Z" }));
    world.run(60_000);
    expect(told(world)).toEqual([]);
  });
});

describe("a set and the Service that gives its pods their names", () => {
  const set = object("StatefulSet", "db", {
    spec: {
      replicas: 1,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [] } },
    },
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1, observedGeneration: 1 },
  });
  test.each<[string, boolean, number, readonly string[]]>([
    ["deleted", true, 30_000, ["GoverningServiceMissing Service/db"]],
    ["deleted a moment ago", true, 5_000, []],
    ["never there", false, 60_000, []],
  ])("%s", (_title, was, ms, want) => {
    const world = createWorld({ start });
    world.put(set, ...(was ? [service("db", {})] : []));
    world.run(10_000);
    if (was) world.drop(service("db", {}));
    world.run(ms);
    expect(told(world)).toEqual(want);
  });
});

describe("admission webhooks", () => {
  const hook = (rest: object = {}) =>
    cluster("ValidatingWebhookConfiguration", "policy", {
      webhooks: [
        {
          name: "policy.example.io",
          clientConfig: { service: { namespace: "shop", name: "policy" } },
          rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
          ...rest,
        },
      ],
    });
  const standing = (ready: boolean) => pod({ app: "policy", at: start - 600_000, ready });
  test.each<[string, readonly object[], number, readonly string[]]>([
    ["whose service answers", [hook(), service("policy"), standing(true)], 120_000, []],
    [
      "whose service has no pod",
      [hook(), service("policy")],
      120_000,
      ["WebhookUnreachable ValidatingWebhookConfiguration/policy"],
    ],
    [
      "whose service does not exist",
      [hook(), service("other", {})],
      120_000,
      ["WebhookUnreachable ValidatingWebhookConfiguration/policy"],
    ],
    ["whose pod restarts", [hook(), service("policy")], 40_000, []],
    ["that may be skipped", [hook({ failurePolicy: "Ignore" }), service("policy")], 120_000, []],
    ["called by URL", [hook({ clientConfig: { url: "https://policy.example.io" } })], 120_000, []],
    ["in a namespace that is not watched", [hook()], 120_000, []],
  ])("%s", (_title, objects, ms, want) => {
    const world = createWorld({ start });
    world.put(...objects);
    world.run(ms);
    expect(told(world)).toEqual(want);
  });
});

describe("network policies", () => {
  const now = "2026-11-20T12:00:20Z";
  const policy = (spec: object, creationTimestamp = now) => ({
    ...object("NetworkPolicy", "lock", { spec }),
    metadata: { name: "lock", namespace: "shop", uid: "np", creationTimestamp },
  });
  const db = { podSelector: { matchLabels: { app: "carts-db" } } };
  const refused = 'level=error msg="connect ECONNREFUSED carts-db:80"';
  const fine = "level=info msg=served";
  const label = { matchLabels: { app: "carts" } };
  const dns = { ports: [{ port: 53, protocol: "UDP" }] };
  test.each<[string, object, string, readonly string[]]>([
    ["closes the database, and its caller says so", policy(db), refused, ["PolicyBlocksTraffic NetworkPolicy/lock"]],
    ["closes the database, and nobody enforces it", policy(db), fine, []],
    ["lets the caller in", policy({ ...db, ingress: [{ from: [{ podSelector: label }] }] }), refused, []],
    [
      "lets the caller in at another port",
      policy({ ...db, ingress: [{ from: [{ podSelector: label }], ports: [{ port: 9_999 }] }] }),
      refused,
      ["PolicyBlocksTraffic NetworkPolicy/lock"],
    ],
    [
      "lets another namespace in alone",
      policy({ ...db, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "ops" } } }] }] }),
      refused,
      ["PolicyBlocksTraffic NetworkPolicy/lock"],
    ],
    ["is about others", policy({ podSelector: { matchLabels: { app: "front" } } }), refused, []],
    [
      "lets the caller out to the database, but not to the names",
      policy({ podSelector: label, policyTypes: ["Egress"], egress: [{ to: [db], ports: [{ port: 8080 }] }] }),
      'level=error msg="getaddrinfo EAI_AGAIN carts-db"',
      ["PolicyBlocksTraffic NetworkPolicy/lock"],
    ],
    [
      "lets the caller out to both",
      policy({ podSelector: label, policyTypes: ["Egress"], egress: [{ to: [db] }, dns] }),
      refused,
      [],
    ],
    [
      "lets the caller out to both, with the names at the port of OpenShift's pods",
      policy({
        podSelector: label,
        policyTypes: ["Egress"],
        egress: [{ to: [db], ports: [{ port: 8_080 }] }, { ports: [{ port: 5_353 }] }],
      }),
      refused,
      [],
    ],
    ["was there before", policy(db, early), refused, []],
  ])("one that %s", (_title, made, line, want) => {
    const world = createWorld({ start, learnMs: 1_000 });
    shop(world);
    world.put(made);
    world.run(30_000, () => world.log("carts-a1-x1", line));
    const states = world.active().filter(({ family }) => family === "state");
    expect(states.map(({ reason, target }) => `${reason} ${target.kind}/${target.name}`)).toEqual(want);
    expect(world.engine.incidents().length).toBeLessThanOrEqual(1);
  });

  test("one that is not mended is no less of a fault after an hour", () => {
    const world = createWorld({ start, learnMs: 1_000, tickMs: 15_000 });
    shop(world);
    world.put(policy(db));
    world.run(70 * 60_000, () => world.log("carts-a1-x1", refused));
    expect(world.active().map(({ reason }) => reason)).toContain("PolicyBlocksTraffic");
    expect(world.engine.incidents().map(({ status }) => status)).toEqual(["open"]);
  });
});

describe("what running pods need", () => {
  const account = object("ServiceAccount", "web");
  const settings = object("ConfigMap", "settings", { data: { a: "1" } });
  const using = (spec: object) => {
    const [made, set] = deployment({ app: "web" }) as [{ spec: { template: { spec: object } } }, object];
    const template = { ...made.spec.template, spec: { ...made.spec.template.spec, ...spec } };
    return [{ ...made, spec: { ...made.spec, template } }, set];
  };
  test.each<[string, object, object, readonly string[]]>([
    ["a ServiceAccount", account, { serviceAccountName: "web" }, ["MissingReference Deployment/web"]],
    [
      "a ConfigMap in a projected volume",
      settings,
      { volumes: [{ name: "all", projected: { sources: [{ configMap: { name: "settings" } }] } }] },
      ["MissingReference Deployment/web"],
    ],
    [
      "a ConfigMap as environment",
      settings,
      { containers: [{ name: "app", image: "web:1", envFrom: [{ configMapRef: { name: "settings" } }] }] },
      ["MissingReference Deployment/web"],
    ],
    [
      "an optional ConfigMap in a projected volume",
      settings,
      { volumes: [{ name: "all", projected: { sources: [{ configMap: { name: "settings", optional: true } }] } }] },
      [],
    ],
    ["a ServiceAccount of somebody else", account, {}, []],
  ])("%s, deleted", (_title, needed, spec, want) => {
    const world = createWorld({ start });
    world.put(needed, ...using(spec), pod({ app: "web", at: start - 600_000 }));
    world.run(10_000);
    world.drop(needed);
    world.run(10_000);
    expect(told(world)).toEqual(want);
  });
});

describe("evictions", () => {
  const budget = (allowed: number) =>
    object("PodDisruptionBudget", "web", {
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
      status: { disruptionsAllowed: allowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
    });
  const event = (count: number) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e", namespace: "shop", uid: "e" },
    involvedObject: { kind: "Pod", namespace: "shop", name: "web-a1-x1" },
    type: "Warning",
    reason: "EvictionFailed",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    count,
    firstTimestamp: "2026-11-20T11:58:00Z",
    lastTimestamp: "2026-11-20T12:00:00Z",
  });
  test.each<[string, number, number, readonly string[]]>([
    ["refused again and again", 0, 5, ["EvictionRefused PodDisruptionBudget/web"]],
    ["refused once", 0, 1, []],
    ["refused, and allowed by now", 1, 5, []],
    ["not tried: a budget that allows nothing is a risk", 0, 0, []],
  ])("%s", (_title, allowed, count, want) => {
    const world = createWorld({ start });
    world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - 600_000 }), budget(allowed));
    if (count > 0) world.event(event(count));
    world.run(20_000);
    expect(told(world)).toEqual(want);
  });
});

test("a cordoned node names every workload that waits for it, also those of one name in two namespaces", () => {
  const world = createWorld({ start });
  const waiting = (namespace: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "db-0",
      namespace,
      uid: `pod-${namespace}`,
      creationTimestamp: early,
      ownerReferences: [{ kind: "StatefulSet", name: "db", uid: `set-${namespace}`, controller: true }],
    },
    spec: { containers: [{ name: "db" }] },
    status: {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes are available: 1 node(s) were unschedulable.",
          lastTransitionTime: early,
        },
      ],
    },
  });
  world.put(cluster("Node", "n1", { spec: { unschedulable: true } }), waiting("blue"), waiting("green"));
  world.run(60_000);
  const about = world.engine.incidents().find(({ target }) => target.kind === "Node");
  expect(about?.affected.map(refText)).toEqual(["Node n1", "StatefulSet blue/db", "StatefulSet green/db"]);
});
