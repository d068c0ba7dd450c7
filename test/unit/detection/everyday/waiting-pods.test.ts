import { describe, expect, test } from "vitest";
import {
  apiTime,
  deploymentOf,
  eventAbout,
  made,
  nodeOf,
  ownedBy,
  statefulSet,
  workPod,
} from "../../../support/cluster-work.ts";
import { minute, old, open, start, titles } from "../../../support/everyday.ts";

const db = { kind: "StatefulSet", name: "db" };

describe("pods that wait for something outside", () => {
  test("a load balancer that has to register the pod (readiness gate)", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 2 }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    const at = world.now();
    const conditions = (ready: boolean) => [
      { type: "ContainersReady", status: "True", lastTransitionTime: apiTime(at + 3_000) },
      {
        type: "Ready",
        status: ready ? "True" : "False",
        reason: "ReadinessGatesNotReady",
        lastTransitionTime: apiTime(at),
      },
    ];
    const gated = {
      name: "db-1",
      owner: db,
      at,
      spec: { readinessGates: [{ conditionType: "target-health.elbv2.k8s.aws/x" }] },
    };
    world.put(workPod({ ...gated, conditions: conditions(false) }));
    world.run(2 * minute);
    world.put(workPod({ ...gated, conditions: conditions(true) }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("a volume that is still attached to the node that was drained", () => {
    const world = open();
    const at = start;
    const spec = { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data-db-0" } }] };
    world.put(nodeOf("node-1"), nodeOf("node-2"), statefulSet("db", { replicas: 1 }));
    world.run(minute);
    world.put(
      statefulSet("db", { replicas: 1, available: 0 }),
      workPod({ name: "db-0", owner: db, at: world.now(), node: "node-2", phase: "Pending", spec }),
    );
    world.event(
      eventAbout(
        { kind: "Pod", name: "db-0" },
        "FailedAttachVolume",
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
        { at: world.now() },
      ),
    );
    world.run(25_000);
    world.put(
      statefulSet("db", { replicas: 1 }),
      workPod({ name: "db-0", owner: db, at, node: "node-2", spec, readyAt: world.now() }),
    );
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("a mount that failed once, of a pod that then pulls a large image", () => {
    const world = open();
    const at = start;
    world.put(statefulSet("db", { replicas: 2 }), workPod({ name: "db-0", owner: db, at: old }));
    const starting = [{ name: "app", restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } }];
    world.put(workPod({ name: "db-1", owner: db, at, phase: "Pending", containers: starting }));
    const about = { kind: "Pod", name: "db-1" };
    const message =
      'MountVolume.SetUp failed for volume "kube-api-access-x": failed to sync configmap cache: timed out waiting for the condition';
    world.event(eventAbout(about, "FailedMount", message, { at: at + 1_000 }));
    world.event(eventAbout(about, "Pulling", 'Pulling image "registry/app:1"', { at: at + 3_000, type: "Normal" }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("the Secret of a new workload is issued half a minute after it", () => {
    const world = open();
    world.put(deploymentOf("web", { replicas: 0 }));
    world.run(2 * minute);
    const at = world.now();
    const owner = { kind: "ReplicaSet", name: "issuer-a1" };
    world.put(
      deploymentOf("issuer", { replicas: 1, available: 0, meta: { creationTimestamp: apiTime(at) } }),
      made("apps/v1", "ReplicaSet", "issuer-a1", {
        meta: { ...ownedBy("Deployment", "issuer"), creationTimestamp: apiTime(at) },
        spec: { replicas: 1, template: { spec: { containers: [{ name: "app" }] } } },
      }),
    );
    const pod = { name: "issuer-a1-x", owner, at };
    const waiting = [
      {
        name: "app",
        restartCount: 0,
        state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "tls" not found' } },
      },
    ];
    world.put(workPod({ ...pod, phase: "Pending", containers: waiting }));
    world.run(30_000);
    world.put(
      workPod({ ...pod, readyAt: world.now() }),
      deploymentOf("issuer", { replicas: 1, meta: { creationTimestamp: apiTime(at) } }),
    );
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  test("a registry that is busy for a moment, or a kubelet that keeps to its own limit", () => {
    const world = open();
    world.put(statefulSet("db", { replicas: 2 }), workPod({ name: "db-0", owner: db, at: old }));
    world.run(minute);
    const at = world.now();
    const pod = { name: "db-1", owner: db, at };
    const waiting = (message: string) => [
      { name: "app", restartCount: 0, state: { waiting: { reason: "ErrImagePull", message } } },
    ];
    world.put(workPod({ ...pod, phase: "Pending", containers: waiting("pull QPS exceeded") }));
    world.run(15_000);
    world.put(workPod({ ...pod, readyAt: world.now() }));
    world.run(minute);
    expect(titles(world)).toEqual([]);
  });

  describe("a registry that answers 503, of which the kubelet says only between its attempts that it backs off", () => {
    const image = "registry.example.com/team/with/a/long/name/app:1";
    const answer = `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": pulling from host registry.example.com failed with status code [manifests 1]: 503 Service Unavailable`;
    const watch = (seesFirst: boolean, isCured: boolean) => {
      const world = open();
      world.put(statefulSet("db", { replicas: 2 }), workPod({ name: "db-0", owner: db, at: old }));
      world.run(minute);
      const pod = { name: "db-1", owner: db, at: world.now(), spec: { containers: [{ name: "app", image }] } };
      const waiting = (reason: string, message: string) =>
        workPod({
          ...pod,
          phase: "Pending",
          containers: [{ name: "app", restartCount: 0, state: { waiting: { reason, message } } }],
        });
      if (seesFirst) world.put(waiting("ErrImagePull", answer));
      world.event(
        eventAbout({ kind: "Pod", name: "db-1" }, "Failed", `Failed to pull image "${image}": ${answer}`, {
          at: world.now(),
        }),
      );
      world.run(5_000);
      world.put(waiting("ImagePullBackOff", `Back-off pulling image "${image}"`));
      world.run(20_000);
      if (isCured) world.put(workPod({ ...pod, readyAt: world.now() }));
      world.run(minute);
      return { titles: titles(world), summaries: world.active().map(({ summary }) => summary) };
    };
    test.each([true, false])("is no news when the next one is answered (attempt seen: %s)", (seesFirst) => {
      expect(watch(seesFirst, true).titles).toEqual([]);
    });
    test("is when it goes on", () => {
      const { titles, summaries } = watch(true, false);
      expect(titles).toEqual(["db cannot pull its image"]);
      expect(summaries[0]).toMatch(/ImagePullBackOff .*: pulling from host .*503 Service Unavailable$/);
    });
  });
});

describe("pods that become ready later than the ones before them", () => {
  const watch = (isEverReady: boolean) => {
    const world = open();
    world.put(statefulSet("db", { replicas: 1 }), workPod({ name: "db-0", owner: db, at: start - 2 * minute }));
    world.run(2 * minute);
    const readinessProbe = { httpGet: { path: "/", port: 8080 }, initialDelaySeconds: 40, periodSeconds: 10 };
    const pod = {
      name: "db-0",
      owner: db,
      at: world.now(),
      meta: { uid: "second" },
      spec: { containers: [{ name: "app", readinessProbe }] },
    };
    world.put(workPod({ ...pod, ready: false }));
    world.run(45_000);
    if (isEverReady) world.put(workPod({ ...pod, readyAt: world.now() }));
    world.run(minute);
    return titles(world);
  };
  test("because their new probe asks later are no news", () => expect(watch(true)).toEqual([]));
  test("are when they do not become ready then either", () =>
    expect(watch(false)).toEqual(["db has pods that do not become ready"]));
});

describe("pods for which there is no room", () => {
  const tainted = nodeOf("control", {
    spec: { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] },
  });
  const room =
    "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.";
  const waiting = (owner: { readonly kind: string; readonly name: string }, at: number, spec: object = {}) =>
    workPod({
      name: `${owner.name}-x`,
      owner,
      at,
      node: "",
      phase: "Pending",
      spec,
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: room,
          lastTransitionTime: apiTime(at),
        },
      ],
    });

  /** A Job's pod asks for so much CPU and waits for so long behind others. */
  const job = (cpu: string, minutes: number): readonly string[] => {
    const world = open();
    const containers = [{ name: "app", image: "registry/app:1", resources: { requests: { cpu } } }];
    const spec = { restartPolicy: "Never", containers };
    world.put(nodeOf("node-1"), tainted, made("batch/v1", "Job", "render", { spec: { template: { spec } } }));
    world.run(minute);
    world.put(waiting({ kind: "Job", name: "render" }, world.now(), spec));
    world.run(minutes * minute);
    return titles(world);
  };

  test("a Job waits its turn", () => {
    expect(job("2", 12)).toEqual([]);
  });

  test("one that waits for ever is told", () => {
    expect(job("2", 20)).toEqual(["Job render has pods that no node takes"]);
  });

  test("one that is too large for every node is told at once", () => {
    expect(job("8", 1)).toEqual(["Job render has pods that no node takes"]);
  });

  test("a pod waits for another one to leave, beside nodes that are always tainted", () => {
    const world = open();
    const leaving = { name: "old-0", owner: { kind: "StatefulSet", name: "old" }, at: old };
    world.put(nodeOf("node-1"), tainted, statefulSet("db", { replicas: 1 }), workPod(leaving));
    world.run(minute);
    const at = world.now();
    world.put(
      workPod({ ...leaving, deletionTimestamp: apiTime(at + 30_000) }),
      statefulSet("db", { replicas: 1, available: 0 }),
      waiting(db, at),
    );
    world.run(30_000);
    expect(titles(world)).toEqual([]);
  });
});
