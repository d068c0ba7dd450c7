import type { ActionCode } from "../incident/action-code.ts";

/**
 * Which part of an object may differ after a change. Everything that is not named must stay as it was.
 * - `any`: this value may become anything, or come, or go
 * - `fields`: of a map, these keys; the others stay
 * - `items`: of a list whose items are told apart by the keys in `by`; none comes, none goes
 * - `rule`: like `any`, but held to a rule that the admission policy spells out by name
 */
export type Shape =
  | "any"
  | { readonly fields: Readonly<Record<string, Shape>> }
  | { readonly items: Shape; readonly by: readonly string[] }
  | { readonly rule: ShapeRule };

/** `image`: another version of the same repository. The others: see k8s/admission-rules.ts. */
export type ShapeRule =
  | "image"
  | "probe"
  | "ports"
  | "env"
  | "envFrom"
  | "configData"
  | "volumes"
  | "annotations"
  | "labels"
  | "roleRules";

/** What an action writes to one resource (`apps/deployments`, `/services`). Metadata is the same for all and not in here. */
export interface WriteShape {
  readonly resource: string;
  readonly shape: Shape;
}

const fields = (map: Readonly<Record<string, Shape>>): Shape => ({ fields: map });
const spec = (map: Readonly<Record<string, Shape>>): Shape => fields({ spec: fields(map) });
const rule = (name: ShapeRule): Shape => ({ rule: name });

const workloads = ["apps/deployments", "apps/statefulsets", "apps/daemonsets"] as const;
const inTemplate = (template: Shape) => workloads.map((resource) => ({ resource, shape: spec({ template }) }));
const inCronJob = (template: Shape): WriteShape => ({
  resource: "batch/cronjobs",
  shape: spec({ jobTemplate: spec({ template }) }),
});
const podFields = (map: Readonly<Record<string, Shape>>): Shape => spec(map);
const inContainers = (container: Readonly<Record<string, Shape>>) => {
  const items: Shape = { items: fields(container), by: ["name"] };
  const template = podFields({ containers: items, initContainers: items });
  return [...inTemplate(template), inCronJob(template)];
};

const probes = { livenessProbe: rule("probe"), readinessProbe: rule("probe"), startupProbe: rule("probe") };
const placement = {
  terminationGracePeriodSeconds: "any",
  nodeSelector: "any",
  tolerations: "any",
  affinity: "any",
  topologySpreadConstraints: "any",
  dnsPolicy: "any",
} as const;
const freeContainer: Shape = {
  items: fields({ ...probes, resources: "any", terminationMessagePolicy: "any" }),
  by: ["name"],
};
const freeTemplate = podFields({ ...placement, containers: freeContainer, initContainers: freeContainer });
const freeWorkload = spec({
  minReadySeconds: "any",
  progressDeadlineSeconds: "any",
  revisionHistoryLimit: "any",
  strategy: "any",
  updateStrategy: "any",
  template: freeTemplate,
});
const anEarlierContainer: Shape = {
  items: fields({
    ...probes,
    image: rule("image"),
    env: rule("env"),
    envFrom: rule("envFrom"),
    ports: rule("ports"),
    resources: "any",
    volumeMounts: "any",
    imagePullPolicy: "any",
    terminationMessagePolicy: "any",
  }),
  by: ["name"],
};
/** What distinguishes revisions, as far as it gives the workload no rights that it has not got now. */
const anEarlierTemplate = fields({
  metadata: fields({ labels: rule("labels"), annotations: rule("annotations"), creationTimestamp: "any" }),
  spec: fields({
    ...placement,
    containers: anEarlierContainer,
    initContainers: anEarlierContainer,
    volumes: rule("volumes"),
  }),
});
const paused = { resource: "apps/deployments", shape: spec({ paused: "any" }) } as const;
const suspended = { resource: "batch/cronjobs", shape: spec({ suspend: "any" }) } as const;
const schedulable = { resource: "/nodes", shape: spec({ unschedulable: "any" }) } as const;
const restarted = inTemplate(
  fields({ metadata: fields({ annotations: rule("annotations"), creationTimestamp: "any" }) }),
);
const nothing: readonly WriteShape[] = [];

/**
 * What each action changes of objects that exist, its undo included. The ValidatingAdmissionPolicy of the actor is
 * generated from the union of them: an action that writes more than it says here is refused by the cluster. Objects that
 * are created have rules of their own (k8s/admission-rules.ts).
 */
const writeShapes: Readonly<Record<ActionCode, readonly WriteShape[]>> = {
  "rollback-deployment": inTemplate(anEarlierTemplate),
  restart: restarted,
  "pause-rollout": [paused],
  "resume-rollout": [paused],
  // By the subresource, which has no other field.
  scale: nothing,
  "patch-resources": inContainers({ resources: "any" }),
  "patch-probe": inContainers(probes),
  "set-image": inContainers({ image: rule("image") }),
  "set-env": inContainers({ env: rule("env") }),
  "patch-config": [{ resource: "/configmaps", shape: fields({ data: rule("configData") }) }, ...restarted],
  "patch-selector": [{ resource: "/services", shape: spec({ selector: "any" }) }],
  "patch-service-port": [
    {
      resource: "/services",
      shape: spec({ ports: { items: fields({ targetPort: "any" }), by: ["port", "protocol"] } }),
    },
  ],
  "patch-quota": [{ resource: "/resourcequotas", shape: spec({ hard: "any" }) }],
  "patch-hpa": [
    { resource: "autoscaling/horizontalpodautoscalers", shape: spec({ minReplicas: "any", maxReplicas: "any" }) },
  ],
  "create-hpa": nothing,
  "delete-pod": nothing,
  "evict-pod": nothing,
  "delete-job": nothing,
  "rerun-job": nothing,
  "suspend-cronjob": [suspended],
  "resume-cronjob": [suspended],
  cordon: [schedulable],
  uncordon: [schedulable],
  drain: [schedulable],
  // Finalizers are metadata.
  "remove-finalizer": nothing,
  "expand-volume": [
    {
      resource: "/persistentvolumeclaims",
      shape: spec({ resources: fields({ requests: fields({ storage: "any" }) }) }),
    },
  ],
  "patch-role": ["roles", "clusterroles"].map((name) => ({
    resource: `rbac.authorization.k8s.io/${name}`,
    shape: fields({ rules: rule("roleRules") }),
  })),
  "restore-secret": nothing,
  "soft-heal": nothing,
  "free-patch": [
    ...workloads.map((resource) => ({ resource, shape: freeWorkload })),
    {
      resource: "batch/cronjobs",
      shape: spec({
        concurrencyPolicy: "any",
        startingDeadlineSeconds: "any",
        successfulJobsHistoryLimit: "any",
        failedJobsHistoryLimit: "any",
        jobTemplate: spec({ backoffLimit: "any", activeDeadlineSeconds: "any", template: freeTemplate }),
      }),
    },
  ],
  guide: nothing,
  none: nothing,
};

/** Both shapes at once. @throws when two actions call the same value by different rules or lists by different keys */
function unionOf(a: Shape, b: Shape): Shape {
  if (a === "any" || b === "any") return "any";
  if ("fields" in a && "fields" in b) {
    const merged: Record<string, Shape> = { ...a.fields };
    for (const [key, shape] of Object.entries(b.fields)) {
      const own = merged[key];
      merged[key] = own ? unionOf(own, shape) : shape;
    }
    return fields(merged);
  }
  if ("items" in a && "items" in b && a.by.join() === b.by.join())
    return { items: unionOf(a.items, b.items), by: a.by };
  if ("rule" in a && "rule" in b && a.rule === b.rule) return a;
  throw new Error(`two actions describe one field in different ways: ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
}

/** For each resource that any action changes, the union of what they change; sorted by resource. */
export function shapesByResource(
  shapes: Readonly<Record<string, readonly WriteShape[]>> = writeShapes,
): ReadonlyMap<string, Shape> {
  const all = Object.values(shapes).flat();
  const found = new Map<string, Shape>();
  for (const { resource, shape } of all.toSorted((a, b) => (a.resource < b.resource ? -1 : 1))) {
    const own = found.get(resource);
    found.set(resource, own ? unionOf(own, shape) : shape);
  }
  return found;
}
