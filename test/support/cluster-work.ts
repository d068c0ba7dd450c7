import type { KubeEvent } from "../../src/cluster/kubernetes-types.ts";

/** RFC 3339 without milliseconds, as the API writes times. */
export const apiTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

type Labels = Readonly<Record<string, string>>;

export interface MadeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
  readonly status?: object;
}

/** An object of any kind in the namespace `shop` (`namespace: undefined` in `meta` for none). */
export function made(
  apiVersion: string,
  kind: string,
  name: string,
  { meta = {}, ...rest }: { readonly meta?: object; readonly [part: string]: unknown } = {},
): MadeObject {
  return { apiVersion, kind, metadata: { name, namespace: "shop", uid: `${kind}-${name}`, ...meta }, ...rest };
}

export const ownedBy = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: "v1", kind, name, uid: `${kind}-${name}`, controller: true }],
});

export interface WorkPod {
  readonly name: string;
  readonly owner: { readonly kind: string; readonly name: string };
  readonly at: number;
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly readyAt?: number;
  readonly labels?: Labels;
  readonly deletionTimestamp?: string;
  readonly conditions?: readonly object[];
  readonly containers?: readonly object[];
  readonly spec?: object;
  readonly status?: object;
  readonly meta?: object;
}

/** A pod of any owner. */
export function workPod(options: WorkPod): MadeObject {
  const { name, owner, at, node = "node-1", phase = "Running", ready = phase === "Running" } = options;
  const { containers = [], spec = {}, status = {} } = options;
  return made("v1", "Pod", name, {
    meta: {
      creationTimestamp: apiTime(at),
      labels: options.labels ?? { app: owner.name },
      ...ownedBy(owner.kind, owner.name),
      ...(options.deletionTimestamp ? { deletionTimestamp: options.deletionTimestamp } : {}),
      ...options.meta,
    },
    spec: {
      ...(node === "" ? {} : { nodeName: node }),
      containers: [{ name: "app", image: "registry/app:1" }],
      ...spec,
    },
    status: {
      phase,
      conditions: options.conditions ?? [
        {
          type: "Ready",
          status: ready ? "True" : "False",
          lastTransitionTime: apiTime(options.readyAt ?? at + 2_000),
        },
      ],
      containerStatuses:
        containers.length > 0
          ? containers
          : phase === "Pending"
            ? []
            : [{ name: "app", ready, restartCount: 0, state: { running: { startedAt: apiTime(at + 1_000) } } }],
      ...status,
    },
  });
}

const template = (app: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "app", image: "registry/app:1" }], ...spec },
});

export interface SetState {
  readonly replicas: number;
  readonly available?: number;
  readonly updated?: number;
  readonly generation?: number;
  readonly observed?: number;
  readonly spec?: object;
  readonly status?: object;
  readonly meta?: object;
}

export function daemonSet(name: string, { replicas, available = replicas, updated = replicas, ...rest }: SetState) {
  const { generation = 1, observed = generation } = rest;
  return made("apps/v1", "DaemonSet", name, {
    meta: { generation, ...rest.meta },
    spec: { selector: { matchLabels: { app: name } }, template: template(name), ...rest.spec },
    status: {
      observedGeneration: observed,
      desiredNumberScheduled: replicas,
      currentNumberScheduled: replicas,
      updatedNumberScheduled: updated,
      numberReady: available,
      numberAvailable: available,
      ...rest.status,
    },
  });
}

export function statefulSet(name: string, { replicas, available = replicas, updated = replicas, ...rest }: SetState) {
  const { generation = 1, observed = generation } = rest;
  return made("apps/v1", "StatefulSet", name, {
    meta: { generation, ...rest.meta },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: template(name),
      ...rest.spec,
    },
    status: {
      observedGeneration: observed,
      replicas,
      readyReplicas: available,
      availableReplicas: available,
      updatedReplicas: updated,
      currentRevision: "r1",
      updateRevision: updated === replicas ? "r1" : "r2",
      ...rest.status,
    },
  });
}

export function deploymentOf(name: string, { replicas, available = replicas, updated = replicas, ...rest }: SetState) {
  const { generation = 1, observed = generation } = rest;
  return made("apps/v1", "Deployment", name, {
    meta: { generation, ...rest.meta },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name), ...rest.spec },
    status: {
      observedGeneration: observed,
      replicas,
      updatedReplicas: updated,
      readyReplicas: available,
      availableReplicas: available,
      conditions: [],
      ...rest.status,
    },
  });
}

export interface NodeState {
  readonly at?: number;
  readonly ready?: boolean | "Unknown";
  readonly since?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly spec?: object;
}

export function nodeOf(name: string, state: NodeState = {}) {
  const { at = 0, ready = true, since = at, spec = {} } = state;
  return made("v1", "Node", name, {
    meta: { namespace: undefined, creationTimestamp: apiTime(at) },
    spec,
    status: {
      conditions: [
        {
          type: "Ready",
          status: ready === true ? "True" : ready === false ? "False" : "Unknown",
          reason: state.reason ?? (ready === true ? "KubeletReady" : "KubeletNotReady"),
          message: state.message ?? "",
          lastTransitionTime: apiTime(since),
        },
      ],
      allocatable: { cpu: "4", memory: "16Gi" },
    },
  });
}

let events = 0;

/** A core/v1 event about an object of the namespace `shop`. */
export function eventAbout(
  about: { readonly kind: string; readonly name: string; readonly namespace?: string | undefined },
  reason: string,
  message: string,
  {
    at,
    firstAt = at,
    count = 1,
    type = "Warning",
    id,
  }: {
    readonly at: number;
    readonly firstAt?: number;
    readonly count?: number;
    readonly type?: string;
    readonly id?: string;
  },
): KubeEvent {
  const name = id ?? `e${++events}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "shop", uid: `event-${name}` },
    involvedObject: { kind: about.kind, name: about.name, namespace: about.kind === "Node" ? "" : "shop" },
    reason,
    message,
    type,
    count,
    firstTimestamp: apiTime(firstAt),
    lastTimestamp: apiTime(at),
  };
}
