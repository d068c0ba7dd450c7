import { describe, expect, test } from "vitest";
import { diffFields } from "../../../src/rca/gather/field-diff.ts";
import { describeFields } from "../../../src/rca/gather/field-words.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";

const workload = (container: object, more: object = {}, others: readonly object[] = []) => ({
  spec: { ...more, template: { spec: { containers: [{ name: "carts", ...container }, ...others] } } },
});
const said = (before: object, after: object, owner = "shop") =>
  describeFields(diffFields(before as never, after as never), owner);
const registry = "localhost:5000/shop/carts";

const stamped = (annotations: object) => ({
  spec: { template: { metadata: { annotations }, spec: { containers: [{ name: "carts" }] } } },
});

const path = (at: string, name: string, port: number | string, pathType = "Prefix") => ({
  path: at,
  pathType,
  backend: { service: { name, port: typeof port === "number" ? { number: port } : { name: port } } },
});
const ingress = (host: string, ...paths: readonly object[]) => ({ spec: { rules: [{ host, http: { paths } }] } });
const route = (...backendRefs: readonly object[]) => ({
  spec: { rules: [{ matches: [{ path: { type: "PathPrefix", value: "/cart" } }], backendRefs }] },
});
const exactly = (value: string) => ({ matches: [{ path: { type: "Exact", value } }] });
const policy = (more: object) => ({ spec: { podSelector: {}, ...more } });
const cpuAt = (averageUtilization: number) => ({
  spec: { metrics: [{ type: "Resource", resource: { name: "cpu", target: { averageUtilization } } }] },
});

describe("what was changed is told as one person tells it to another", () => {
  test.each([
    {
      name: "a restart as what it is, whether it is the first or not",
      before: stamped({}),
      after: stamped({ "kubectl.kubernetes.io/restartedAt": "2026-11-20T22:38:33Z" }),
      want: "its pods were restarted (kubectl rollout restart)",
    },
    {
      name: "a restart with another change",
      before: stamped({ "kubectl.kubernetes.io/restartedAt": "2026-11-19T22:38:33Z", team: "a" }),
      after: stamped({ "kubectl.kubernetes.io/restartedAt": "2026-11-20T22:38:33Z", team: "b" }),
      want: "its pods were restarted (kubectl rollout restart), annotation team of its pods a -> b",
    },
    {
      name: "an image by what differs",
      before: workload({ image: `${registry}:1.6.4` }),
      after: workload({ image: `${registry}:1.6.5` }),
      want: "image carts:1.6.4 -> carts:1.6.5 in container carts",
    },
    {
      name: "an image of another registry in full",
      before: workload({ image: `${registry}:1.6.4` }),
      after: workload({ image: "ghcr.io/shop/carts:1.6.4" }),
      want: `image ${registry}:1.6.4 -> ghcr.io/shop/carts:1.6.4 in container carts`,
    },
    {
      name: "one image in another spelling",
      before: workload({ image: "nginx:1.27" }),
      after: workload({ image: "docker.io/library/nginx:1.27" }),
      want: "image nginx:1.27 -> docker.io/library/nginx:1.27 (the same image) in container carts",
    },
    {
      name: "digests as far as anybody compares them",
      before: workload({ image: `${registry}@sha256:${"ab".repeat(32)}` }),
      after: workload({ image: `${registry}@sha256:${"cd".repeat(32)}` }),
      want: `image carts@sha256:${"ab".repeat(6)}… -> carts@sha256:${"cd".repeat(6)}… in container carts`,
    },
    {
      name: "several fields of one container together, the place once",
      before: workload({ image: `${registry}:1`, resources: { limits: { memory: "128Mi" } } }, { replicas: 2 }),
      after: workload({ image: `${registry}:2`, resources: { limits: { memory: "34Mi" } } }, { replicas: 1 }),
      want: "replicas 2 -> 1; image carts:1 -> carts:2, memory limit 128Mi -> 34Mi in container carts",
    },
    {
      name: "of the container that has the workload's name not where",
      before: workload({ resources: { requests: { cpu: "20m" } } }, {}, [{ name: "proxy", image: "envoy:1" }]),
      after: workload({ resources: { requests: { cpu: "64" } } }, {}, [{ name: "proxy", image: "envoy:2" }]),
      owner: "carts",
      want: "cpu request 20m -> 64; image envoy:1 -> envoy:2 in container proxy",
    },
    {
      name: "a variable",
      before: workload({ env: [{ name: "LEVEL", value: "summary" }] }),
      after: workload({ env: [{ name: "LEVEL", value: "full" }] }),
      want: "variable LEVEL summary -> full in container carts",
    },
    {
      name: "a variable that is gone",
      before: workload({ env: [{ name: "LEVEL", value: "summary" }] }),
      after: workload({ env: [] }),
      want: "variable LEVEL removed (was summary) in container carts",
    },
    {
      name: "where a variable comes from",
      before: workload({ env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "api", key: "k" } } }] }),
      after: workload({ env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "api-2", key: "k" } } }] }),
      want: "variable KEY, secretKeyRef.name api -> api-2 in container carts",
    },
    {
      name: "a probe",
      before: workload({ livenessProbe: { httpGet: { port: "http" }, timeoutSeconds: 1 } }),
      after: workload({ livenessProbe: { httpGet: { port: 9090 }, timeoutSeconds: 5 } }),
      want: "liveness probe port http -> 9090, liveness probe timeoutSeconds 1 -> 5 in container carts",
    },
    {
      name: "an init container",
      before: { spec: { template: { spec: { initContainers: [{ name: "migrate", args: ["a"] }] } } } },
      after: { spec: { template: { spec: { initContainers: [{ name: "migrate", args: ["b"] }] } } } },
      want: "args a -> b in init container migrate",
    },
    {
      name: "a CronJob's template",
      before: { spec: { schedule: "* * * * *", jobTemplate: { spec: workload({ image: "a/b:1" }).spec } } },
      after: { spec: { schedule: "0 * * * *", jobTemplate: { spec: workload({ image: "a/b:2" }).spec } } },
      want: "schedule * * * * * -> 0 * * * *; image b:1 -> b:2 in container carts",
    },
    {
      name: "a selector",
      before: { spec: { selector: { app: "carts" } } },
      after: { spec: { selector: { app: "cart" } } },
      want: "selector app carts -> cart",
    },
    {
      name: "a Service's port",
      before: { spec: { ports: [{ name: "http", port: 80, targetPort: 8080 }] } },
      after: { spec: { ports: [{ name: "http", port: 80, targetPort: 8081 }] } },
      want: "targetPort of port http 8080 -> 8081",
    },
    {
      name: "keys of a ConfigMap",
      before: { data: { URL: "http://a", "app.yaml": "x" } },
      after: { data: { URL: "http://b", "app.yaml": "y" } },
      want: "key URL http://a -> http://b, key app.yaml x -> y",
    },
    {
      name: "a quota",
      before: { spec: { hard: { "requests.cpu": "4" } } },
      after: { spec: { hard: { "requests.cpu": "1" } } },
      want: "limit of requests.cpu 4 -> 1",
    },
    {
      name: "what has no words of its own by its name",
      before: workload({}, { strategy: { type: "Recreate" } }),
      after: workload({}, { strategy: { type: "RollingUpdate" } }),
      want: "strategy.type Recreate -> RollingUpdate",
    },
    {
      name: "where an Ingress sends requests",
      before: ingress("shop.example", path("/cart", "cart", 80), path("/", "front", "http"), path("/old", "old", 80)),
      after: ingress("shop.example", path("/cart", "cart-v2", 80), path("/", "front", "http"), path("/new", "new", 81)),
      want: [
        "host shop.example: path /cart now goes to cart-v2:80 (was cart:80)",
        "host shop.example: path /new is new and goes to new:81",
        "host shop.example: path /old is gone (went to old:80)",
      ].join(", "),
    },
    {
      name: "a path of an Ingress that is matched otherwise",
      before: ingress("shop.example", path("/cart", "cart", 80)),
      after: ingress("shop.example", path("/cart", "cart", 80, "Exact")),
      want: "host shop.example: path /cart is now matched exactly (was by prefix)",
    },
    {
      name: "a path that is matched otherwise and goes elsewhere",
      before: ingress("shop.example", path("/cart", "cart", 80, "ImplementationSpecific"), path("/", "front", 80)),
      after: ingress("shop.example", path("/", "front", 80), path("/cart", "cart-v2", 80)),
      want: "host shop.example: path /cart is now matched by prefix (was as its controller likes) and goes to cart-v2:80 (was cart:80)",
    },
    {
      name: "of one path in two ways the one that came",
      before: ingress("shop.example", path("/cart", "cart", 80)),
      after: ingress("shop.example", path("/cart", "cart", 80), path("/cart", "cart-v2", 80, "Exact")),
      want: "host shop.example: path /cart exactly is new and goes to cart-v2:80",
    },
    {
      name: "a path of the Gateway API that is matched otherwise",
      before: route({ name: "cart", port: 80 }),
      after: { spec: { rules: [{ ...exactly("/cart"), backendRefs: [{ name: "cart", port: 80 }] }] } },
      want: "path /cart is now matched exactly (was by prefix)",
    },
    {
      name: "a route of the Gateway API by its shares",
      before: route({ name: "cart", port: 80 }),
      after: route({ name: "cart", port: 80, weight: 9 }, { name: "cart-v2", port: 80, weight: 1 }),
      want: "path /cart now goes to cart:80 (weight 9) and cart-v2:80 (was cart:80)",
    },
    {
      name: "a taint as kubectl writes it",
      before: { spec: {} },
      after: { spec: { taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] } },
      want: "taint dedicated added (dedicated=gpu:NoSchedule)",
    },
    {
      name: "of two taints of one key the one that came",
      before: { spec: { taints: [{ key: "k", effect: "NoSchedule" }] } },
      after: {
        spec: {
          taints: [
            { key: "k", effect: "NoSchedule" },
            { key: "k", effect: "NoExecute" },
          ],
        },
      },
      want: "taints k:NoExecute added",
    },
    {
      name: "a toleration that is gone",
      before: {
        spec: { template: { spec: { tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoExecute" }] } } },
      },
      after: { spec: { template: { spec: {} } } },
      want: "toleration dedicated removed (was dedicated:NoExecute)",
    },
    {
      name: "who may call in",
      before: policy({
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "front" } } }], ports: [{ port: 80 }] }],
      }),
      after: policy({ ingress: [] }),
      want: "ingress from pods app=front on TCP 80 removed",
    },
    {
      name: "a right that was taken away",
      before: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] },
      after: { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] }] },
      want: "rules get, patch on deployments.apps -> get on deployments.apps",
    },
    {
      name: "of many arguments the one that changed, with its flag",
      before: workload({ args: ["serve", "--threads", "8", "--trace"] }),
      after: workload({ args: ["serve", "--threads", "64", "--trace"] }),
      want: "args --threads 8 -> --threads 64 in container carts",
    },
    {
      name: "a probe that was taken out",
      before: workload({ livenessProbe: { httpGet: { path: "/healthz", port: 80 }, periodSeconds: 5 } }),
      after: workload({}),
      want: "liveness probe removed (was httpGet.path=/healthz, httpGet.port=80, periodSeconds=5) in container carts",
    },
    {
      name: "a volume that came",
      before: { spec: { template: { spec: {} } } },
      after: { spec: { template: { spec: { volumes: [{ name: "cfg", configMap: { name: "shop" } }] } } } },
      want: "volume cfg added (configMap.name=shop)",
    },
    {
      name: "of a metric of an autoscaler what differs",
      before: cpuAt(70),
      after: cpuAt(10),
      want: "metrics resource.name=cpu, resource.target.averageUtilization=70 -> resource.target.averageUtilization=10",
    },
    {
      name: "a value that is never read",
      before: { data: { API_KEY: "(hidden)" } },
      after: { data: { API_KEY: "(hidden) " } },
      want: "key API_KEY written again (hidden)",
    },
  ])("$name", ({ before, after, owner, want }) => expect(said(before, after, owner)).toBe(want));
});

test.each([
  [
    "a variable",
    workload({ env: [{ name: "DB_PASSWORD", value: "hunter2horse" }] }),
    workload({ env: [{ name: "DB_PASSWORD", value: "winter7staple" }] }),
  ],
  ["a key", { data: { "db.password": "hunter2horse" } }, { data: { "db.password": "winter7staple" } }],
  [
    "an argument",
    workload({ args: ["serve", "--password", "hunter2horse"] }),
    workload({ args: ["serve", "--password", "winter7staple"] }),
  ],
  [
    "a container that came",
    workload({}),
    workload({}, {}, [{ name: "proxy", image: "envoy:1", env: [{ name: "DB_PASSWORD", value: "hunter2horse" }] }]),
  ],
  ["a field that came", { spec: {} }, { spec: { auth: { user: "ada", password: "hunter2horse" } } }],
  ["a field", { spec: { auth: { password: "hunter2horse" } } }, { spec: { auth: { password: "winter7staple" } } }],
])("the redactor still knows %s that holds a secret by its name", (_what, before, after) => {
  const text = createRedactor({ salt: "test" }).redact(said(before, after));
  expect(text).not.toMatch(/hunter2horse|winter7staple/);
});
