import type { SeenEvent } from "../../cluster/event-store.ts";
import { foreignOoms, hadRoom, isWithin } from "../../cluster/foreign-ooms.ts";
import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { saysNoNetwork } from "../../cluster/pod-network.ts";
import { makeRef, refKey } from "../../incident/object-ref.ts";
import { own } from "../../lib/own.ts";
import type { Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { passingNodes } from "../state/passing-nodes.ts";
import { defineEventDetector } from "./event-detector.ts";

// Warnings that no state shows. What a detector of its own reads (probes, images, scheduling, mounts) is not here, and
// neither is what Kubernetes says in passing (FailedDelete, FailedGetScale, DNSConfigForming).
const headlines: Readonly<Record<string, string>> = {
  FailedCreatePodSandBox: "has pods that get no network or sandbox",
  NetworkNotReady: "has pods whose node has no network",
  FailedPreStopHook: "has a pre-stop hook that fails",
  FailedPrepareDynamicResources: "has pods whose devices cannot be prepared",
  FailedResourceClaimCreation: "has pods whose devices cannot be claimed",
  VolumeConditionAbnormal: "has a volume that its driver finds damaged",
  FailedKillPod: "has pods that cannot be killed",
  FailedSync: "has pods that the kubelet cannot synchronise",
  SystemOOM: "ran out of memory",
  ImageGCFailed: "cannot free space taken by images",
  ContainerGCFailed: "cannot remove containers that have ended",
  FreeDiskSpaceFailed: "cannot free disk space",
  EvictionThresholdMet: "starts to evict pods",
  ProvisioningFailed: "cannot be provisioned",
  FailedBinding: "cannot be bound",
  SyncLoadBalancerFailed: "gets no load balancer",
  FailedDaemonPod: "has a pod that fails again and again on its node",
  RecreatingFailedPod: "has a pod that fails again and again",
  UpdateLoadBalancerFailed: "has a load balancer that does not learn of nodes",
  FailedToUpdateEndpointSlices: "has endpoints that cannot be written",
  FailedToUpdateEndpoint: "has endpoints that cannot be written",
  // What node-problem-detector tells of a node.
  ConntrackFull: "has no room for new connections",
  FilesystemIsReadOnly: "has a file system that cannot be written",
  Ext4Error: "has errors in a file system",
  IOError: "has errors of a disk",
  TaskHung: "has processes that hang in the kernel",
  KernelOops: "has errors in the kernel",
};
/** Said of pods that do not get as far as their containers. */
const beforeStart: ReadonlySet<string> = new Set([
  "FailedCreatePodSandBox",
  "NetworkNotReady",
  "FailedPrepareDynamicResources",
]);
/**
 * Two wrote at the same moment, or what it was for is going: the controller tries again, or need not. And failed pods of many nodes in
 * one event, which names the last.
 */
const ofNoAccount =
  /the object has been modified|being terminated|\(combined from similar events\): Found failed daemon pod/;
/** What such a warning is about, where that is not its object: nodes that are shut down one after the other fail a pod each. */
const aboutPart = /^Found failed daemon pod .* on node ([^\s,]+)|is recreating failed Pod (\S+)/;
const partOf = ({ message }: SeenEvent): string | undefined => aboutPart.exec(message)?.slice(1).find(Boolean);
const atLeast = 3;
const recentMs = 5 * 60_000;
/** One that has stayed away for so many times its usual pause is over. */
const pauses = 4;
const leastPauseMs = 60_000;
/** A kubelet tells of a kill before the pod's status does. */
const toldLaterMs = 15_000;

interface Told {
  readonly last: SeenEvent;
  readonly count: number;
  readonly firstAt: number;
}

/** Warnings of these kinds by object and reason. One that names a new sandbox each time is the same warning again. */
function told(events: readonly SeenEvent[]): Iterable<Told> {
  const found = new Map<string, Told>();
  for (const event of events) {
    if (own(headlines, event.reason) === undefined || !event.warning || ofNoAccount.test(event.message)) continue;
    const key = `${refKey(event.about)}|${event.reason}|${partOf(event) ?? ""}`;
    const before = found.get(key);
    found.set(key, {
      last: before && before.last.at > event.at ? before.last : event,
      count: (before?.count ?? 0) + event.count,
      firstAt: Math.min(before?.firstAt ?? event.firstAt, event.firstAt),
    });
  }
  return found.values();
}

/** The fault of the pod's node, where that is what the warning says: its network has nothing for a new pod. */
function faultOfNode({ message }: SeenEvent, object: KubeObject): Pick<Finding, "nature" | "seenOn"> {
  if (!isKind(object, "Pod") || object.spec.nodeName === undefined || !saysNoNetwork(message)) return {};
  return { nature: "fault", seenOn: makeRef("Node", undefined, object.spec.nodeName) };
}

/** What was asked for is there by now, however often it failed before: a volume, a load balancer, pods, a network and sandbox. */
function isThere({ reason }: SeenEvent, object: KubeObject): boolean {
  if (reason === "VolumeConditionAbnormal") return false;
  if (isKind(object, "PersistentVolumeClaim")) return object.status?.phase === "Bound";
  if (reason === "SyncLoadBalancerFailed" && isKind(object, "Service"))
    return (object.status?.loadBalancer?.ingress?.length ?? 0) > 0;
  if (isKind(object, "DaemonSet"))
    return (object.status?.numberAvailable ?? 0) >= (object.status?.desiredNumberScheduled ?? 1);
  if (isKind(object, "StatefulSet")) return (object.status?.availableReplicas ?? 0) >= (object.spec.replicas ?? 1);
  return beforeStart.has(reason) && isKind(object, "Pod") && object.status?.phase !== "Pending";
}

/** Until when it is expected again (ms): a few of its pauses, five minutes at most. */
function expectedUntil({ last, count, firstAt }: Told): number {
  const pauseMs = (last.at - firstAt) / Math.max(1, count - 1);
  return last.at + Math.min(recentMs, Math.max(leastPauseMs, pauses * pauseMs));
}

/**
 * Warnings of the kinds above that come again and again. It goes when none comes any more or the object is gone. Not a fault
 * either: a pod that got its network and sandbox after all, a claim or a Service that got its volume or address, a controller
 * that has all its pods, a node that has just joined and whose network is not there yet, or one that is shut down.
 * Nor of the node: memory kills of containers that met their own limit (also of namespaces that are not watched, when
 * the node had room), and old ones that a starting kubelet reports.
 */
export const repeatedWarning = defineEventDetector({
  name: "repeated-warning",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { events, observation, ownerOf, now } = context;
    for (const row of told(events)) {
      const { last: event, count, firstAt } = row;
      const headline = own(headlines, event.reason);
      if (headline === undefined || count < atLeast || now > expectedUntil(row)) continue;
      const object = observation.objects.get(event.about.kind, event.about.namespace, event.about.name);
      if (!object || isThere(event, object)) continue;
      const part = partOf(event);
      const node = isKind(object, "Pod") ? object.spec.nodeName : part;
      if (
        (beforeStart.has(event.reason) || part !== undefined) &&
        node !== undefined &&
        passingNodes(context).has(node)
      )
        continue;
      if (event.reason === "SystemOOM") {
        if (now - event.at < toldLaterMs) continue;
        if (isWithin(foreignOoms(observation, event.about), event.at) || hadRoom(observation, event.about, event.at))
          continue;
      }
      yield {
        reason: event.reason,
        target: ownerOf(object),
        seenOn: event.about,
        ...(part === undefined ? {} : { detail: part }),
        severity: "medium",
        headline,
        summary: `${event.about.kind} ${event.about.name}: ${event.reason} ${count} times: ${short(event.message, 220)}`,
        startsAt: firstAt,
        value: count,
        unit: "events",
        ...faultOfNode(event, object),
      };
    }
  },
});
