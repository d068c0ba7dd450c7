import type { KubeEvent, KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { LogLine } from "../../../src/cluster/signal.ts";
import type { EventChange, ObjectChange, Recording } from "../../../src/replay/recording/load-recording.ts";
import type { Mutation } from "./mutated.ts";

const byTime = (a: { readonly at: number }, b: { readonly at: number }) => a.at - b.at;

/** Two namespaces of one cluster, recorded at the same time, in one recording of the time that both have. */
export function together(a: Recording, b: Recording): Recording {
  const start = Math.min(a.start, b.start);
  const seen = new Set(a.objects.filter(({ kind }) => kind === "Node").map(({ metadata }) => metadata.name));
  const ofNode = (labels: Readonly<Record<string, string>>) => labels["namespace"] === undefined;
  return {
    header: {
      ...a.header,
      name: `${a.header.name}+${b.header.name}`,
      namespaces: [...a.header.namespaces, ...b.header.namespaces],
    },
    start,
    end: Math.max(a.end, b.end),
    objects: [...a.objects, ...b.objects.filter(({ kind, metadata }) => kind !== "Node" || !seen.has(metadata.name))],
    changes: [...a.changes, ...b.changes.filter(({ object }) => object.kind !== "Node")].sort(byTime),
    events: [...a.events, ...b.events.filter(({ event }) => event.involvedObject.kind !== "Node")].sort(byTime),
    logs: [...a.logs, ...b.logs].sort(byTime),
    series: [...a.series, ...b.series.filter(({ labels }) => !ofNode(labels))],
  };
}

const iso = (at: number) => new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
const space = "backoffice";

const object = (value: Record<string, unknown> & { kind: string }): KubeObject => {
  const { metadata, apiVersion = "v1", ...rest } = value as unknown as KubeObject;
  return {
    ...rest,
    apiVersion,
    metadata: { ...metadata, uid: `noise-${value.kind}-${metadata.name}` },
  };
};

const podOf = (name: string, owner: { kind: string; name: string }, status: unknown, at: number, container = "main") =>
  object({
    kind: "Pod",
    metadata: {
      name,
      namespace: space,
      creationTimestamp: iso(at),
      labels: { app: owner.name },
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: owner.kind,
          name: owner.name,
          uid: `noise-${owner.kind}-${owner.name}`,
          controller: true,
        },
      ],
    },
    spec: { nodeName: "node-1", containers: [{ name: container, image: `registry.example/${owner.name}:1.0` }] },
    status,
  });

const running = (at: number, container = "main") => ({
  phase: "Running",
  startTime: iso(at),
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: iso(at) }],
  containerStatuses: [
    {
      name: container,
      ready: true,
      started: true,
      restartCount: 0,
      image: "x",
      state: { running: { startedAt: iso(at) } },
    },
  ],
});

/** A program that talks all day, in a namespace of its own, with words that look like trouble. */
export const chattyNeighbour: Mutation = (recording) => {
  const made = recording.start - 86_400_000;
  const set = object({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "importer-6d5f8",
      namespace: space,
      creationTimestamp: iso(made),
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: "importer",
          uid: "noise-Deployment-importer",
          controller: true,
        },
      ],
    },
    spec: { replicas: 1 },
    status: { replicas: 1, readyReplicas: 1 },
  });
  const deployment = object({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "importer", namespace: space, creationTimestamp: iso(made), generation: 1 },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "importer" } },
      template: { metadata: {}, spec: { containers: [] } },
    },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
  });
  const pod = podOf("importer-6d5f8-x2x7k", { kind: "ReplicaSet", name: "importer-6d5f8" }, running(made), made);
  const logs: LogLine[] = [];
  let i = 0;
  for (let at = recording.start; at < recording.end; at += 150 + ((i * 37) % 400)) {
    const words = [
      `DEBUG batch ${i} rows=${(i * 17) % 900} errors=0 failed=0`,
      `DEBUG retry queue depth ${i % 5}, last error: none`,
      `DEBUG cache miss key=${(i * 7919) % 100_003}`,
      `INFO imported file orders-${i}.csv in ${(i * 31) % 700} ms`,
      `WARN row ${i} skipped: column 'price' is empty`,
    ];
    const line = `${new Date(at).toISOString()} ${words[(i * 7) % 13 < 5 ? (i * 7) % 13 : i % 3]}`;
    logs.push({ at, namespace: space, pod: pod.metadata.name, container: "main", line });
    i++;
  }
  return {
    recording: {
      ...recording,
      header: { ...recording.header, namespaces: [...recording.header.namespaces, space] },
      objects: [...recording.objects, deployment, set, pod],
      logs: [...recording.logs, ...logs].sort(byTime),
    },
  };
};

/** A Job every minute that says a lot and always ends well. */
export const busyCron: Mutation = (recording) => {
  const made = recording.start - 86_400_000;
  const cron = object({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "ledger-sync", namespace: space, creationTimestamp: iso(made) },
    spec: { schedule: "* * * * *", suspend: false, concurrencyPolicy: "Allow" },
    status: { lastScheduleTime: iso(recording.start), lastSuccessfulTime: iso(recording.start) },
  });
  const changes: ObjectChange[] = [];
  const events: EventChange[] = [];
  const logs: LogLine[] = [];
  for (let at = Math.ceil(recording.start / 60_000) * 60_000; at + 20_000 < recording.end; at += 60_000) {
    const name = `ledger-sync-${Math.floor(at / 60_000)}`;
    const job = (status: unknown) => ({
      ...object({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name,
          namespace: space,
          creationTimestamp: iso(at),
          ownerReferences: [
            { apiVersion: "batch/v1", kind: "CronJob", name: "ledger-sync", uid: cron.metadata.uid, controller: true },
          ],
        },
        spec: { backoffLimit: 2, completions: 1, parallelism: 1 },
      }),
      status,
    });
    const pod = `${name}-abcde`;
    const owner = { kind: "Job", name };
    const end = at + 14_000;
    const ended = {
      phase: "Succeeded",
      startTime: iso(at),
      conditions: [{ type: "Ready", status: "False", reason: "PodCompleted", lastTransitionTime: iso(end) }],
      containerStatuses: [
        {
          name: "main",
          ready: false,
          restartCount: 0,
          image: "x",
          state: { terminated: { exitCode: 0, reason: "Completed", startedAt: iso(at), finishedAt: iso(end) } },
        },
      ],
    };
    changes.push(
      { at, change: "ADDED", object: job({ active: 1, startTime: iso(at) }) },
      { at: at + 200, change: "ADDED", object: podOf(pod, owner, { phase: "Pending" }, at) },
      { at: at + 1_500, change: "MODIFIED", object: podOf(pod, owner, running(at), at) },
      { at: end, change: "MODIFIED", object: podOf(pod, owner, ended, at) },
      {
        at: end + 500,
        change: "MODIFIED",
        object: job({
          succeeded: 1,
          startTime: iso(at),
          completionTime: iso(end),
          conditions: [{ type: "Complete", status: "True", lastTransitionTime: iso(end) }],
        }),
      },
      {
        at: end + 600,
        change: "MODIFIED",
        object: { ...cron, status: { lastScheduleTime: iso(at), lastSuccessfulTime: iso(end) } },
      },
      { at: end + 40_000, change: "DELETED", object: podOf(pod, owner, ended, at) },
    );
    events.push({
      at: end,
      change: "ADDED",
      event: eventOf(
        { kind: "CronJob", name: "ledger-sync" },
        "SawCompletedJob",
        "Normal",
        `Saw completed job: ${name}, condition: Complete`,
        end,
        1,
      ),
    });
    for (let i = 0; i < 60; i++)
      logs.push({
        at: at + 1_600 + i * 190,
        namespace: space,
        pod,
        container: "main",
        line: `${new Date(at + 1_600 + i * 190).toISOString()} ${i % 9 === 4 ? "WARN" : "INFO"} account ${(i * 613) % 5_000} ${i % 9 === 4 ? "has no rate, default taken" : "reconciled"}`,
      });
  }
  return {
    recording: {
      ...recording,
      header: { ...recording.header, namespaces: [...recording.header.namespaces, space] },
      objects: [...recording.objects, cron],
      changes: [...recording.changes, ...changes].sort(byTime),
      events: [...recording.events, ...events].sort(byTime),
      logs: [...recording.logs, ...logs].sort(byTime),
    },
  };
};

function eventOf(
  on: { kind: string; name: string },
  reason: string,
  type: string,
  message: string,
  at: number,
  count: number,
  firstAt = at,
): KubeEvent {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${on.name}.${reason}`, namespace: space, uid: `noise-event-${on.name}-${reason}` },
    involvedObject: { ...on, namespace: space, apiVersion: "v1" },
    reason,
    type,
    message,
    count,
    firstTimestamp: iso(firstAt),
    lastTimestamp: iso(at),
    source: { component: "kubelet" },
  } as unknown as KubeEvent;
}

/** A pod of nobody's that has crashed since yesterday, every five minutes. Its own incident, if any, is opened at once. */
export const oldCrashLoop: Mutation = (recording) => {
  const made = recording.start - 86_400_000;
  const state = (restarts: number, crashedAt: number) => ({
    phase: "Running",
    startTime: iso(made),
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: iso(made) }],
    containerStatuses: [
      {
        name: "main",
        ready: false,
        started: false,
        restartCount: restarts,
        image: "x",
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container=main" } },
        lastState: {
          terminated: { exitCode: 1, reason: "Error", startedAt: iso(crashedAt - 2_000), finishedAt: iso(crashedAt) },
        },
      },
    ],
  });
  const name = "abandoned-prototype";
  const at = (crashedAt: number, restarts: number) =>
    podOf(name, { kind: "Nobody", name }, state(restarts, crashedAt), made);
  const bare = (one: KubeObject): KubeObject => ({ ...one, metadata: { ...one.metadata, ownerReferences: [] } });
  const changes: ObjectChange[] = [];
  const events: EventChange[] = [];
  const logs: LogLine[] = [];
  let restarts = 281;
  for (let time = recording.start + 130_000; time < recording.end; time += 302_000) {
    restarts++;
    logs.push({
      at: time - 500,
      namespace: space,
      pod: name,
      container: "main",
      line: "Error: Cannot find module './legacy-index'",
    });
    changes.push({ at: time, change: "MODIFIED", object: bare(at(time, restarts)) });
    events.push({
      at: time + 300,
      change: "MODIFIED",
      event: eventOf(
        { kind: "Pod", name },
        "BackOff",
        "Warning",
        "Back-off restarting failed container main in pod abandoned-prototype",
        time,
        restarts * 20,
        made,
      ),
    });
  }
  return {
    recording: {
      ...recording,
      header: { ...recording.header, namespaces: [...recording.header.namespaces, space] },
      objects: [...recording.objects, bare(at(recording.start - 170_000, 281))],
      changes: [...recording.changes, ...changes].sort(byTime),
      events: [...recording.events, ...events].sort(byTime),
      logs: [...recording.logs, ...logs].sort(byTime),
    },
  };
};

/** The namespace in which noise is made. */
export const noisySpace = space;

/**
 * Shortly before the fault somebody changes other things that have nothing to do with it: a value of a ConfigMap, a label
 * of a Service, an annotation of a Deployment, all of workloads that `spare` does not name.
 */
export const harmlessChanges =
  (at: number, spare: readonly string[]): Mutation =>
  (recording) => {
    const changes: ObjectChange[] = [];
    const latest = new Map<string, KubeObject>();
    for (const one of recording.objects) latest.set(`${one.kind}/${one.metadata.name}`, one);
    for (const { at: when, object: one, change } of recording.changes) {
      if (when > at) break;
      if (change === "DELETED") latest.delete(`${one.kind}/${one.metadata.name}`);
      else latest.set(`${one.kind}/${one.metadata.name}`, one);
    }
    let when = at;
    for (const one of latest.values()) {
      if (spare.some((name) => one.metadata.name.startsWith(name))) continue;
      if (!["Deployment", "Service", "ConfigMap"].includes(one.kind)) continue;
      when += 900;
      const changed = structuredClone(one) as unknown as {
        data?: Record<string, string>;
        metadata: Record<string, unknown>;
      };
      if (one.kind === "ConfigMap") changed.data = { ...changed.data, REVIEWED_BY: "the autumn audit" };
      else changed.metadata["annotations"] = { ...(changed.metadata["annotations"] as object), "team/reviewed": "yes" };
      changes.push({ at: when, change: "MODIFIED", object: changed as unknown as KubeObject });
    }
    // Later versions in the recording do not carry the mark; that reads as taking it back, which is as harmless.
    return { recording: { ...recording, changes: [...recording.changes, ...changes].sort(byTime) } };
  };
