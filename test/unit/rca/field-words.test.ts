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

describe("what was changed is told as one person tells it to another", () => {
  test.each([
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
      want: 'args ["a"] -> ["b"] in init container migrate',
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
  ["a field", { spec: { auth: { password: "hunter2horse" } } }, { spec: { auth: { password: "winter7staple" } } }],
])("the redactor still knows %s that holds a secret by its name", (_what, before, after) => {
  const text = createRedactor({ salt: "test" }).redact(said(before, after));
  expect(text).not.toMatch(/hunter2horse|winter7staple/);
});
