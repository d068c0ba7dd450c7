import type { KubeNode, Pod } from "../../cluster/kubernetes-types.ts";
import { type DetectContext, timeOf } from "../detector.ts";
import { isCurrent } from "./container-states.ts";

/** A node registers before its network and its agents are there. */
const joinMs = 5 * 60_000;
/** What is said of a node when it joins is said within this time of its making; later it has been ready before. */
const firstWordMs = 30_000;
/** An instance that was taken away is told of until the cloud's controller removes its node; one that is restarted comes back. */
const leaveMs = 15 * 60_000;
/** Shutting down with its pods takes no longer (the longest notice of the large clouds is two minutes). */
const shutdownMs = 3 * 60_000;

/** Taints of autoscalers, and of handlers of spot interruptions: whoever set them empties the node and takes it away. */
export const leavingTaint =
  /^(ToBeDeletedByClusterAutoscaler$|karpenter\.sh\/disrupt|node\.cloudprovider\.kubernetes\.io\/shutdown$|aws-node-termination-handler\/|cloud\.google\.com\/impending-node-termination)/;

type Passing = "joining" | "leaving";

const readyOf = ({ status }: KubeNode) => status?.conditions?.find(({ type }) => type === "Ready");

function isLeaving(node: KubeNode, here: readonly Pod[], now: number): boolean {
  const { metadata, spec } = node;
  const ready = readyOf(node);
  const sinceMs = now - timeOf(ready?.lastTransitionTime, now);
  if (/node is shutting down/i.test(ready?.message ?? "") && sinceMs < shutdownMs) return true;
  const asked =
    spec?.unschedulable === true ||
    metadata.deletionTimestamp !== undefined ||
    spec?.taints?.some(({ key }) => leavingTaint.test(key)) === true;
  // Emptied: what is left belongs to the node.
  return (
    asked &&
    sinceMs < leaveMs &&
    !here.some(
      (pod) =>
        isCurrent(pod) &&
        pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node") !== true,
    )
  );
}

function passingOf(node: KubeNode, { pods, now }: DetectContext): Passing | undefined {
  const made = timeOf(node.metadata.creationTimestamp, 0);
  const ready = readyOf(node);
  if (now - made < joinMs) {
    const isFirstWord = timeOf(ready?.lastTransitionTime, made) - made < firstWordMs;
    if (ready?.status === "True" || isFirstWord) return "joining";
  }
  if (ready === undefined || ready.status === "True") return undefined;
  const here = pods.filter(({ spec }) => spec.nodeName === node.metadata.name);
  return isLeaving(node, here, now) ? "leaving" : undefined;
}

const known = new WeakMap<DetectContext, ReadonlyMap<string, Passing>>();

/**
 * Nodes that have just been made, and nodes that are not ready because somebody has emptied them to restart them or to take
 * them away: the coming and going of nodes is everyday work. One that goes down with the pods of others on it is not among them.
 */
export function passingNodes(context: DetectContext): ReadonlyMap<string, Passing> {
  let found = known.get(context);
  if (!found) {
    found = new Map(
      context.observation.objects.list("Node").flatMap((node) => {
        const passing = passingOf(node, context);
        return passing ? [[node.metadata.name, passing] as const] : [];
      }),
    );
    known.set(context, found);
  }
  return found;
}
