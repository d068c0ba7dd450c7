import { describe, expect, test } from "vitest";
import { createWorld, type World } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const told = (world: World) => world.active().map(({ reason, target }) => `${reason} ${target.kind}/${target.name}`);

type Json = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
/** The object with other values in it; maps merge, all else is replaced. */
function but<T extends object>(object: T, change: Json): T {
  const own = object as Json;
  const changed = Object.entries(change).map(([key, value]) => {
    const old = own[key];
    return [key, isMap(value) && isMap(old) ? but(old, value) : value] as const;
  });
  return { ...object, ...Object.fromEntries(changed) };
}
const [web = {}, set = {}] = deployment({ app: "web" });
const [down = {}] = deployment({ app: "web", available: 0 });
const young = (ready: boolean) => pod({ app: "web", at: start + 5_000, ready });
const object = (apiVersion: string, kind: string, name: string, rest: Json = {}): object => ({
  apiVersion,
  kind,
  ...but(
    { metadata: { name, namespace: "shop", uid: `${kind}-${name}`, creationTimestamp: "2026-11-20T11:00:00Z" } },
    rest,
  ),
});
/** It was well, and is so now. */
const then =
  (...now: readonly object[]) =>
  (world: World) => {
    world.put(web, set, pod({ app: "web", at: start - 600_000 }));
    world.run(10_000);
    world.put(...now);
  };
const proxy = { name: "proxy", restartPolicy: "Always", image: "proxy:1" };
const slowProxy = { ...proxy, startupProbe: { tcpSocket: { port: 15021 }, periodSeconds: 10, failureThreshold: 30 } };
const withSidecar = (sidecar: object) => ({ spec: { template: { spec: { initContainers: [sidecar] } } } });
const withProxyPort = (change: Json = {}) =>
  but(pod({ app: "web", at: start - 600_000 }), {
    spec: { initContainers: [{ ...proxy, ports: [{ name: "mesh", containerPort: 15_443, ...change }] }] },
  });

describe("a container that ended twice before the watch began", () => {
  test.each<[string, number, readonly string[]]>([
    ["and has served for longer than a minute", 70_000, []],
    ["and serves for half a minute", 30_000, ["CrashLoopBackOff Deployment/web"]],
  ])("%s", (_name, servedMs, want) => {
    const world = createWorld({ start });
    const ended = { exitCode: 1, reason: "Error", startedAt: time(start - servedMs - 6_000) };
    const lastState = { terminated: { ...ended, finishedAt: time(start - servedMs - 4_000) } };
    world.put(web, set, pod({ app: "web", at: start - servedMs - 2_000, restartCount: 2, lastState }));
    world.run(10_000);
    expect(told(world)).toEqual(want);
  });
});

describe("workloads that take their time", () => {
  test.each<[string, (world: World) => void, number, readonly string[]]>([
    [
      "pods that are ready and count after minReadySeconds",
      then(but(down, { spec: { minReadySeconds: 120 } })),
      100_000,
      [],
    ],
    [
      "pods that do not count long after it",
      then(but(down, { spec: { minReadySeconds: 120 } })),
      170_000,
      ["ReplicasUnavailable Deployment/web"],
    ],
    ["a sidecar whose start-up probe may take five minutes", then(but(down, withSidecar(slowProxy))), 240_000, []],
    [
      "an init container with the same probe, which none may have",
      then(but(down, withSidecar({ ...slowProxy, restartPolicy: undefined }))),
      60_000,
      ["ReplicasUnavailable Deployment/web"],
    ],
    [
      "one that is deleted in the foreground and waits for its pods",
      then(but(down, { metadata: { deletionTimestamp: time(start + 10_000), finalizers: ["foregroundDeletion"] } })),
      80_000,
      [],
    ],
  ])("%s", (_name, story, ms, want) => {
    const world = createWorld({ start });
    story(world);
    world.run(ms);
    expect(told(world)).toEqual(want);
  });
});

describe("a namespace that is deleted with all that is in it", () => {
  const refused =
    'pods "web-a1-" is forbidden: unable to create new content in namespace shop because it is being terminated';
  const failing = (message: string) =>
    but(set, {
      status: {
        replicas: 0,
        conditions: [
          { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message, lastTransitionTime: time(start) },
        ],
      },
    });
  test.each([
    ["the last tries of its controllers", refused, []],
    ["any other refusal", 'pods "web-a1-" is forbidden: something else', ["FailedCreate Deployment/web"]],
  ])("%s", (_name, message, want) => {
    const world = createWorld({ start });
    world.put(web, failing(message));
    world.event({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "shop", uid: "e" },
      involvedObject: { kind: "ReplicaSet", namespace: "shop", name: "web-a1" },
      reason: "FailedCreate",
      message,
      type: "Warning",
      count: 4,
      firstTimestamp: time(start),
      lastTimestamp: time(start + 4_000),
    });
    world.run(15_000);
    expect([...new Set(told(world))]).toEqual(want);
  });

  test("what keeps it is told in the words of its conditions", () => {
    const world = createWorld({ start });
    const message = "Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1: stale GroupVersion discovery";
    world.put(
      object("v1", "Namespace", "shop", {
        metadata: { namespace: undefined, deletionTimestamp: time(start - 400_000) },
        spec: { finalizers: ["kubernetes"] },
        status: {
          phase: "Terminating",
          conditions: [
            { type: "NamespaceDeletionDiscoveryFailure", status: "True", reason: "DiscoveryFailed", message },
            { type: "NamespaceContentRemaining", status: "False", message: "All content successfully removed" },
          ],
        },
      }),
    );
    world.run(10_000);
    const [stuck] = world.active();
    expect(stuck?.summary).toContain("metrics.k8s.io/v1beta1");
    expect(stuck?.summary).not.toContain("successfully");
  });
});

describe("Services and where they lead", () => {
  const named = (targetPort: string, protocol = "TCP") =>
    but(service("web"), { spec: { ports: [{ port: 443, targetPort, protocol }] } });
  const unready = pod({ app: "web", at: start - 600_000, ready: false });
  const noEndpoint = "NoReadyEndpoints Deployment/web";
  const unknown = "TargetPortUnknown Service/web";
  const open = but(service("web"), { spec: { clusterIP: "None", publishNotReadyAddresses: true } });
  test.each<[string, readonly object[], string, boolean]>([
    ["one that publishes pods that are not ready has endpoints", [open, unready], noEndpoint, false],
    ["any other has none", [service("web"), unready], noEndpoint, true],
    ["the name of a sidecar's port", [named("mesh"), withProxyPort()], unknown, false],
    ["a name that no container bears", [named("mash"), withProxyPort()], unknown, true],
    [
      "a name that a port of another protocol bears",
      [named("mesh"), withProxyPort({ protocol: "UDP" })],
      unknown,
      true,
    ],
    ["the same name, of the same protocol", [named("mesh", "UDP"), withProxyPort({ protocol: "UDP" })], unknown, false],
  ])("%s", (_name, objects, reason, want) => {
    const world = createWorld({ start });
    world.put(web, set, ...objects);
    world.run(180_000);
    expect(told(world).includes(reason)).toBe(want);
  });
});

describe("pods that wait for a node", () => {
  const pending = (message: string, spec: Json = {}) =>
    but(
      pod({
        app: "web",
        at: start,
        ready: false,
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: time(start) },
        ],
        state: {},
      }),
      { spec: { nodeName: undefined, ...spec }, status: { containerStatuses: undefined } },
    );
  const node = object("v1", "Node", "node-1", {
    metadata: { namespace: undefined },
    status: { allocatable: { cpu: "2", memory: "4Gi" }, conditions: [{ type: "Ready", status: "True" }] },
  });
  const leaving = pod({ app: "old", at: start - 600_000, deletionTimestamp: time(start + 60_000) });
  const cpu = "0/1 nodes are available: 1 Insufficient cpu.";
  const asks = (name: string, amount: string, rest: object = {}) => ({
    name,
    resources: { requests: { cpu: amount } },
    ...rest,
  });
  const cache = { volumes: [{ name: "cache", ephemeral: { volumeClaimTemplate: {} } }] };
  const standard = object("storage.k8s.io/v1", "StorageClass", "standard", { metadata: { namespace: undefined } });
  const claim = object("v1", "PersistentVolumeClaim", "web-a1-x1-cache", {
    metadata: { creationTimestamp: time(start) },
    spec: { storageClassName: "standard" },
    status: { phase: "Pending" },
  });
  const unbound = pending("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", cache);
  const never = ["Unschedulable Deployment/web"];
  test.each<[string, readonly object[], number, readonly string[]]>([
    ["1.5 cores where 2 will be free", [pending(cpu, { containers: [asks("app", "1500m")] }), leaving], 20_000, []],
    [
      "a sidecar asks for the rest of the node, beside the others",
      [
        pending(cpu, {
          containers: [asks("app", "1500m")],
          initContainers: [asks("proxy", "1", { restartPolicy: "Always" })],
        }),
        leaving,
      ],
      20_000,
      never,
    ],
    [
      "an init container asks for as much, before the others",
      [pending(cpu, { containers: [asks("app", "1500m")], initContainers: [asks("migrate", "1")] }), leaving],
      20_000,
      [],
    ],
    [
      "its runtime takes the rest",
      [pending(cpu, { containers: [asks("app", "1500m")], overhead: { cpu: "1" } }), leaving],
      20_000,
      never,
    ],
    [
      "the pod as a whole asks for less than its containers",
      [pending(cpu, { containers: [asks("app", "3")], resources: { requests: { cpu: "1" } } }), leaving],
      20_000,
      [],
    ],
    ["the claim of its ephemeral volume is being made", [unbound, standard, claim], 40_000, []],
    ["the claim of its ephemeral volume is not made", [unbound, standard], 40_000, never],
  ])("%s", (_name, objects, ms, want) => {
    const world = createWorld({ start });
    world.put(web, set, node, ...objects);
    world.run(ms);
    expect(told(world).filter((one) => one.startsWith("Unschedulable"))).toEqual(want);
  });

  test("a claim of an ephemeral volume that nobody makes is the fault of the claim", () => {
    const world = createWorld({ start });
    world.put(web, set, node, unbound, standard, claim);
    world.run(90_000);
    expect(told(world)).toContain("ClaimPending PersistentVolumeClaim/web-a1-x1-cache");
  });
});

describe("claims and their class by the names of before", () => {
  const beta = (kind: string, name: string, key: string, value: string, rest: Json = {}) =>
    object(kind === "StorageClass" ? "storage.k8s.io/v1" : "v1", kind, name, {
      metadata: { annotations: { [key]: value }, ...(kind === "StorageClass" ? { namespace: undefined } : {}) },
      ...rest,
    });
  const waiting = but(pod({ app: "web", at: start, ready: false, phase: "Pending", state: {} }), {
    spec: { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] },
  });
  const fast = beta("StorageClass", "fast", "storageclass.beta.kubernetes.io/is-default-class", "true");
  const pending = { status: { phase: "Pending" } };
  test.each<[string, readonly object[], boolean]>([
    ["a default by the older annotation", [fast, object("v1", "PersistentVolumeClaim", "data", pending)], false],
    [
      "a class by the older annotation that nobody made",
      [fast, beta("PersistentVolumeClaim", "data", "volume.beta.kubernetes.io/storage-class", "gone", pending)],
      true,
    ],
  ])("%s", (_name, objects, want) => {
    const world = createWorld({ start });
    world.put(waiting, ...objects);
    world.run(40_000);
    expect(told(world).some((one) => /StorageClass/.test(one))).toBe(want);
  });
});

describe("nodes, autoscalers, webhooks, jobs", () => {
  const noNetwork = (age: number) =>
    object("v1", "Node", "node-9", {
      metadata: { namespace: undefined, creationTimestamp: time(start - age) },
      status: {
        conditions: [
          {
            type: "NetworkUnavailable",
            status: "True",
            reason: "NoRouteCreated",
            lastTransitionTime: time(start - age),
          },
          { type: "Ready", status: "True", lastTransitionTime: time(start - age) },
        ],
      },
    });
  const hpa = (type: string, reason: string, message: string) =>
    object("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
      spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 3 },
      status: { conditions: [{ type, status: "False", reason, message, lastTransitionTime: time(start) }] },
    });
  const met = 'Operation cannot be fulfilled on deployments.apps "web": the object has been modified';
  const each = (cpu: readonly number[], side: "target" | "current") =>
    ["app", "proxy"].map((container, i) => ({
      type: "ContainerResource",
      containerResource: { name: "cpu", container, [side]: { averageUtilization: cpu[i] } },
    }));
  const twoContainers = object("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 3, metrics: each([60, 60], "target") },
    status: {
      desiredReplicas: 3,
      currentMetrics: each([150, 20], "current"),
      conditions: [
        { type: "ScalingLimited", status: "True", reason: "TooManyReplicas", lastTransitionTime: time(start) },
      ],
    },
  });
  const hook = (rules: readonly object[] | undefined) =>
    object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "policy", {
      metadata: { namespace: undefined },
      webhooks: [{ name: "p.example.io", clientConfig: { service: { namespace: "shop", name: "policy" } }, rules }],
    });
  const job = (conditions: readonly object[], meta: Json = {}) =>
    object("batch/v1", "Job", "sweep", {
      metadata: meta,
      spec: { template: { spec: { containers: [{ name: "app" }] } } },
      status: { startTime: time(start - 60_000), failed: 3, succeeded: 1, conditions },
    });
  const failed = ["PodsFailing Job/sweep"];
  test.each<[string, readonly object[], number, readonly string[]]>([
    ["a node that has just joined and has no route yet", [noNetwork(30_000)], 20_000, []],
    ["a node that has lost its network", [noNetwork(3_600_000)], 20_000, ["NetworkUnavailable Node/node-9"]],
    ["an autoscaler whose write met another", [hpa("AbleToScale", "FailedUpdateScale", met)], 20_000, []],
    [
      "an autoscaler of nothing",
      [hpa("AbleToScale", "FailedGetScale", 'deployments.apps "web" not found')],
      20_000,
      ["AutoscalerBroken HorizontalPodAutoscaler/web"],
    ],
    [
      "an autoscaler at its maximum for one of two containers",
      [twoContainers],
      60_000,
      ["AutoscalerAtMaximum HorizontalPodAutoscaler/web"],
    ],
    ["a webhook that is asked about nothing", [hook(undefined), service("policy")], 90_000, []],
    [
      "a webhook that is asked about something",
      [hook([{ resources: ["pods"] }]), service("policy")],
      90_000,
      ["WebhookUnreachable ValidatingWebhookConfiguration/policy"],
    ],
    ["a job whose pods fail", [job([])], 10_000, failed],
    [
      "a job that has succeeded by its policy and stops the rest",
      [job([{ type: "SuccessCriteriaMet", status: "True" }])],
      10_000,
      [],
    ],
    ["a job that is being deleted", [job([], { deletionTimestamp: time(start) })], 10_000, []],
  ])("%s", (_name, objects, ms, want) => {
    const world = createWorld({ start });
    world.put(web, set, pod({ app: "web", at: start - 600_000 }), ...objects);
    world.run(ms);
    expect(told(world)).toEqual(want);
  });
});

describe("init containers", () => {
  const restarted = (reason: string, exitCode: number) =>
    but(young(false), {
      spec: { initContainers: [{ name: "migrate", image: "migrate:1" }] },
      status: {
        phase: "Pending",
        initContainerStatuses: [
          {
            name: "migrate",
            restartCount: 2,
            state: { running: { startedAt: time(start) } },
            lastState: { terminated: { exitCode, reason, finishedAt: time(start - 5_000) } },
          },
        ],
        containerStatuses: [{ name: "app", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } }],
      },
    });
  test.each([
    ["went down with their node", restarted("Unknown", 255), []],
    ["fail again and again", restarted("Error", 1), ["InitContainerFailed Deployment/web"]],
  ])("that %s", (_name, made, want) => {
    const world = createWorld({ start });
    world.put(web, set, made);
    world.run(10_000);
    expect(told(world)).toEqual(want);
  });
});

test("an image whose signature is not accepted", () => {
  const world = createWorld({ start });
  const waiting = {
    waiting: { reason: "SignatureValidationFailed", message: "image pull failed for registry/web:1: signature" },
  };
  world.put(web, set, pod({ app: "web", at: start, ready: false, phase: "Pending", state: waiting }));
  world.run(10_000);
  expect(told(world)).toEqual(["ImagePullBackOff Deployment/web"]);
});
