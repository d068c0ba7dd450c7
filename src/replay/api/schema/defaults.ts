import { isObject, type Json, type JsonObject, objectAt, objectsAt, stringAt } from "../json.ts";
import { fieldsOf, type Shape } from "./schema.ts";

type Fill = (object: JsonObject) => void;

/** Fields that get a value when they are absent. Objects are copied, so that no two results share one. */
function values(defaults: JsonObject): Fill {
  return (object) => {
    for (const [key, value] of Object.entries(defaults)) object[key] ??= structuredClone(value);
  };
}

const rollingUpdate: Fill = (spec) => {
  spec["strategy"] ??= {};
  const { strategy } = spec;
  if (!isObject(strategy)) return;
  strategy["type"] ??= "RollingUpdate";
  if (strategy["type"] === "RollingUpdate") strategy["rollingUpdate"] ??= {};
};

/** `updateStrategy` of DaemonSets and StatefulSets. */
function updateStrategy(parameters: JsonObject): Fill {
  return (spec) => {
    spec["updateStrategy"] ??= {};
    const strategy = spec["updateStrategy"];
    if (!isObject(strategy)) return;
    strategy["type"] ??= "RollingUpdate";
    if (strategy["type"] !== "RollingUpdate") return;
    strategy["rollingUpdate"] ??= {};
    if (isObject(strategy["rollingUpdate"])) values(parameters)(strategy["rollingUpdate"]);
  };
}

/** Tag `latest`, or no tag and no digest, is pulled every time. */
const container: Fill = (c) => {
  const image = stringAt(c, "image") ?? "";
  const tagged = /:[^/]+$/.test(image.replace(/@.*$/, "")) || image.includes("@");
  const latest = /:latest$/.test(image) || !tagged;
  values({
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: latest ? "Always" : "IfNotPresent",
    resources: {},
  })(c);
};

const podSpec: Fill = (spec) => {
  values({
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  })(spec);
  const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
  if (account !== undefined) Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
};

/** Pods, not templates: requests come from limits, and admission adds account, priority and tolerations. */
const pod: Fill = (object) => {
  const spec = objectAt(object, "spec");
  for (const c of [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")]) {
    const resources = objectAt(c, "resources");
    const limits = objectAt(resources, "limits");
    if (Object.keys(limits).length > 0) resources["requests"] = { ...limits, ...objectAt(resources, "requests") };
  }
  values({
    enableServiceLinks: true,
    serviceAccountName: "default",
    priority: 0,
    preemptionPolicy: "PreemptLowerPriority",
  })(spec);
  spec["serviceAccount"] ??= spec["serviceAccountName"];
  const tolerations = objectsAt(spec, "tolerations");
  for (const key of ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]) {
    if (tolerations.some((t) => t["key"] === key || t["key"] === undefined)) continue;
    tolerations.push({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 });
  }
  if (tolerations.length > 0) spec["tolerations"] = tolerations;
};

const secret: Fill = (object) => {
  object["type"] ??= "Opaque";
  const text = objectAt(object, "stringData");
  if (Object.keys(text).length === 0) return;
  const encoded = Object.entries(text).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString("base64")] as const,
  );
  object["data"] = { ...objectAt(object, "data"), ...Object.fromEntries(encoded) };
  delete object["stringData"];
};

const scalingRules = (stabilization: number | undefined, policies: Json[]): JsonObject => ({
  ...(stabilization === undefined ? {} : { stabilizationWindowSeconds: stabilization }),
  selectPolicy: "Max",
  policies,
});

const autoscaler: Fill = (spec) => {
  const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } };
  values({ minReplicas: 1, metrics: [cpu] })(spec);
  const behavior = spec["behavior"];
  if (!isObject(behavior)) return;
  const percent = { type: "Percent", value: 100, periodSeconds: 15 };
  const up = scalingRules(0, [{ type: "Pods", value: 4, periodSeconds: 15 }, percent]);
  behavior["scaleUp"] = { ...up, ...objectAt(behavior, "scaleUp") };
  behavior["scaleDown"] = { ...scalingRules(undefined, [percent]), ...objectAt(behavior, "scaleDown") };
};

const servicePort: Fill = (port) => {
  port["protocol"] ??= "TCP";
  port["targetPort"] ??= port["port"];
};

const limitRangeItem: Fill = (item) => {
  if (item["type"] !== "Container") return;
  const limits = { ...objectAt(item, "max"), ...objectAt(item, "default") };
  const requests = { ...objectAt(item, "min"), ...limits, ...objectAt(item, "defaultRequest") };
  if (Object.keys(limits).length > 0) item["default"] = limits;
  if (Object.keys(requests).length > 0) item["defaultRequest"] = requests;
};

const event: Fill = (object) => {
  values({
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: "",
    reportingInstance: "",
  })(object);
};

/** Of Jobs alone: the template in a CronJob stays as it was written. */
const job: Fill = (object) => {
  const spec = objectAt(object, "spec");
  spec["manualSelector"] ??= false;
  if (spec["parallelism"] === undefined) spec["completions"] ??= 1;
  values({
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: "TerminatingOrFailed",
  })(spec);
};

const fileMode = values({ defaultMode: 420 });
const history = { revisionHistoryLimit: 10, replicas: 1 };
const retain = { whenDeleted: "Retain", whenScaled: "Retain" };
const webhook = values({
  failurePolicy: "Fail",
  matchPolicy: "Equivalent",
  timeoutSeconds: 10,
  namespaceSelector: {},
  objectSelector: {},
});

/** What the API server fills in, by type. Sources: the recorded creates, and each type's SetDefaults function. */
const fills: Readonly<Record<string, readonly Fill[]>> = {
  PodSpec: [podSpec],
  "v1/Pod": [pod],
  Container: [container],
  EphemeralContainer: [container],
  ContainerPort: [values({ protocol: "TCP" })],
  Probe: [values({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })],
  HTTPGetAction: [values({ path: "/", scheme: "HTTP" })],
  ObjectFieldSelector: [values({ apiVersion: "v1" })],
  ConfigMapVolumeSource: [fileMode],
  SecretVolumeSource: [fileMode],
  DownwardAPIVolumeSource: [fileMode],
  ProjectedVolumeSource: [fileMode],
  DeploymentSpec: [values({ ...history, progressDeadlineSeconds: 600 }), rollingUpdate],
  RollingUpdateDeployment: [values({ maxUnavailable: "25%", maxSurge: "25%" })],
  ReplicaSetSpec: [values({ replicas: 1 })],
  ReplicationControllerSpec: [values({ replicas: 1 })],
  StatefulSetSpec: [
    values({ ...history, podManagementPolicy: "OrderedReady", persistentVolumeClaimRetentionPolicy: retain }),
    updateStrategy({ partition: 0 }),
  ],
  DaemonSetSpec: [values({ revisionHistoryLimit: 10 }), updateStrategy({ maxUnavailable: 1, maxSurge: 0 })],
  "batch/v1/Job": [job],
  CronJobSpec: [
    values({ concurrencyPolicy: "Allow", suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
  ],
  HorizontalPodAutoscalerSpec: [autoscaler],
  ServiceSpec: [values({ type: "ClusterIP", sessionAffinity: "None", internalTrafficPolicy: "Cluster" })],
  ServicePort: [servicePort],
  "v1/Secret": [secret],
  "v1/Event": [event],
  LimitRangeItem: [limitRangeItem],
  PersistentVolumeClaimSpec: [values({ volumeMode: "Filesystem" })],
  "storage.k8s.io/v1/StorageClass": [values({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate" })],
  ValidatingWebhook: [webhook],
  MutatingWebhook: [webhook, values({ reinvocationPolicy: "Never" })],
  RuleWithOperations: [values({ scope: "*" })],
};

/** Fills in what is absent, in place, from the outer type to the inner ones. */
export function fillDefaults(typeName: string, object: JsonObject): void {
  const own = fieldsOf(typeName);
  // A spec is never absent for the server: an object without one gets the defaults of an empty one.
  if (typeName.includes("/") && own !== "any" && own.get("spec")?.shape.kind === "type") object["spec"] ??= {};
  for (const fill of fills[typeName] ?? []) fill(object);
  const fields = fieldsOf(typeName);
  if (fields === "any") return;
  for (const [name, value] of Object.entries(object)) {
    const field = fields.get(name);
    if (field !== undefined) fillShape(field.shape, value);
  }
}

function fillShape(shape: Shape, value: Json | undefined): void {
  if (shape.kind === "type" && isObject(value)) fillDefaults(shape.name, value);
  if (shape.kind === "list" && Array.isArray(value)) for (const item of value) fillShape(shape.items, item);
}
