import { z } from "zod";
import { policySchema } from "../src/actions/policy/policy-file.ts";
import { experimentSchema } from "../src/chaos/experiment.ts";
import { configSchema } from "../src/config/config.ts";

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const list: Schema = { type: "array" };
const key: Schema = { type: "string", minLength: 1 };
const port: Schema = { type: "integer", minimum: 1, maximum: 65535 };
const strings: Schema = { type: "object", additionalProperties: { type: "string" } };
const anyMap: Schema = { type: "object" };

/** Every property is named; one that is not is a mistake. */
const strict = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...(required.length > 0 && { required }),
});

/** What the watcher may have to reach. */
const reached = ["dns", "kubernetes", "postgresql", "model", "prometheus", "loki", "nats", "email", "heartbeat"];

const placement = {
  nodeSelector: strings,
  tolerations: list,
  affinity: anyMap,
  topologySpreadConstraints: list,
  priorityClassName: text,
};
const workload = {
  replicas: { type: "integer", minimum: 0 },
  resources: anyMap,
  env: list,
  volumes: list,
  volumeMounts: list,
  podAnnotations: strings,
  podLabels: strings,
  ...placement,
};

function fromZod(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" });
  return rest;
}

/** kubemend.yaml as the program reads it, without what the chart sets by itself. */
function configValues(): Schema {
  const schema = fromZod(configSchema);
  return { ...schema, required: ["cluster", "web"], not: { required: ["policy"] } };
}

/** The text of k8s/chart/values.schema.json: `helm install` refuses what the program would refuse. */
export function valuesSchemaText(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the chart kubemend",
    ...strict({
      global: anyMap,
      image: strict({
        repository: { type: "string", minLength: 1 },
        tag: text,
        digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
        pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
      }),
      imagePullSecrets: list,
      runAsUser: { type: "integer", minimum: 0 },
      fullnameOverride: { type: "string", pattern: "^([a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?)?$" },
      config: configValues(),
      policy: { anyOf: [{ type: "object", maxProperties: 0 }, fromZod(policySchema)] },
      secret: strict({ existing: text, values: strings }),
      watcher: strict({ ...workload, strategy: anyMap }),
      actor: strict({ ...workload, enabled: flag, databaseSecret: text, namespaces: { type: "array", items: text } }),
      chaos: strict({
        serve: flag,
        experiments: {
          type: "object",
          propertyNames: { pattern: "^[a-z0-9][a-z0-9-]{0,60}$" },
          additionalProperties: fromZod(experimentSchema),
        },
        resources: anyMap,
        env: list,
        volumes: list,
        volumeMounts: list,
        ...placement,
      }),
      rbac: strict({ create: flag, namespaced: flag, kubelet: flag, approverCheck: flag, chaos: flag }),
      admissionPolicy: strict({
        enabled: flag,
        version: { enum: ["v1", "v1beta1"] },
        // They become CEL: a name with a quote in it would be an expression.
        protectedNamespaces: { type: "array", items: { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" } },
        fields: { type: "array", items: { type: "string", pattern: "^[A-Za-z]+$" } },
        // With the slash: `registry.example.com/shop` is the beginning of `registry.example.com/shop-evil` too.
        jobImages: { type: "array", items: { type: "string", pattern: "^[A-Za-z0-9._:/-]+/$" } },
      }),
      service: strict({ port }),
      ingress: strict({
        host: text,
        className: text,
        tlsSecret: text,
        annotations: strings,
        paths: { type: "array", items: { type: "string", pattern: "^/" }, minItems: 1 },
      }),
      networkPolicy: strict({
        enabled: flag,
        from: list,
        // A rule without a port would open them all.
        ports: strict(Object.fromEntries(reached.map((name) => [name, { type: "array", items: port, minItems: 1 }]))),
        more: list,
      }),
      podDisruptionBudget: strict({ enabled: flag }),
      postgresql: {
        ...strict({
          enabled: flag,
          password: { type: "string", pattern: "^([A-Za-z0-9_-]{12,})?$" },
          existingSecret: text,
          secretKeys: strict({ owner: key, watcher: key, actor: key }),
          image: text,
          storage: { type: "string", pattern: "^[0-9]+(Mi|Gi|Ti)$" },
          storageClassName: text,
          resources: anyMap,
          ...placement,
        }),
        // A database that anyone may enter is not one to keep approvals in.
        if: { properties: { enabled: { const: true } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {
          anyOf: [
            { properties: { password: { minLength: 12 } } },
            { properties: { existingSecret: { minLength: 1 } } },
          ],
        },
      },
      serviceMonitor: strict({ enabled: flag, interval: text, labels: strings }),
      prometheusRule: strict({ enabled: flag, labels: strings }),
      grafanaDashboard: strict({ enabled: flag, labels: strings }),
    }),
    // Bound in no namespace it would see nothing; more than ten are watched as the whole cluster (watch-cluster.ts), which it may not.
    if: {
      properties: { rbac: { properties: { namespaced: { const: true } }, required: ["namespaced"] } },
      required: ["rbac"],
    },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: {
        config: {
          required: ["kubernetes"],
          properties: {
            kubernetes: { required: ["namespaces"], properties: { namespaces: { minItems: 1, maxItems: 10 } } },
          },
        },
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
