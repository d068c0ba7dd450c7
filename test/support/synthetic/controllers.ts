import type { Api } from "./api.ts";
import { type Any, type Condition, type Deployment, type Pod, type ReplicaSet, stamp } from "./kube-types.ts";

const ownedBy = (object: Any, owner: Any) =>
  object.metadata.ownerReferences?.some((ref) => ref.uid === owner.metadata.uid) ?? false;
export const isReady = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp &&
  (pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false);
const isDone = (pod: Pod) => pod.status.phase === "Failed" || pod.status.phase === "Succeeded";

export function setCondition(
  list: Condition[],
  now: number,
  next: { type: string; status: string; reason?: string; message?: string },
  withUpdateTime = false,
): void {
  const old = list.find(({ type }) => type === next.type);
  if (old && old.status === next.status && old.reason === next.reason && old.message === next.message) return;
  const made: Condition = {
    ...next,
    ...(withUpdateTime ? { lastUpdateTime: stamp(now) } : { lastProbeTime: null }),
    lastTransitionTime: old?.status === next.status ? (old.lastTransitionTime ?? stamp(now)) : stamp(now),
  };
  if (old) list[list.indexOf(old)] = made;
  else list.push(made);
}

export interface ControllerHooks {
  /** A refusal of the API server when the ReplicaSet creates a pod (quota, webhook). */
  readonly refuse: (rs: ReplicaSet) => string | undefined;
}

/** Deployment and ReplicaSet controllers: they react to every change a few milliseconds later. */
export function startControllers(api: Api, hooks: ControllerHooks): void {
  const { sim } = api;
  const due = new Set<string>();
  const soon = (kind: string, name: string, ms: number, run: (name: string) => void) => {
    const id = `${kind}/${name}`;
    if (due.has(id)) return;
    due.add(id);
    sim.after(ms, () => {
      due.delete(id);
      run(name);
    });
  };
  const failures = new Map<string, number>();
  const progress = new Map<string, { at: number; ready: number; updated: number }>();
  const setsOf = (deployment: Deployment) => api.list<ReplicaSet>("ReplicaSet").filter((rs) => ownedBy(rs, deployment));
  const podsOf = (rs: ReplicaSet) => api.list<Pod>("Pod").filter((pod) => ownedBy(pod, rs));
  const bare = (set: ReplicaSet) => {
    const { "pod-template-hash": _, ...labels } = set.spec.template.metadata.labels ?? {};
    const metadata: Record<string, unknown> = { ...set.spec.template.metadata, labels };
    delete metadata.creationTimestamp;
    return JSON.stringify([Object.entries(metadata).sort(), set.spec.template.spec]);
  };
  const revision = (object: Any) => Number(object.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);

  const reconcileSet = (name: string) => {
    const rs = api.get<ReplicaSet>("ReplicaSet", name);
    if (!rs) return;
    const all = podsOf(rs);
    const pods = all.filter((pod) => !pod.metadata.deletionTimestamp && !isDone(pod));
    let failed: string | undefined;
    if (pods.length < rs.spec.replicas) {
      for (let i = pods.length; i < rs.spec.replicas; i++) {
        const podName = `${name}-${api.word(5)}`;
        const refusal = hooks.refuse(rs);
        if (refusal !== undefined) {
          failed = refusal.replaceAll("$POD", podName);
          api.event(rs, "Warning", "FailedCreate", `Error creating: ${failed}`, "replicaset-controller");
          const times = (failures.get(name) ?? 0) + 1;
          failures.set(name, times);
          sim.after(Math.min(5 * 2 ** times, 82_000), () => soon("rs", name, 1, reconcileSet));
          break;
        }
        failures.delete(name);
        const { metadata, spec } = structuredClone(rs.spec.template);
        const pod: Pod = {
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: podName,
            generateName: `${name}-`,
            namespace: api.namespace,
            uid: "",
            generation: 1,
            ...metadata,
            ownerReferences: [
              {
                apiVersion: "apps/v1",
                kind: "ReplicaSet",
                name,
                uid: rs.metadata.uid,
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          },
          spec,
          status: { phase: "Pending", qosClass: "Burstable" },
        };
        api.create(pod);
        api.event(rs, "Normal", "SuccessfulCreate", `Created pod: ${podName}`, "replicaset-controller");
      }
    } else if (pods.length > rs.spec.replicas) {
      const rank = (pod: Pod) => (pod.spec.nodeName ? 1 : 0) + (isReady(pod) ? 2 : 0);
      const victims = [...pods]
        .sort(
          (a, b) =>
            rank(a) - rank(b) || (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""),
        )
        .slice(0, pods.length - rs.spec.replicas);
      for (const pod of victims) {
        deletePod(api, pod.metadata.name);
        api.event(rs, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`, "replicaset-controller");
      }
    }
    const now = podsOf(rs).filter((pod) => !pod.metadata.deletionTimestamp && !isDone(pod));
    const ready = now.filter(isReady).length;
    const failing = failed ?? (now.length < rs.spec.replicas ? failures.get(name) !== undefined : false);
    api.update<ReplicaSet>("ReplicaSet", name, (object) => {
      const conditions = (object.status.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
      const old = object.status.conditions?.find(({ type }) => type === "ReplicaFailure");
      if (failed !== undefined && !old)
        setCondition(conditions, sim.now(), {
          type: "ReplicaFailure",
          status: "True",
          reason: "FailedCreate",
          message: failed,
        });
      else if (failing && old) conditions.push(old);
      object.status = {
        replicas: now.length,
        ...(now.length ? { fullyLabeledReplicas: now.length } : {}),
        ...(ready ? { readyReplicas: ready, availableReplicas: ready } : {}),
        terminatingReplicas: podsOf(rs).length - now.length,
        observedGeneration: object.metadata.generation ?? 1,
        ...(conditions.length ? { conditions } : {}),
      };
    });
  };

  const scale = (deployment: Deployment, rs: ReplicaSet, replicas: number) => {
    const from = rs.spec.replicas;
    if (from === replicas) return;
    api.update<ReplicaSet>("ReplicaSet", rs.metadata.name, (object) => {
      object.spec.replicas = replicas;
    });
    api.event(
      deployment,
      "Normal",
      "ScalingReplicaSet",
      `Scaled ${replicas > from ? "up" : "down"} replica set ${rs.metadata.name} from ${from} to ${replicas}`,
      "deployment-controller",
    );
  };

  const rollOut = (deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]) => {
    const want = deployment.spec.replicas;
    if (deployment.spec.strategy.type === "Recreate") {
      for (const rs of old) scale(deployment, rs, 0);
      if (old.every((rs) => podsOf(rs).every(isDone))) scale(deployment, current, want);
      return;
    }
    const surge = Math.ceil(want * 0.25);
    const total = current.spec.replicas + old.reduce((sum, rs) => sum + rs.spec.replicas, 0);
    if (current.spec.replicas < want)
      scale(deployment, current, Math.min(want, current.spec.replicas + Math.max(0, want + surge - total)));
    else scale(deployment, current, want);
    const fresh = api.get<ReplicaSet>("ReplicaSet", current.metadata.name) ?? current;
    const minimum = want - Math.floor(want * 0.25);
    for (const rs of old) {
      if (rs.spec.replicas === 0) continue;
      const unhealthy = podsOf(rs).filter((pod) => !pod.metadata.deletionTimestamp && !isReady(pod)).length;
      const ready = [fresh, ...old].reduce((sum, set) => sum + podsOf(set).filter(isReady).length, 0);
      const keep = Math.max(0, rs.spec.replicas - Math.max(0, ready - minimum) - unhealthy);
      if (keep < rs.spec.replicas) scale(deployment, rs, keep);
    }
  };

  const reconcile = (name: string) => {
    const deployment = api.get<Deployment>("Deployment", name);
    if (!deployment) return;
    const sets = setsOf(deployment);
    const { labels, ...other } = deployment.spec.template.metadata;
    const wanted = JSON.stringify([
      Object.entries({ ...other, labels: labels ?? {} }).sort(),
      deployment.spec.template.spec,
    ]);
    let current = sets.find((rs) => bare(rs) === wanted);
    const latest = Math.max(0, ...sets.map(revision));
    if (deployment.spec.paused && !current) {
      current = [...sets].sort((a, b) => revision(b) - revision(a))[0];
    } else if (!current) {
      const hash = `${api.word(9)}`;
      current = api.create<ReplicaSet>({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: {
          name: `${name}-${hash}`,
          uid: "",
          generation: 1,
          labels: { ...labels, "pod-template-hash": hash },
          annotations: {
            "deployment.kubernetes.io/desired-replicas": String(deployment.spec.replicas),
            "deployment.kubernetes.io/revision": String(latest + 1),
          },
          ownerReferences: [
            {
              apiVersion: "apps/v1",
              kind: "Deployment",
              name,
              uid: deployment.metadata.uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          replicas: 0,
          selector: { matchLabels: { ...deployment.spec.selector.matchLabels, "pod-template-hash": hash } },
          template: {
            metadata: {
              ...structuredClone(deployment.spec.template.metadata),
              labels: { ...labels, "pod-template-hash": hash },
            },
            spec: structuredClone(deployment.spec.template.spec),
          },
        },
        status: { replicas: 0 },
      });
    } else if (revision(current) < latest && !deployment.spec.paused) {
      api.update<ReplicaSet>("ReplicaSet", current.metadata.name, (rs) => {
        rs.metadata.annotations = {
          ...rs.metadata.annotations,
          "deployment.kubernetes.io/revision": String(latest + 1),
        };
      });
    }
    if (!current) return;
    const set = api.get<ReplicaSet>("ReplicaSet", current.metadata.name) ?? current;
    const old = sets.filter((rs) => rs.metadata.name !== set.metadata.name);
    rollOut(deployment, set, old);
    const all = setsOf(deployment).flatMap(podsOf);
    const live = all.filter((pod) => !pod.metadata.deletionTimestamp && !isDone(pod));
    const updated = live.filter((pod) => ownedBy(pod, set)).length;
    const ready = live.filter(isReady).length;
    const want = deployment.spec.replicas;
    const complete = updated === want && ready >= want && live.length === want;
    const before = progress.get(name);
    const mark = { at: sim.now(), ready: live.filter((p) => ownedBy(p, set) && isReady(p)).length, updated };
    const rolled = (deployment.status.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0);
    if (!before || rolled || before.updated < mark.updated || before.ready < mark.ready) {
      progress.set(name, mark);
      sim.after(deployment.spec.progressDeadlineSeconds * 1_000 + 1_000, () => soon("dep", name, 1, reconcile));
    } else progress.set(name, { ...mark, at: before.at });
    const stalledMs = sim.now() - (progress.get(name)?.at ?? sim.now());
    const failure = set.status.conditions?.find(({ type }) => type === "ReplicaFailure");
    api.update<Deployment>("Deployment", name, (object) => {
      const conditions = structuredClone(object.status.conditions ?? []).filter(
        ({ type }) => type !== "ReplicaFailure",
      );
      const say = (type: string, status: string, reason: string, message: string) =>
        setCondition(conditions, sim.now(), { type, status, reason, message }, true);
      if (ready >= want - (want > 1 ? Math.floor(want * 0.25) : 0))
        say("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
      else say("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
      const wasComplete = conditions.find(({ type }) => type === "Progressing")?.reason === "NewReplicaSetAvailable";
      const rs = set.metadata.name;
      if (deployment.spec.paused) say("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
      else if (complete)
        say("Progressing", "True", "NewReplicaSetAvailable", `ReplicaSet "${rs}" has successfully progressed.`);
      else if (!wasComplete || updated < live.length || rolled) {
        if (stalledMs >= deployment.spec.progressDeadlineSeconds * 1_000)
          say("Progressing", "False", "ProgressDeadlineExceeded", `ReplicaSet "${rs}" has timed out progressing.`);
        else if (!(wasComplete && updated === want && live.length === want))
          say("Progressing", "True", "ReplicaSetUpdated", `ReplicaSet "${rs}" is progressing.`);
      }
      if (failure) say("ReplicaFailure", "True", failure.reason ?? "FailedCreate", failure.message ?? "");
      object.metadata.annotations = {
        ...object.metadata.annotations,
        "deployment.kubernetes.io/revision": String(Math.max(revision(set), revision(object))),
      };
      object.status = {
        observedGeneration: object.metadata.generation ?? 1,
        ...(live.length ? { replicas: live.length } : {}),
        ...(updated ? { updatedReplicas: updated } : {}),
        ...(ready ? { readyReplicas: ready, availableReplicas: ready } : {}),
        ...(Math.max(want, live.length) - ready > 0
          ? { unavailableReplicas: Math.max(want, live.length) - ready }
          : {}),
        terminatingReplicas: all.length - live.length,
        conditions,
      };
    });
  };

  for (const deployment of api.list<Deployment>("Deployment"))
    progress.set(deployment.metadata.name, { at: sim.now(), ready: 0, updated: deployment.spec.replicas });
  api.onChange((object) => {
    if (object.kind === "Deployment") soon("dep", object.metadata.name, 12, reconcile);
    const owner = object.metadata.ownerReferences?.[0];
    if (!owner) {
      if (object.kind === "ResourceQuota")
        for (const rs of api.list<ReplicaSet>("ReplicaSet")) soon("rs", rs.metadata.name, 60, reconcileSet);
      return;
    }
    if (object.kind === "ReplicaSet") {
      soon("rs", object.metadata.name, 6, reconcileSet);
      soon("dep", owner.name, 14, reconcile);
    }
    if (object.kind === "Pod" && owner.kind === "ReplicaSet") {
      soon("rs", owner.name, 8, reconcileSet);
      const set = api.get<ReplicaSet>("ReplicaSet", owner.name)?.metadata.ownerReferences?.[0];
      if (set) soon("dep", set.name, 20, reconcile);
    }
  });
}

/** Asks for a pod's deletion: the kubelet lets it go after its grace period; a pod without node goes at once. */
export function deletePod(api: Api, name: string): void {
  const pod = api.get<Pod>("Pod", name);
  if (!pod || pod.metadata.deletionTimestamp) return;
  const grace = pod.spec.nodeName ? (pod.spec.terminationGracePeriodSeconds ?? 30) : 0;
  api.update<Pod>("Pod", name, (object) => {
    object.metadata.deletionTimestamp = stamp(api.sim.now() + grace * 1_000);
    object.metadata.deletionGracePeriodSeconds = grace;
  });
  if (!pod.spec.nodeName) api.remove("Pod", name);
}
