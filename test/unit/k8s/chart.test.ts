import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { admissionObjects } from "../../../k8s/admission.ts";
import { chartAdmissionTemplate } from "../../../k8s/chart-admission.ts";
import { chartMonitoringTemplate } from "../../../k8s/chart-monitoring.ts";
import { chartRbacTemplate } from "../../../k8s/chart-rbac.ts";
import { valuesSchemaText } from "../../../k8s/values-schema.ts";
import { parseExperiment } from "../../../src/chaos/parse-experiment.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { type ApiObject, objectAt, objectsAt } from "../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../src/replay/api/server.ts";
import { chartFolder, chartObjects, chartValues, renderChart } from "../../support/helm/chart.ts";
import { mergeValues, type Values } from "../../support/helm/render.ts";
import { manifestObjects, manifestPath, objectsIn } from "../../support/manifests.ts";
import { refusedObjects } from "../../support/refused-objects.ts";

const read = (name: string): string => readFileSync(join(chartFolder, name), "utf8");
const nameOf = ({ kind, metadata }: ApiObject): string => `${kind} ${metadata.name}`;

const bundled: Values = { postgresql: { enabled: true, password: "a-long-enough-one" } };
const givenPasswords: Values = {
  postgresql: { enabled: true, existingSecret: "vault-made", secretKeys: { actor: "actor" } },
  rbac: { chaos: true },
  chaos: { serve: true },
};
const mounted = {
  volumes: [{ name: "company-ca", configMap: { name: "company-ca" } }],
  volumeMounts: [{ name: "company-ca", mountPath: "/etc/company", readOnly: true }],
};
const everything: Values = {
  ...bundled,
  image: { digest: `sha256:${"a".repeat(64)}` },
  imagePullSecrets: [{ name: "registry" }],
  config: { cluster: "berlin", prometheus: { url: "http://prometheus.monitoring:9090" } },
  policy: { version: 1, protectedNamespaces: ["kube-system"], rules: [] },
  secret: { values: { SLACK_BOT_TOKEN: 'xoxb-with-"quotes"' } },
  runAsUser: 0,
  watcher: { tolerations: [{ key: "infra", operator: "Exists" }], nodeSelector: { pool: "infra" }, ...mounted },
  actor: { podLabels: { team: "platform" }, ...mounted },
  ingress: { host: "kubemend.example.com", className: "nginx", tlsSecret: "kubemend-tls", paths: ["/slack/", "/"] },
  networkPolicy: { ports: { dns: [53, 5_353] }, from: [{ namespaceSelector: { matchLabels: { name: "ingress" } } }] },
  serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
  prometheusRule: { enabled: true, labels: { release: "prometheus" } },
  grafanaDashboard: { enabled: true },
  rbac: { approverCheck: true, chaos: true },
  chaos: {
    serve: true,
    ...mounted,
    experiments: { down: parse(readFileSync(manifestPath("chaos/dependency-down.yaml"), "utf8")) },
  },
  admissionPolicy: { protectedNamespaces: ["billing"], fields: ["command", "args"] },
};
const little: Values = {
  actor: { enabled: false },
  rbac: { create: false },
  admissionPolicy: { enabled: false },
  networkPolicy: { enabled: false },
  podDisruptionBudget: { enabled: false },
  secret: { existing: "mine" },
};

describe("what is generated is what is committed (npm run manifests writes it)", () => {
  test("templates/rbac.yaml", () => expect(read("templates/rbac.yaml")).toBe(chartRbacTemplate()));
  test("templates/admission-policy.yaml", () =>
    expect(read("templates/admission-policy.yaml")).toBe(chartAdmissionTemplate()));
  test("templates/monitoring.yaml", () => expect(read("templates/monitoring.yaml")).toBe(chartMonitoringTemplate()));
  test("values.schema.json", () => expect(read("values.schema.json")).toBe(valuesSchemaText()));
});

describe.each([
  { what: "the values as they come", values: {} },
  { what: "everything switched on", values: everything },
  { what: "all that is optional switched off", values: little },
  { what: "namespaces that may be changed", values: { actor: { namespaces: ["shop", "meadow"] } } },
])("rendered with $what", ({ values }) => {
  let server: ApiServer;
  beforeAll(async () => {
    const table = createObjectTable();
    for (const name of ["kubemend", "shop", "meadow"]) {
      table.apply({ type: "ADDED", object: { apiVersion: "v1", kind: "Namespace", metadata: { name } } });
    }
    server = await startApiServer({ table });
  });
  afterAll(() => server.close());

  test("the API takes every object, without a field it does not know", async () => {
    // Kinds of the Prometheus Operator are no part of Kubernetes; they have a test of their own.
    const own = chartObjects(values).filter(
      (object) => !String(object["apiVersion"]).startsWith("monitoring.coreos.com/"),
    );
    expect(await refusedObjects(server.url, own)).toEqual([]);
  });

  test("every object carries the labels by which Helm and people find it, once", () => {
    const objects = chartObjects(values);
    for (const object of objects) {
      expect(object.metadata.labels, nameOf(object)).toMatchObject({
        "app.kubernetes.io/name": "kubemend",
        "app.kubernetes.io/instance": "kubemend",
        "app.kubernetes.io/managed-by": "Helm",
      });
    }
    const names = objects.map((object) => `${nameOf(object)} ${object.metadata.namespace ?? ""}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** An object without what only Helm adds: its labels, and the settings written beside the pod. */
function bare(object: ApiObject): unknown {
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) => {
      if (key === "annotations" || key === "imagePullPolicy") return undefined;
      if (!["labels", "matchLabels", "selector"].includes(key) || typeof value !== "object") return value;
      const ours = Object.entries(value as object).filter(
        ([label]) => !/\/(instance|version|managed-by|part-of)$/.test(label),
      );
      return Object.fromEntries(ours);
    }),
  );
}

test("helm install and kubectl apply -k bring the same objects", () => {
  const fromChart = new Map(chartObjects().map((object) => [nameOf(object), object]));
  const plain = manifestObjects().filter(
    // The user makes the namespace for Helm, and a shared one is not the chart's to close to everybody else.
    ({ kind, metadata }) => kind !== "Namespace" && metadata.name !== "default-deny",
  );
  for (const object of plain) {
    const other = fromChart.get(nameOf(object));
    expect(other && bare(other), nameOf(object)).toEqual(bare(object));
  }
  const names = new Set(plain.map(nameOf));
  // kustomize makes the ConfigMap of kubemend.yaml; the Secret is made by hand there.
  const only = [...fromChart.keys()].filter((name) => !names.has(name));
  expect(only).toEqual(["ConfigMap kubemend", "Secret kubemend"]);
});

describe("values", () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(read("values.schema.json")) as object,
  );
  const problems = (values: Values): string[] => {
    validate(mergeValues(chartValues(), values));
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  test.each([{ values: {} }, { values: everything }, { values: little }, { values: givenPasswords }])("valid: %#", ({
    values,
  }) => {
    expect(problems(values)).toEqual([]);
  });

  test.each([
    { what: "a misspelt value", values: { watcher: { replica: 2 } } },
    { what: "a misspelt setting of kubemend", values: { config: { clutser: "berlin" } } },
    { what: "a setting of the wrong type", values: { config: { prometheus: { url: 9090 } } } },
    { what: "a policy by path, which the chart sets itself", values: { config: { policy: "/etc/policy.yaml" } } },
    { what: "a policy with an unknown key", values: { policy: { allowEverything: true } } },
    { what: "a bundled database that anyone may enter", values: { postgresql: { enabled: true } } },
    {
      what: "a password that breaks an address",
      values: { postgresql: { enabled: true, password: "with/slash@and:colon" } },
    },
    {
      what: "a namespace that would be an expression",
      values: { admissionPolicy: { protectedNamespaces: ["x'] || true || ['"] } },
    },
    { what: "a rule of the network policy without a port", values: { networkPolicy: { ports: { nats: [] } } } },
    {
      what: "an experiment with a misspelt setting",
      values: { chaos: { experiments: { down: { name: "down", hypotesis: "It stays up" } } } },
    },
    { what: "a user by its name", values: { runAsUser: "node" } },
    { what: "no port of the name server", values: { networkPolicy: { ports: { dns: [] } } } },
    { what: "a digest that is none", values: { image: { digest: "latest" } } },
    { what: "a path without its slash", values: { ingress: { host: "a.example.com", paths: ["slack"] } } },
  ])("refused: $what", ({ values }) => {
    expect(problems(values)).not.toEqual([]);
  });

  test("every value of the schema has its default in values.yaml, and none is without a schema", () => {
    const schema = JSON.parse(read("values.schema.json")) as { properties: Record<string, { properties?: object }> };
    const { global: _, config: _c, policy: _p, ...named } = schema.properties;
    const values = chartValues();
    for (const [key, { properties }] of Object.entries(named)) {
      const given = values[key];
      expect(given, key).toBeDefined();
      if (properties) expect(Object.keys(given as object).toSorted(), key).toEqual(Object.keys(properties).toSorted());
    }
  });
});

describe("the network policies open what is configured, and nothing else", () => {
  const portsOf = (name: string, values: Values): unknown[] => {
    const policy = chartObjects(values).find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === name,
    );
    const rules = objectsAt(objectAt(policy, "spec"), "egress");
    // A rule without ports would open them all.
    for (const rule of rules) expect(objectsAt(rule, "ports").length).toBeGreaterThan(0);
    return rules.flatMap((rule) => objectsAt(rule, "ports").map(({ protocol, port }) => `${protocol} ${port}`));
  };
  const always = ["UDP 53", "TCP 53", "TCP 443", "TCP 6443", "TCP 5432"];

  test.each([
    { what: "nothing more", config: {}, more: [] },
    { what: "Prometheus", config: { prometheus: { url: "http://p:9090" } }, more: ["TCP 9090"] },
    { what: "Loki", config: { logs: { source: "loki" }, loki: { url: "http://l:3100" } }, more: ["TCP 3100"] },
    { what: "NATS", config: { logs: { source: "nats" }, nats: { url: "nats://n:4222" } }, more: ["TCP 4222"] },
    { what: "mail", config: { email: { to: ["ops@example.com"] } }, more: ["TCP 465", "TCP 587"] },
    { what: "a model", config: { model: { baseUrl: "https://m/v1" } }, more: ["TCP 443"] },
    { what: "a heartbeat", config: { heartbeat: { url: "https://h" } }, more: ["TCP 443"] },
  ])("the watcher, with $what", ({ config, more }) => {
    expect(portsOf("kubemend-watcher", { config })).toEqual([...always, ...more]);
    expect(portsOf("kubemend-actor", { config })).toEqual(always);
  });

  test("at the ports where they listen, and by rules of one's own", () => {
    const ports = { postgresql: [6432], nats: [443, 4223] };
    const more = [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ protocol: "TCP", port: 8428 }] }];
    const values = { config: { nats: { url: "nats://n:4223" } }, networkPolicy: { ports, more } };
    expect(portsOf("kubemend-watcher", values)).toEqual([
      ...always.slice(0, -1),
      "TCP 6432",
      "TCP 443",
      "TCP 4223",
      "TCP 8428",
    ]);
    expect(portsOf("kubemend-actor", values)).toEqual([...always.slice(0, -1), "TCP 6432"]);
  });
});

describe("the rendered settings", () => {
  const settingsOf = (values: Values): ApiObject => {
    const map = chartObjects(values).find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "kubemend");
    if (!map) throw new Error("no ConfigMap");
    return map;
  };

  test("are read by kubemend as they were given", async () => {
    const text = String(objectAt(settingsOf(everything), "data")["kubemend.yaml"]);
    expect(parse(text)).toEqual({
      cluster: "berlin",
      web: { host: "0.0.0.0", port: 8080 },
      prometheus: { url: "http://prometheus.monitoring:9090" },
      policy: "/etc/kubemend/policy.yaml",
    });
    const config = await loadConfig(manifestPath("kubemend.yaml"), { DATABASE_URL: "postgres://db/kubemend" });
    expect(config).toMatchObject(parse(String(objectAt(settingsOf({}), "data")["kubemend.yaml"])) as object);
  });

  test("experiments reach the process that serves them as they were given", () => {
    const objects = chartObjects(everything);
    const map = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "kubemend-chaos");
    const text = String(objectAt(map, "data")["down.yaml"]);
    expect(parseExperiment(text)).toMatchObject({ ok: true, experiment: { name: "dependency-down" } });
    const served = (values: Values) =>
      chartObjects(values).some(({ kind, metadata }) => kind === "Deployment" && metadata.name === "kubemend-chaos");
    expect([served(everything), served({})]).toEqual([true, false]);
  });

  test("replace the pods when they change, and only then", () => {
    const annotationsOf = (values: Values) =>
      chartObjects(values)
        .filter(({ kind }) => kind === "Deployment")
        .map((workload) => objectAt(objectAt(objectAt(workload, "spec"), "template"), "metadata")["annotations"]);
    expect(annotationsOf({})).toEqual(annotationsOf({ service: { port: 80 } }));
    expect(annotationsOf({})).not.toEqual(annotationsOf({ config: { cluster: "berlin" } }));
    expect(annotationsOf({})).not.toEqual(annotationsOf({ policy: { version: 1, rules: [] } }));
  });

  test("a bundled database is found by the address in the Secret", () => {
    const objects = chartObjects(bundled);
    const secret = objects.find(({ kind, metadata }) => kind === "Secret" && metadata.name === "kubemend");
    const url = new URL(String(secret && objectAt(secret, "stringData")["DATABASE_URL"]));
    const service = objects.find(({ kind, metadata }) => kind === "Service" && metadata.name === url.hostname);
    expect(service && objectsAt(objectAt(service, "spec"), "ports")).toMatchObject([{ port: Number(url.port) }]);
  });

  test("there each role connects as a user of its own, and neither gets the owner's password", () => {
    const objects = chartObjects(bundled);
    const of = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.metadata.name === name);
    const data = (name: string) => objectAt(of("Secret", name) ?? { kind: "", metadata: {} }, "stringData");
    const addresses = ["kubemend", "kubemend-actor", "kubemend-postgresql"].map(
      (name) => new URL(String(data(name)["DATABASE_URL"])),
    );
    expect(addresses.map(({ username }) => username)).toEqual(["kubemend_watcher", "kubemend_actor", "kubemend"]);
    expect(new Set(addresses.map(({ password }) => password)).size).toBe(3);
    expect(addresses.map(({ host }) => host)).toEqual(Array(3).fill("kubemend-postgresql:5432"));
    const owner = data("kubemend-postgresql");
    expect(addresses[0]?.password).toBe(owner["WATCHER_DATABASE_PASSWORD"]);
    expect(addresses[1]?.password).toBe(owner["ACTOR_DATABASE_PASSWORD"]);

    const specOf = (name: string) =>
      objectAt(objectAt(objectAt(of("Deployment", name) ?? { kind: "", metadata: {} }, "spec"), "template"), "spec");
    const secretsOf = (containers: unknown) =>
      [...JSON.stringify(containers).matchAll(/"secret(?:KeyRef|Ref)":\{"name":"([^"]+)"/g)].map(([, name]) => name);
    const watcher = specOf("kubemend-watcher");
    expect(new Set(secretsOf(watcher["initContainers"]))).toEqual(new Set(["kubemend-postgresql"]));
    expect(new Set(secretsOf(watcher["containers"]))).toEqual(new Set(["kubemend"]));
    expect(secretsOf(specOf("kubemend-actor"))).toEqual(["kubemend-actor"]);
    const [init] = objectsAt(watcher, "initContainers");
    const args = (init?.["args"] ?? []) as readonly string[];
    expect([args[0], args[args.indexOf("--watcher-user") + 1], args[args.indexOf("--actor-user") + 1]]).toEqual([
      "migrate",
      addresses[0]?.username,
      addresses[1]?.username,
    ]);
  });

  test("with the passwords in a Secret of one's own the chart writes none down, and each process gets its own alone", () => {
    const objects = chartObjects(givenPasswords);
    expect(objects.filter(({ kind }) => kind === "Secret").map(nameOf)).toEqual(["Secret kubemend"]);
    const secret = objects.find(({ kind }) => kind === "Secret");
    expect(Object.keys((secret?.["stringData"] as object | null) ?? {})).not.toContain("DATABASE_URL");
    const envOf = (workload: string, containers: "containers" | "initContainers" = "containers") => {
      const found = objects.find((one) => nameOf(one) === workload) ?? { kind: "", metadata: {} };
      const [container] = objectsAt(objectAt(objectAt(objectAt(found, "spec"), "template"), "spec"), containers);
      const env = (container?.["env"] ?? []) as unknown as readonly {
        name: string;
        value?: string;
        valueFrom?: { secretKeyRef?: { name: string; key: string } };
      }[];
      return Object.fromEntries(
        env
          .filter(({ name }) => /DATABASE|PASSWORD/.test(name))
          .map(({ name, value, valueFrom }) => [
            name,
            value ?? `${valueFrom?.secretKeyRef?.name}/${valueFrom?.secretKeyRef?.key}`,
          ]),
      );
    };
    const at = (user: string) => `postgres://${user}@kubemend-postgresql:5432/kubemend`;
    expect(envOf("StatefulSet kubemend-postgresql")).toEqual({ POSTGRES_PASSWORD: "vault-made/password" });
    expect(envOf("Deployment kubemend-watcher", "initContainers")).toEqual({
      DATABASE_URL: at("kubemend"),
      PGPASSWORD: "vault-made/password",
      WATCHER_DATABASE_PASSWORD: "vault-made/watcher-password",
      ACTOR_DATABASE_PASSWORD: "vault-made/actor",
    });
    const watcher = { DATABASE_URL: at("kubemend_watcher"), PGPASSWORD: "vault-made/watcher-password" };
    expect(envOf("Deployment kubemend-watcher")).toEqual(watcher);
    expect(envOf("Deployment kubemend-chaos")).toEqual(watcher);
    expect(envOf("Deployment kubemend-actor")).toEqual({
      DATABASE_URL: at("kubemend_actor"),
      PGPASSWORD: "vault-made/actor",
    });
  });

  test.each([
    { what: "a database of one's own", values: {} },
    {
      what: "an address of one's own",
      values: { ...bundled, secret: { values: { DATABASE_URL: "postgres://me@db/k" } } },
    },
    { what: "a Secret of one's own", values: { ...bundled, secret: { existing: "mine" } } },
  ])("$what stays as it is: nobody makes users there", ({ values }) => {
    const objects = chartObjects(values);
    expect(objects.map(nameOf)).not.toContain("Secret kubemend-actor");
    const deployments = JSON.stringify(objects.filter(({ kind }) => kind === "Deployment"));
    expect(deployments).not.toMatch(/initContainers|kubemend-postgresql|kubemend-actor","key"/);
  });

  test("nothing secret is in the ConfigMap or beside a pod", () => {
    const others = Object.entries(renderChart(everything)).filter(
      ([name]) => !["secret.yaml", "postgresql.yaml"].includes(name),
    );
    for (const [name, text] of others) {
      expect(text, name).not.toContain("xoxb-");
      expect(text, name).not.toContain("a-long-enough-one");
    }
  });
});

test("the actor connects as a database user of its own where one is given, and the watcher does not learn of it", () => {
  const addressOf = (name: string, values: Readonly<Record<string, unknown>>) => {
    const found = chartObjects(values).find(({ kind, metadata }) => kind === "Deployment" && metadata.name === name);
    const text = JSON.stringify(found);
    return /"DATABASE_URL","valueFrom":\{"secretKeyRef":\{"name":"([^"]+)"/.exec(text)?.[1];
  };
  const own = { actor: { databaseSecret: "actor-database" } };
  expect([addressOf("kubemend-actor", own), addressOf("kubemend-watcher", own)]).toEqual([
    "actor-database",
    "kubemend",
  ]);
  expect(addressOf("kubemend-actor", {})).toBe("kubemend");
  expect(JSON.stringify(chartObjects(own)).split("actor-database").length - 1).toBe(1);
});

test("without the right to change anything there is no actor, no role for one, and advice remains", () => {
  const names = chartObjects(little).map(nameOf);
  expect(names.filter((name) => name.includes("actor"))).toEqual([]);
  expect(names.filter((name) => /Role/.test(name))).toEqual([]);
  expect(names).not.toContain("Secret kubemend");
});

test("with namespaces named, the actor holds nothing beyond them", () => {
  const bindings = chartObjects({ actor: { namespaces: ["shop", "meadow"] } }).filter(
    ({ kind, metadata }) =>
      kind.endsWith("Binding") && metadata.name === "kubemend-actor" && !kind.startsWith("Validating"),
  );
  expect(bindings.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual([
    "RoleBinding shop",
    "RoleBinding meadow",
  ]);
});

describe("a watcher that may read its namespaces alone", () => {
  const namespaced = { rbac: { namespaced: true }, config: { kubernetes: { namespaces: ["shop", "meadow"] } } };

  test("is bound in each of them and nowhere else, to the role that it has anyway", () => {
    const bound = (values: Values) =>
      chartObjects(values).filter(
        ({ kind, metadata }) => kind.endsWith("Binding") && metadata.name === "kubemend-watcher",
      );
    expect(bound(namespaced).map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual([
      "RoleBinding shop",
      "RoleBinding meadow",
    ]);
    const [everywhere] = bound({});
    expect(everywhere?.kind).toBe("ClusterRoleBinding");
    for (const { roleRef, subjects } of bound(namespaced))
      expect({ roleRef, subjects }).toEqual({ roleRef: everywhere?.["roleRef"], subjects: everywhere?.["subjects"] });
  });

  test.each([
    { what: "without a namespace", config: {} },
    { what: "with no namespace", config: { kubernetes: { namespaces: [] } } },
    {
      what: "with more than are watched singly",
      config: { kubernetes: { namespaces: Array.from({ length: 11 }, (_, i) => `n${i}`) } },
    },
  ])("is refused $what", ({ config }) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(
      JSON.parse(read("values.schema.json")) as object,
    );
    expect(validate(mergeValues(chartValues(), namespaced))).toBe(true);
    expect(validate(mergeValues(chartValues(), { rbac: { namespaced: true }, config }))).toBe(false);
  });
});

/** The policy's variables as CEL, by name. */
function policyVariables(objects: readonly ApiObject[]): Map<unknown, unknown> {
  const policy = objects.find(({ kind }) => kind === "ValidatingAdmissionPolicy");
  if (!policy) throw new Error("no policy");
  return new Map(objectsAt(objectAt(policy, "spec"), "variables").map(({ name, expression }) => [name, expression]));
}

describe("the admission policy of a release", () => {
  test("binds the release's own actor, protects its own namespace, and is else the plain one", () => {
    const renamed = chartObjects({}, { name: "mender", namespace: "ops" }).filter(({ kind }) =>
      kind.startsWith("ValidatingAdmission"),
    );
    expect(JSON.parse(JSON.stringify(renamed.map(bare)))).toEqual(
      JSON.parse(
        JSON.stringify(admissionObjects({ namespace: "ops", prefix: "mender" }).map((one) => bare(one as ApiObject))),
      ),
    );
    expect(JSON.stringify(renamed)).toContain("'system:serviceaccount:ops:mender-actor'");
  });

  test("takes up further namespaces and fields", () => {
    const variables = policyVariables(chartObjects(everything));
    expect(variables.get("protectedNamespaces")).toBe(
      "['kube-system', 'kube-public', 'kube-node-lease', 'kubemend', 'billing']",
    );
    expect(variables.get("listed")).toBe("['', 'command', 'args']");
  });

  test("is left out where there is no actor, and takes the older version where asked", () => {
    const kinds = (values: Values) => chartObjects(values).map(({ kind }) => kind);
    expect(kinds({ actor: { enabled: false } })).not.toContain("ValidatingAdmissionPolicy");
    expect(
      chartObjects({ admissionPolicy: { version: "v1beta1" } })
        .filter(({ kind }) => kind.startsWith("ValidatingAdmission"))
        .map((object) => object["apiVersion"]),
    ).toEqual(["admissionregistration.k8s.io/v1beta1", "admissionregistration.k8s.io/v1beta1"]);
  });
});

test("rules and dashboard arrive as they are in k8s/monitoring, braces included", () => {
  const objects = chartObjects(everything);
  const rule = objects.find(({ kind }) => kind === "PrometheusRule");
  expect(rule?.["spec"]).toEqual(parse(readFileSync(manifestPath("monitoring/prometheus-rules.yaml"), "utf8")));
  expect(rule?.metadata.labels).toMatchObject({ release: "prometheus" });
  const dashboard = objects.find(({ metadata }) => metadata.name === "kubemend-dashboard");
  expect(dashboard?.metadata.labels).toMatchObject({ grafana_dashboard: "1" });
  const text = String(dashboard && objectAt(dashboard, "data")["kubemend.json"]);
  expect(text).toBe(readFileSync(manifestPath("monitoring/grafana-dashboard.json"), "utf8"));
});

test.each([
  { what: "who may ask what approvers may do", value: "approverCheck", file: "rbac-approver-check.yaml" },
  { what: "who may break things on purpose", value: "chaos", file: "rbac-chaos.yaml" },
])("$what has a role of its own, only where asked for", ({ value, file }) => {
  const before = chartObjects({}).map(nameOf);
  const rendered = chartObjects({ rbac: { [value]: true } });
  for (const object of objectsIn(file)) {
    expect(before).not.toContain(nameOf(object));
    const other = rendered.find((one) => nameOf(one) === nameOf(object));
    expect(other && bare(other)).toEqual(bare(object));
  }
});

test("the chart, the image and the program have one version", () => {
  const program = JSON.parse(readFileSync(manifestPath("../package.json"), "utf8")) as { version: string };
  const chart = parse(read("Chart.yaml")) as Readonly<Record<string, unknown>>;
  expect(chart).toMatchObject({ version: program.version, appVersion: program.version });
});
