import { describe, expect, test } from "vitest";
import { createWorld, realEvents, realObject } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const at = (clock: string) => Date.parse(`2026-11-20T${clock}Z`);
const told = (world: ReturnType<typeof createWorld>) =>
  world.active().map(({ detector, reason, target }) => `${detector} ${reason} ${target.kind}/${target.name}`);

describe("workloads as a real API server reports them", () => {
  test.each([
    ["deployment-progressdeadlineexceeded", "22:44:00", ["deployment-rollout ProgressDeadlineExceeded Deployment/web"]],
    ["deployment-replicafailure-quota", "22:51:30", ["replica-failure QuotaExceeded ResourceQuota/tight"]],
    ["deployment-replicafailure-limitrange", "22:51:40", ["replica-failure LimitRangeViolated Deployment/lr"]],
    ["hpa-failedgetresourcemetric", "22:56:00", ["autoscaler AutoscalerBroken HorizontalPodAutoscaler/web"]],
    ["job-failed-backofflimitexceeded", "22:52:10", ["job-failed BackoffLimitExceeded Job/bad"]],
    ["job-failed-deadlineexceeded", "22:52:10", ["job-failed DeadlineExceeded Job/late"]],
  ])("%s", (name, clock, said) => {
    const world = createWorld({ start: at(clock) });
    world.put(realObject(name));
    world.run(10_000);
    expect(told(world)).toEqual(said);
  });

  test.each([
    ["deployment-available", "22:42:00"],
    ["deployment-progressing", "22:41:05"],
    ["deployment-progressing-stuck", "22:43:00"],
    ["hpa-failedgetresourcemetric", "22:51:55"],
    ["job-complete", "22:52:10"],
    ["cronjob", "22:53:00"],
    ["node-ready", "22:53:00"],
  ])("%s is not a fault", (name, clock) => {
    const world = createWorld({ start: at(clock) });
    world.put(realObject(name));
    world.run(10_000);
    expect(told(world)).toEqual([]);
  });

  test("a quota that stops pods is told from the events of the ReplicaSet alone", () => {
    const world = createWorld({ start: at("22:51:25") });
    // Items of a list carry no kind.
    const set = {
      ...realObject("replicaset-replicafailure-quota"),
      kind: "ReplicaSet",
      apiVersion: "apps/v1",
      status: { replicas: 0 },
    };
    world.put(set);
    world.event(...realEvents("replicaset-blocked-failedcreate"));
    world.run(10_000);
    expect(told(world)).toEqual(["create-refused QuotaExceeded ResourceQuota/tight"]);
  });
});

const start = at("12:00:00");
const shop = (world: ReturnType<typeof createWorld>) => {
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

describe("services and what stands behind them", () => {
  test("a selector that matches nothing is the Service's fault, within two scrapes", () => {
    const world = createWorld({ start });
    shop(world);
    world.put(service("carts", { app: "cart" }));
    world.run(10_000);
    expect(told(world)).toEqual(["service-endpoints SelectorMatchesNothing Service/carts"]);
  });

  test("a numeric target port that used to be a declared one", () => {
    const world = createWorld({ start });
    shop(world);
    world.put(service("carts", { app: "carts" }, 8081));
    world.run(10_000);
    expect(told(world)).toEqual(["service-port TargetPortUnknown Service/carts"]);
  });

  test("a named target port that no container has", () => {
    const world = createWorld({ start });
    shop(world);
    world.put(service("carts", { app: "carts" }, "web"));
    world.run(10_000);
    expect(told(world)).toEqual(["service-port TargetPortUnknown Service/carts"]);
  });

  test("a database scaled to zero while its caller runs", () => {
    const world = createWorld({ start });
    shop(world);
    world.put(...deployment({ app: "carts-db", replicas: 0 }));
    world.drop(pod({ app: "carts-db", at: start }));
    world.run(10_000);
    expect(told(world)).toEqual(["dependency-gone ScaledToZero Deployment/carts-db"]);
  });

  test("a Service that is deleted while its caller runs", () => {
    const world = createWorld({ start });
    shop(world);
    world.drop(service("carts-db"));
    world.run(15_000);
    expect(told(world)).toEqual(["dependency-gone Deleted Service/carts-db"]);
  });

  test("a second Service before the same pods that is deleted is missed by nobody who calls the first", () => {
    const world = createWorld({ start });
    shop(world);
    world.put(service("way-to-carts-db", { app: "carts-db" }));
    world.run(15_000);
    world.drop(service("way-to-carts-db"));
    world.run(15_000);
    expect(told(world)).toEqual([]);
  });

  test.each([
    [
      "a caller scaled to zero, which nobody calls",
      (world: ReturnType<typeof createWorld>) => {
        world.put(...deployment({ app: "carts", replicas: 0 }));
        world.drop(pod({ app: "carts", at: start }));
      },
    ],
    [
      "a namespace put to sleep, callers first",
      (world: ReturnType<typeof createWorld>) => {
        world.put(...deployment({ app: "carts", replicas: 0 }), ...deployment({ app: "carts-db", replicas: 0 }));
        world.drop(pod({ app: "carts", at: start }), pod({ app: "carts-db", at: start }));
      },
    ],
    [
      "a Service that selects nothing and never did",
      (world: ReturnType<typeof createWorld>) => {
        world.put(service("later", { app: "later" }));
      },
    ],
    [
      "a target port that was never declared",
      (world: ReturnType<typeof createWorld>) => {
        world.put(service("other", { app: "carts" }, 9999));
      },
    ],
    [
      "a pod that is replaced within seconds",
      (world: ReturnType<typeof createWorld>) => {
        world.drop(pod({ app: "carts-db", at: start }));
        world.put(
          ...deployment({ app: "carts-db", available: 0 }),
          pod({ app: "carts-db", suffix: "x2", at: world.now(), ready: false }),
        );
        world.run(5_000);
        world.put(...deployment({ app: "carts-db" }), pod({ app: "carts-db", suffix: "x2", at: world.now() - 5_000 }));
      },
    ],
  ])("%s is not a fault", (_title, change) => {
    const world = createWorld({ start });
    shop(world);
    change(world);
    world.run(90_000);
    expect(told(world)).toEqual([]);
  });
});

describe("nodes, configuration, jobs", () => {
  const unschedulable = (message: string) => [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastTransitionTime: "2026-11-20T12:00:20Z",
    },
  ];
  const node = (spec: object, conditions: object[] = [{ type: "Ready", status: "True" }]) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node-1", uid: "n1" },
    spec,
    status: { conditions, allocatable: { cpu: "2", memory: "8Gi" } },
  });

  test("a cordoned node is to blame for the pods that wait for it: one incident", () => {
    const world = createWorld({ start });
    world.put(node({}));
    shop(world);
    world.put(node({ unschedulable: true }));
    world.run(30_000);
    expect(told(world)).toEqual([]);
    world.put(
      ...deployment({ app: "carts", available: 0 }),
      pod({
        app: "carts",
        suffix: "x9",
        at: world.now(),
        ready: false,
        phase: "Pending",
        conditions: unschedulable("0/1 nodes are available: 1 node(s) were unschedulable."),
      }),
    );
    world.run(10_000);
    const incidents = world.engine.incidents();
    expect(incidents.map(({ target }) => `${target.kind}/${target.name}`)).toEqual(["Node/node-1"]);
    expect(incidents[0]?.title).toContain("cordoned");
  });

  test("a node that is not ready swallows the pods on it", () => {
    const world = createWorld({ start });
    world.put(node({}));
    shop(world);
    world.put(
      node({}, [
        { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", lastTransitionTime: "2026-11-20T12:00:20Z" },
      ]),
    );
    world.put(
      ...["carts", "carts-db"].map((app) =>
        pod({
          app,
          at: start - 600_000,
          ready: false,
          conditions: [{ type: "Ready", status: "False", lastTransitionTime: "2026-11-20T12:00:20Z" }],
        }),
      ),
    );
    world.put(...deployment({ app: "carts", available: 0 }), ...deployment({ app: "carts-db", available: 0 }));
    world.run(120_000);
    expect(world.engine.incidents().map(({ title, severity }) => [title, severity])).toEqual([
      ["Node node-1 is not ready", "critical"],
    ]);
  });

  test("a Secret key that is removed is told before the next pod fails; a rotation is not", () => {
    const world = createWorld({ start });
    const env = [{ name: "KEY", valueFrom: { secretKeyRef: { name: "payment-api", key: "API_KEY" } } }];
    const secret = (data: object) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "payment-api", namespace: "shop", uid: "s1" },
      data,
    });
    world.put(
      secret({ API_KEY: "" }),
      ...deployment({ app: "payment", env }),
      pod({ app: "payment", at: start - 600_000, env }),
    );
    world.run(10_000);
    world.drop(secret({ API_KEY: "" }));
    world.put(secret({ API_KEY: "" }));
    world.run(10_000);
    expect(told(world)).toEqual([]);
    world.put(secret({ OTHER: "" }));
    world.run(10_000);
    expect(told(world)).toEqual(["missing-reference MissingReference Deployment/payment"]);
  });

  test.each([
    ["its re-run has completed", { "kubemend.dev/rerun-of": "reindex" }, "Complete", []],
    ["another Job has completed", {}, "Complete", ["job-failed BackoffLimitExceeded Job/reindex"]],
    [
      "its re-run has failed too",
      { "kubemend.dev/rerun-of": "reindex" },
      "Failed",
      ["job-failed BackoffLimitExceeded Job/reindex", "job-failed BackoffLimitExceeded Job/reindex-rerun-1"],
    ],
  ])("a Job that failed stays as an object; after %s: %j %s", (_name, annotations, ended, said) => {
    const world = createWorld({ start });
    const job = (name: string, at: string, type: string, notes: object = {}) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, namespace: "shop", uid: name, annotations: notes },
      spec: { template: { spec: { containers: [] } } },
      status: {
        startTime: "2026-11-20T12:00:00Z",
        conditions: [{ type, status: "True", reason: "BackoffLimitExceeded", lastTransitionTime: at }],
        ...(type === "Complete" ? { completionTime: at } : {}),
      },
    });
    world.put(job("reindex", "2026-11-20T12:00:05Z", "Failed"));
    world.run(20_000);
    expect(told(world)).toEqual(["job-failed BackoffLimitExceeded Job/reindex"]);
    world.put(job("reindex-rerun-1", "2026-11-20T12:00:40Z", ended, annotations));
    world.run(60_000);
    expect(told(world)).toEqual(said);
  });

  test("a CronJob is to blame for its failing runs until one succeeds", () => {
    const world = createWorld({ start });
    const cron = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "sync", namespace: "shop", uid: "c1" },
      spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { spec: { containers: [] } } } } },
    };
    const job = (name: string, status: object) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: "shop",
        uid: name,
        ownerReferences: [{ kind: "CronJob", name: "sync", uid: "c1", controller: true }],
      },
      spec: { template: { spec: { containers: [] } } },
      status,
    });
    world.put(cron, job("sync-1", { failed: 1, active: 1, startTime: "2026-11-20T12:00:00Z" }));
    world.run(10_000);
    expect(told(world)).toEqual([]);
    world.put(
      job("sync-1", {
        failed: 2,
        startTime: "2026-11-20T12:00:00Z",
        conditions: [
          {
            type: "Failed",
            status: "True",
            reason: "BackoffLimitExceeded",
            lastTransitionTime: "2026-11-20T12:00:15Z",
          },
        ],
      }),
    );
    world.run(10_000);
    expect(told(world)).toEqual(["job-failed BackoffLimitExceeded CronJob/sync"]);
    world.put(
      job("sync-2", {
        succeeded: 1,
        completionTime: "2026-11-20T12:01:15Z",
        conditions: [{ type: "Complete", status: "True" }],
      }),
    );
    world.run(60_000);
    expect(told(world)).toEqual([]);
    expect(world.engine.incidents().map(({ status }) => status)).toEqual(["resolved"]);
  });
});

describe("a Deployment whose next ReplicaSet the API server refuses", () => {
  const refusal = (message: string) => {
    const [web, set] = deployment({ app: "web" }) as [{ status: object }, object];
    const progressing = {
      type: "Progressing",
      status: "False",
      reason: "ReplicaSetCreateError",
      message: `Failed to create new replica set "web-b2": ${message}`,
      lastTransitionTime: "2026-11-20T12:00:00Z",
    };
    return [{ ...web, status: { ...web.status, conditions: [progressing] } }, set, pod({ app: "web", at: start })];
  };
  test.each([
    [
      'admission webhook "validate.example.io" denied the request: no label stage',
      ["replica-failure WebhookDenied WebhookConfiguration/validate.example.io"],
    ],
    [
      'replicasets.apps "web-b2" is forbidden: exceeded quota: objects, requested: count/replicasets.apps=1, used: count/replicasets.apps=9, limited: count/replicasets.apps=9',
      ["replica-failure QuotaExceeded ResourceQuota/objects"],
    ],
    ["unable to create new content in namespace shop because it is being terminated", []],
  ])("%s", (message, want) => {
    const world = createWorld({ start });
    world.put(...refusal(message));
    world.run(15_000);
    expect(told(world)).toEqual(want);
  });
});
