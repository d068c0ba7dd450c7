import { fileURLToPath } from "node:url";
import type { KubeEvent, KubeObject, Pod } from "../../../src/cluster/kubernetes-types.ts";
import { createObservation, type Observation } from "../../../src/cluster/observation.ts";
import type { DerivedSeriesName } from "../../../src/cluster/series-names.ts";
import type { Signal } from "../../../src/cluster/signal.ts";
import { buildTopology } from "../../../src/cluster/topology.ts";
import type { Anomaly, AnomalyFamily } from "../../../src/incident/anomaly.ts";
import type { Incident } from "../../../src/incident/incident.ts";
import { makeRef, type ObjectRef } from "../../../src/incident/object-ref.ts";
import { type Diagnosed, diagnoseByRules } from "../../../src/rca/diagnose.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { loadRecording, type Recording } from "../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../src/replay/recording/recorded-signals.ts";

export const ns = "sock-shop";
const folder = fileURLToPath(new URL("../../recordings/sock-shop-06", import.meta.url));
/** The recorded fault begins at 23:36:58; until here all is quiet. */
const quietUntil = Date.parse("2026-11-20T23:36:30Z");
let recording: Promise<Recording> | undefined;

type Draft = {
  metadata: Record<string, unknown> & { name: string; resourceVersion?: string };
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into objects of every kind.
  spec: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  status?: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  rules?: any;
};

type Symptom = readonly [kind: string, name: string, family?: AnomalyFamily, reason?: string, detector?: string];

/** A real shop at a quiet moment, in which a test can break things the way Kubernetes shows them. */
export interface Shop {
  readonly observation: Observation;
  readonly onset: number;
  now: number;
  change(kind: string, name: string, edit: (draft: Draft) => void): void;
  /** @param at when (ms); just before the onset where it is left out */
  create(object: object, at?: number): void;
  remove(kind: string, name: string): void;
  /** A new pod of a workload (of its next revision), made from a live one. Returns its name. */
  freshPod(workload: string, status: object, edit?: (draft: Draft) => void): string;
  dropPods(workload: string): void;
  event(kind: string, name: string, reason: string, message: string, count?: number): void;
  log(workload: string, line: string, times?: number, pod?: string): void;
  series(name: DerivedSeriesName, labels: Record<string, string>, before: number | undefined, after: number): void;
  pods(workload: string): readonly string[];
  diagnose(symptoms: readonly Symptom[]): Diagnosed;
  incident(symptoms: readonly Symptom[]): Incident;
}

export const waiting = (container: string, reason: string, message = "") => ({
  phase: "Pending",
  conditions: [
    { type: "PodScheduled", status: "True" },
    { type: "Ready", status: "False" },
  ],
  containerStatuses: [
    { name: container, ready: false, restartCount: 0, state: { waiting: { reason, message } }, lastState: {} },
  ],
});

export function crashed(container: string, exitCode: number, finishedAt: number, reason = "Error", restarts = 3) {
  const terminated = {
    exitCode,
    reason,
    startedAt: new Date(finishedAt - 2_000).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
  };
  return {
    phase: "Running",
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "Ready", status: "False" },
    ],
    containerStatuses: [
      {
        name: container,
        ready: false,
        restartCount: restarts,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
        lastState: { terminated },
      },
    ],
  };
}

export const running = (container: string, ready = true, restarts = 0) => ({
  phase: "Running",
  conditions: [
    { type: "PodScheduled", status: "True" },
    { type: "Ready", status: ready ? "True" : "False" },
  ],
  containerStatuses: [
    {
      name: container,
      ready,
      restartCount: restarts,
      state: { running: { startedAt: new Date(quietUntil).toISOString() } },
      lastState: {},
    },
  ],
});

export interface ShopOptions {
  /** Something that already holds a quiet shop; by default one is read from a recording. */
  readonly observation?: Observation;
  /** Where what breaks is told; by default straight into the observation. */
  readonly emit?: (signal: Signal) => void;
  /** When it breaks (ms). */
  readonly brokenAt?: number;
}

export async function quietShop(options: ShopOptions = {}): Promise<Shop> {
  const observation = options.observation ?? createObservation({ cluster: "test" });
  const emit =
    options.emit ??
    ((signal: Signal) => {
      if (signal.type === "object") observation.objects.apply(signal.change, signal.object, signal.at);
      else if (signal.type === "event") observation.events.push(signal.event, signal.at);
      else if (signal.type === "log") observation.logs.push(signal.line);
    });
  const apply = (change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject, at: number) =>
    emit({ type: "object", at, change, object });
  if (!options.observation) {
    recording ??= loadRecording(folder);
    for (const signal of recordedSignals(await recording)) {
      if (signal.at > quietUntil) break;
      emit(signal);
    }
  }
  const onset = (options.brokenAt ?? quietUntil + 10_000) + 10_000;
  let serial = 0;
  const iso = (ms: number) => new Date(ms).toISOString();
  const kindsWithoutNamespace = new Set([
    "Node",
    "ValidatingWebhookConfiguration",
    "ClusterRole",
    "ClusterRoleBinding",
  ]);
  const where = (kind: string) => (kindsWithoutNamespace.has(kind) ? undefined : ns);
  const get = (kind: string, name: string): KubeObject => {
    const found = observation.objects.get(kind, where(kind), name);
    if (!found) throw new Error(`the shop has no ${kind} ${name}`);
    return found;
  };
  const workloadRef = (name: string): ObjectRef => {
    for (const kind of ["Deployment", "CronJob", "StatefulSet"])
      if (observation.objects.find(makeRef(kind, ns, name))) return makeRef(kind, ns, name);
    throw new Error(`the shop has no workload ${name}`);
  };
  const podsOf = (workload: string) => buildTopology(observation).podsOf(workloadRef(workload));

  const shop: Shop = {
    observation,
    onset,
    now: onset + 60_000,
    change(kind, name, edit) {
      const draft = structuredClone(get(kind, name)) as unknown as Draft;
      edit(draft);
      draft.metadata.resourceVersion = String(900_000 + ++serial);
      apply("MODIFIED", draft as unknown as KubeObject, onset - 10_000);
    },
    create(object, at = onset - 10_000) {
      const made = object as KubeObject;
      const metadata = {
        resourceVersion: String(900_000 + ++serial),
        creationTimestamp: iso(at),
        namespace: where(made.kind),
        ...made.metadata,
        uid: `made-${serial}`,
      };
      apply("ADDED", { ...made, metadata } as KubeObject, at);
    },
    remove(kind, name) {
      apply("DELETED", get(kind, name), onset - 10_000);
    },
    freshPod(workload, status, edit) {
      const live = podsOf(workload)[0];
      const ref = workloadRef(workload);
      const template = observation.objects.get("Deployment", ns, workload)?.spec.template;
      if (!live || !template) throw new Error(`no pod to copy for ${workload}`);
      const set = `${workload}-5c9f7b8d6f`;
      if (!observation.objects.get("ReplicaSet", ns, set)) {
        apply(
          "ADDED",
          {
            apiVersion: "apps/v1",
            kind: "ReplicaSet",
            metadata: {
              name: set,
              namespace: ns,
              uid: `rs-${set}`,
              creationTimestamp: iso(onset - 9_000),
              annotations: { "deployment.kubernetes.io/revision": "99" },
              ownerReferences: [{ kind: ref.kind, name: ref.name, uid: "x", controller: true }],
            },
            spec: { replicas: 1, selector: {}, template },
          },
          onset - 9_000,
        );
      }
      const name = `${set}-x${++serial}fzz`;
      const pod = structuredClone(live) as unknown as Draft & Pod;
      Object.assign(pod.metadata, {
        name,
        uid: `pod-${name}`,
        creationTimestamp: iso(onset - 8_000),
        ownerReferences: [{ kind: "ReplicaSet", name: set, uid: `rs-${set}`, controller: true }],
      });
      pod.spec = structuredClone(template.spec);
      pod.spec.nodeName = live.spec.nodeName;
      pod.status = status;
      edit?.(pod);
      apply("ADDED", pod, onset - 8_000);
      return name;
    },
    dropPods(workload) {
      for (const pod of podsOf(workload)) apply("DELETED", pod, onset - 9_000);
    },
    event(kind, name, reason, message, count = 1) {
      const event = {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `event-${++serial}`, namespace: ns, uid: `event-${serial}`, creationTimestamp: iso(onset) },
        involvedObject: { kind, namespace: where(kind), name },
        type: /^(Unhealthy|Failed|FailedScheduling|FailedCreate|FailedMount|Evicted|BackOff|BackoffLimitExceeded|SystemOOM|FailedGetResourceMetric|FailedCreatePodSandBox|ConntrackFull|KernelOops)$/.test(
          reason,
        )
          ? "Warning"
          : "Normal",
        reason,
        message,
        count,
        firstTimestamp: iso(onset + 2_000),
        lastTimestamp: iso(onset + 30_000),
      };
      emit({ type: "event", at: onset + 30_000, event: event as unknown as KubeEvent });
    },
    log(workload, line, times = 5, pod) {
      const name = pod ?? podsOf(workload)[0]?.metadata.name ?? workload;
      for (let i = 0; i < times; i++)
        emit({
          type: "log",
          at: onset + i * 5_000,
          line: { at: onset + i * 5_000, namespace: ns, pod: name, container: workload, line },
        });
    },
    series(name, labels, before, after) {
      const full = { namespace: ns, ...labels };
      for (let at = onset - 300_000; at < shop.now; at += 5_000) {
        if (at < onset - 5_000 && before === undefined) continue;
        observation.series.push(
          name,
          full,
          at,
          (at < onset ? (before ?? after) : after) * (1 + (((at / 5_000) % 3) - 1) * 0.01),
        );
      }
    },
    pods: (workload) => podsOf(workload).map((pod) => pod.metadata.name),
    incident(symptoms) {
      const anomalies = symptoms.map(
        ([kind, name, family = "metric", reason = "error-ratio", detector = "test"], i): Anomaly => ({
          fingerprint: `${kind}/${name}/${reason}/${i}`,
          detector,
          family,
          reason,
          target: makeRef(kind, where(kind), name),
          score: 1,
          severity: "high",
          summary: `${name}: ${reason}`,
          startsAt: onset + i * 1_000,
          detectedAt: onset + 5_000,
        }),
      );
      const targets = anomalies.map((anomaly) => anomaly.target);
      return {
        id: "42",
        cluster: "test",
        groupKey: "test",
        title: `${targets[0]?.name} is in trouble`,
        severity: "high",
        status: "open",
        openedAt: onset + 10_000,
        onset,
        updatedAt: onset + 10_000,
        target: targets[0] ?? makeRef("Namespace", undefined, ns),
        affected: targets,
        anomalies,
        anomaliesDropped: 0,
      };
    },
    diagnose(symptoms) {
      const { redact } = createRedactor({ salt: "test" });
      return diagnoseByRules({ incident: shop.incident(symptoms), observation, now: shop.now, redact, version: 1 });
    },
  };
  return shop;
}
