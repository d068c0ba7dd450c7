import { runsOn } from "../../cluster/kinds/pod.ts";
import type { ContainerStatus, Pod } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { pullAnswerOf } from "../../cluster/pull-answer.ts";
import type { Topology } from "../../cluster/topology.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { untilToken } from "../../lib/until-token.ts";
import type { Finding } from "./evidence-book.ts";

/** Texts that the kubelet leaves out are empty. Times in unix ms; NaN for those that it does not know. */
export interface Termination {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface ContainerFact {
  readonly name: string;
  /** It ends before the others start; a sidecar, which runs beside them, does not. */
  readonly init: boolean;
  readonly state: "waiting" | "running" | "terminated" | "unknown";
  /** Reason and message of waiting or terminated. */
  readonly reason: string;
  readonly message: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** The latest end of the container that is known, of this run or the one before. */
  readonly lastExit?: Termination;
}

/** What the status of one pod says, in words that rules understand. */
export interface PodFact {
  readonly ref: ObjectRef;
  readonly pod: Pod;
  readonly workload: ObjectRef;
  readonly phase: string;
  readonly ready: boolean;
  /** Present while the scheduler has found no node. */
  readonly unschedulable?: { readonly message: string; readonly since: number };
  readonly evicted?: string;
  readonly createdAt: number;
  readonly deletedAt?: number;
  readonly terminatingSince?: number;
  /** Name of the owner directly above: one revision of a Deployment. */
  readonly revision: string;
  readonly containers: readonly ContainerFact[];
}

const time = (text: string | null | undefined) => (text ? Date.parse(text) : Number.NaN);

function containerFact(status: ContainerStatus, init: boolean): ContainerFact {
  const { waiting, running, terminated } = status.state ?? {};
  const last = terminated ?? status.lastState?.terminated;
  // A kubelet that finds a container gone writes 137, ContainerStatusUnknown and null for both times: how and when it ended
  // is not known then.
  const ended = last?.finishedAt ? last : undefined;
  return {
    name: status.name,
    init,
    state: waiting ? "waiting" : running ? "running" : terminated ? "terminated" : "unknown",
    reason: waiting?.reason ?? terminated?.reason ?? "",
    message: waiting?.message ?? terminated?.message ?? "",
    ready: status.ready ?? false,
    restarts: status.restartCount,
    ...(ended
      ? {
          lastExit: {
            exitCode: ended.exitCode,
            reason: ended.reason ?? "",
            message: ended.message ?? "",
            startedAt: time(ended.startedAt),
            finishedAt: time(ended.finishedAt),
          },
        }
      : {}),
  };
}

function podFact(pod: Pod, workload: ObjectRef, deletedAt?: number): PodFact {
  const conditions = pod.status?.conditions ?? [];
  const scheduled = conditions.find((condition) => condition.type === "PodScheduled");
  const waitsForNode = scheduled?.status === "False" && !pod.spec.nodeName;
  return {
    ref: makeRef("Pod", pod.metadata.namespace, pod.metadata.name),
    pod,
    workload,
    phase: pod.status?.phase ?? "Unknown",
    ready:
      deletedAt === undefined &&
      conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
    ...(waitsForNode
      ? {
          unschedulable: {
            message: scheduled.message ?? scheduled.reason ?? "",
            since: time(scheduled.lastTransitionTime),
          },
        }
      : {}),
    ...(pod.status?.reason === "Evicted" ? { evicted: pod.status.message ?? "evicted" } : {}),
    createdAt: time(pod.metadata.creationTimestamp),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(pod.metadata.deletionTimestamp && deletedAt === undefined
      ? { terminatingSince: time(pod.metadata.deletionTimestamp) }
      : {}),
    revision: pod.metadata.ownerReferences?.[0]?.name ?? "",
    containers: [
      ...(pod.status?.initContainerStatuses ?? []).map((status) =>
        containerFact(status, !pod.spec.initContainers?.some((one) => one.name === status.name && runsOn(one))),
      ),
      ...(pod.status?.containerStatuses ?? []).map((status) => containerFact(status, false)),
    ],
  };
}

/** Pods of a workload, live ones first, then those that went away since `goneSince` (ms). */
export function podsOfWorkload(
  observation: Observation,
  topology: Topology,
  workload: ObjectRef,
  goneSince: number,
): readonly PodFact[] {
  const facts = topology.podsOf(workload).map((pod) => podFact(pod, workload));
  for (const { object, deletedAt } of observation.objects.deleted("Pod", workload.namespace)) {
    if (deletedAt < goneSince || !isKind(object, "Pod")) continue;
    const owner = topology.workloadOfPod(object.metadata.namespace ?? "", object.metadata.name);
    if (owner && owner.name === workload.name && owner.kind === workload.kind)
      facts.push(podFact(object, workload, deletedAt));
  }
  return facts;
}

/**
 * A pod that never ran and was told to go before the first symptom: what kept it from starting is over, and it did no harm
 * by going. One that ran may have left its mark.
 */
export function leftUnstarted({ pod, phase, deletedAt }: PodFact, onset: number): boolean {
  if (phase !== "Pending") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  // The API writes down until when it may stay.
  const toldAt = deletionTimestamp ? time(deletionTimestamp) - deletionGracePeriodSeconds * 1_000 : deletedAt;
  return toldAt !== undefined && toldAt < onset;
}

/** The kubelet names the container and the pod behind how long it waits; both have just been named. */
const namedAgain = / restarting failed container(?:=\S+ pod=\S+)?$/;

function describeContainer(container: ContainerFact): string {
  const parts = [`container ${container.name} ${container.state}${container.reason ? ` (${container.reason})` : ""}`];
  if (container.message) parts.push(untilToken(pullAnswerOf(container.message).replace(namedAgain, ""), 300));
  if (container.restarts > 0) parts.push(`${container.restarts} restart${container.restarts === 1 ? "" : "s"}`);
  const exit = container.lastExit;
  if (exit)
    parts.push(
      `last exit code ${exit.exitCode}${exit.reason ? ` ${exit.reason}` : ""}${exit.message ? `: ${untilToken(exit.message, 200)}` : ""}`,
    );
  return parts.join(", ");
}

/** The state of a pod as evidence. */
export function podFinding(fact: PodFact, now: number): Finding {
  const parts = [`phase ${fact.phase}, ${fact.ready ? "ready" : "not ready"}`];
  if (fact.deletedAt !== undefined) parts[0] = `was deleted; last phase ${fact.phase}`;
  if (fact.unschedulable) parts.push(`unschedulable: ${fact.unschedulable.message}`);
  if (fact.evicted) parts.push(`evicted: ${fact.evicted}`);
  if (fact.terminatingSince !== undefined)
    parts.push(`terminating, finalizers ${JSON.stringify(fact.pod.metadata.finalizers ?? [])}`);
  parts.push(...fact.containers.map(describeContainer));
  return {
    source: "object",
    about: fact.ref,
    query: `kubectl -n ${fact.ref.namespace} get pod ${fact.ref.name} -o yaml`,
    text: `Pod ${fact.ref.name}: ${parts.join("; ")}`,
    at: fact.deletedAt ?? now,
  };
}
