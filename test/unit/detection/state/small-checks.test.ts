import { describe, expect, test } from "vitest";
import { refusalOf } from "../../../../src/detection/state/refusal.ts";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod, service } from "../../../support/small-shop.ts";

const start = Date.parse("2026-11-20T12:00:00Z");
const early = "2026-11-20T11:00:00Z";
const told = (world: ReturnType<typeof createWorld>) =>
  world.active().map(({ reason, target }) => `${reason} ${target.kind}/${target.name}`);

describe("why the API server refused a pod", () => {
  const owner = { kind: "Deployment", namespace: "shop", name: "web" };
  test.each([
    [
      'pods "x" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=3',
      "QuotaExceeded",
      "ResourceQuota/tight",
    ],
    ['pods "x" is forbidden: failed quota: mem: must specify limits.memory', "QuotaNeedsRequests", "Deployment/web"],
    [
      'pods "x" is forbidden: maximum memory usage per Container is 128Mi, but limit is 1Gi',
      "LimitRangeViolated",
      "Deployment/web",
    ],
    [
      'admission webhook "policy.example.io" denied the request: no latest tags',
      "WebhookDenied",
      "WebhookConfiguration/policy.example.io",
    ],
    [
      'Internal error occurred: failed calling webhook "inject.example.io": context deadline exceeded',
      "WebhookDenied",
      "WebhookConfiguration/inject.example.io",
    ],
    [
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      "PodSecurityViolated",
      "Deployment/web",
    ],
    [
      'error looking up service account shop/web: serviceaccount "web" not found',
      "ServiceAccountMissing",
      "Deployment/web",
    ],
    [
      "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: name a version",
      "PolicyDenied",
      "Deployment/web",
    ],
    ["something else", "FailedCreate", "Deployment/web"],
  ])("%s", (message, reason, target) => {
    const refusal = refusalOf(message, owner, owner);
    expect([refusal.reason, `${refusal.target.kind}/${refusal.target.name}`]).toEqual([reason, target]);
  });
});

describe("claims", () => {
  const claim = (phase: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop", uid: "c", creationTimestamp: early },
    status: { phase },
  });
  const waiting = () => {
    const made = pod({
      app: "db",
      at: start,
      ready: false,
      phase: "Pending",
      state: { waiting: { reason: "ContainerCreating" } },
    }) as { spec: object };
    return {
      ...made,
      spec: { ...made.spec, volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    };
  };
  test.each([
    [
      "pending with a pod that has waited for a minute",
      "Pending",
      true,
      75_000,
      ["ClaimPending PersistentVolumeClaim/data"],
    ],
    ["pending with a pod that has just come", "Pending", true, 30_000, []],
    ["pending until its first consumer", "Pending", false, 600_000, []],
    ["bound", "Bound", true, 20_000, []],
    ["lost", "Lost", false, 5_000, ["ClaimLost PersistentVolumeClaim/data"]],
  ])("%s", (_title, phase, used, ms, want) => {
    const world = createWorld({ start });
    world.put(claim(phase), ...(used ? [waiting()] : []));
    world.run(ms);
    expect(told(world)).toEqual(want);
  });

  test("lost under a pod that runs: whoever has it mounted is what suffers", () => {
    const world = createWorld({ start });
    const running = pod({ app: "db", at: start, ready: true }) as { spec: object };
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    world.put(claim("Lost"), { ...running, spec: { ...running.spec, volumes } });
    world.run(5_000);
    expect(world.active().map(({ summary }) => summary)).toEqual([
      "PersistentVolumeClaim data is Lost; a pod mounts it",
    ]);
  });
});

describe("ingresses", () => {
  const ingress = (name: string) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "shop", namespace: "shop", uid: "i", creationTimestamp: early },
    spec: { rules: [{ http: { paths: [{ backend: { service: { name } } }] } }] },
  });
  test.each([
    ["that names a Service nobody made", "nobody", ["BackendMissing Ingress/shop"]],
    ["whose Service is there", "web", []],
  ])("%s", (_title, name, want) => {
    const world = createWorld({ start });
    world.put(service("web", {}), ingress(name));
    world.run(10_000);
    expect(told(world)).toEqual(want);
  });
});

describe("autoscalers", () => {
  const cpu = (averageUtilization: number) => [
    { type: "Resource", resource: { name: "cpu", current: { averageUtilization } } },
  ];
  const hpa = (conditions: object[], currentMetrics?: object[]) => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop", uid: "h" },
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "web" },
      maxReplicas: 3,
      metrics: [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization: 60 } } }],
    },
    status: { currentReplicas: 3, desiredReplicas: 3, conditions, ...(currentMetrics ? { currentMetrics } : {}) },
  });
  const now = "2026-11-20T12:00:00Z";
  const limited = [{ type: "ScalingLimited", status: "True", reason: "TooManyReplicas", lastTransitionTime: now }];
  const inactive = (reason: string, message = "") => [
    { type: "ScalingActive", status: "False", reason, message, lastTransitionTime: now },
  ];
  const gap = inactive("FailedGetResourceMetric", "unable to get metrics for resource cpu: no metrics returned");
  const atMaximum = ["AutoscalerAtMaximum HorizontalPodAutoscaler/web"];
  const broken = ["AutoscalerBroken HorizontalPodAutoscaler/web"];
  test.each<[string, object, number, number, readonly string[]]>([
    ["at the maximum for minutes, and wanting more", hpa(limited), 600_000, 330_000, atMaximum],
    ["at the maximum for a minute, at twice its target", hpa(limited, cpu(120)), 600_000, 60_000, atMaximum],
    ["at the maximum for a minute, and that is enough", hpa(limited, cpu(62)), 600_000, 60_000, []],
    ["at the maximum for a moment", hpa(limited, cpu(120)), 600_000, 20_000, []],
    ["with its target at zero", hpa(inactive("ScalingDisabled")), 600_000, 60_000, []],
    ["without its metric for a minute", hpa(gap), 600_000, 60_000, broken],
    ["without its metric for half a minute", hpa(gap), 600_000, 30_000, []],
    ["without its metric while its pods are young", hpa(gap), 20_000, 60_000, []],
    [
      "whose pods ask for no CPU, which no waiting will mend",
      hpa(
        inactive("FailedGetResourceMetric", "failed to get cpu utilization: missing request for cpu in container app"),
      ),
      20_000,
      15_000,
      broken,
    ],
  ])("%s", (_title, made, podAgeMs, ms, want) => {
    const world = createWorld({ start });
    world.put(...deployment({ app: "web" }), pod({ app: "web", at: start - podAgeMs }), made);
    world.run(ms);
    expect(told(world)).toEqual(want);
  });
});

describe("workloads that are short of pods", () => {
  test.each([
    ["a new workload whose image takes two minutes to pull", 120_000, []],
    ["one that is still without a pod after that", 300_000, ["ReplicasUnavailable Deployment/web"]],
  ])("%s", (_title, ms, want) => {
    const world = createWorld({ start });
    world.run(5_000);
    const [made = {}, set = {}] = deployment({ app: "web", available: 0 });
    const created = new Date(world.now()).toISOString();
    world.put({ ...made, metadata: { ...(made as { metadata: object }).metadata, creationTimestamp: created } }, set);
    world.run(ms);
    expect(told(world)).toEqual(want);
  });

  test("a workload that had pods and has none is told within a start's time", () => {
    const world = createWorld({ start });
    world.put(...deployment({ app: "web" }));
    world.run(10_000);
    world.put(...deployment({ app: "web", available: 0 }));
    world.run(40_000);
    expect(told(world)).toEqual(["ReplicasUnavailable Deployment/web"]);
  });
});

describe("objects that were deleted and stay", () => {
  const gone = (secondsAgo: number) => new Date(start - secondsAgo * 1_000).toISOString();
  const kept = (kind: string, meta: object, spec: object = {}) => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "data", namespace: "shop", uid: "k", creationTimestamp: early, ...meta },
    spec,
  });
  const protection = { finalizers: ["kubernetes.io/pvc-protection"], deletionTimestamp: gone(600) };
  const mounted = () => {
    const made = pod({ app: "web", at: start - 600_000 }) as { spec: object };
    return { ...made, spec: { ...made.spec, volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }] } };
  };
  test.each<[string, readonly object[], readonly string[]]>([
    [
      "a claim whose finalizer nobody removes",
      [kept("PersistentVolumeClaim", { finalizers: ["example.org/backup"], deletionTimestamp: gone(120) })],
      ["StuckTerminating PersistentVolumeClaim/data"],
    ],
    [
      "one that was deleted a moment ago",
      [kept("PersistentVolumeClaim", { finalizers: ["example.org/backup"], deletionTimestamp: gone(20) })],
      [],
    ],
    ["a claim that a pod still mounts", [mounted(), kept("PersistentVolumeClaim", protection)], []],
    [
      "a claim that no pod mounts any more",
      [kept("PersistentVolumeClaim", protection)],
      ["StuckTerminating PersistentVolumeClaim/data"],
    ],
    [
      "a namespace that its contents hold",
      [kept("Namespace", { namespace: undefined, deletionTimestamp: gone(300) }, { finalizers: ["kubernetes"] })],
      ["StuckTerminating Namespace/data"],
    ],
    ["a finalizer on something that nobody deletes", [kept("ConfigMap", { finalizers: ["example.org/x"] })], []],
  ])("%s", (_title, objects, want) => {
    const world = createWorld({ start });
    world.put(...objects);
    world.run(10_000);
    expect(told(world).filter((one) => one.startsWith("Stuck"))).toEqual(want);
  });
});
