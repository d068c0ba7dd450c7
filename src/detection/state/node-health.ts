import { asKind, type KubeNode, type Pod } from "../../cluster/kubernetes-types.ts";
import { nodeTrouble } from "../../cluster/node-trouble.ts";
import { refOf } from "../../cluster/object-store.ts";
import { uniqueRefs } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";
import { leavingTaint, passingNodes } from "./passing-nodes.ts";
import { unschedulable } from "./pod-pending.ts";

const keepsPodsOff = (node: KubeNode | undefined) =>
  (node?.spec?.taints ?? []).filter(
    ({ effect, key }) =>
      effect !== "PreferNoSchedule" && !key.startsWith("node.kubernetes.io/") && !leavingTaint.test(key),
  );

/** A taint that came while the watch ran: those of control planes and of nodes for special work are there on purpose. */
function newTaint(node: KubeNode, { observation }: DetectContext) {
  const taints = keepsPodsOff(node);
  if (taints.length === 0) return undefined;
  const versions = observation.objects.versions(refOf(node));
  const before = versions.map(({ object }) => keepsPodsOff(asKind(object, "Node")).map(({ key }) => key));
  return taints.find(({ key }) => before.some((keys) => !keys.includes(key)));
}

function* troubles(node: KubeNode, context: DetectContext): Iterable<Finding> {
  const { now } = context;
  const target = refOf(node);
  for (const { type = "", status, reason, message, lastTransitionTime } of node.status?.conditions ?? []) {
    // The network of a node that joins, and who watches over it, come after its kubelet, and go before it when it leaves.
    if (!type.endsWith("Pressure") && passingNodes(context).has(node.metadata.name)) continue;
    const startsAt = timeOf(lastTransitionTime, now);
    if (type === "Ready" && status !== "True") {
      yield {
        reason: "NodeNotReady",
        target,
        severity: "critical",
        headline: "is not ready",
        summary: `Node ${node.metadata.name} is not ready (${reason ?? status}): ${short(message)}`,
        startsAt,
      };
      continue;
    }
    const trouble = nodeTrouble(type, status);
    if (trouble !== undefined && now - startsAt >= trouble.holdMs)
      yield {
        reason: type,
        target,
        severity: trouble.severity,
        headline: trouble.headline,
        summary: `Node ${node.metadata.name} reports ${status === "True" ? type : `${type} ${status}`}: ${short(message)}`,
        startsAt,
      };
  }
}

/** What keeps pods off a node that would take them otherwise, in the words of people and of the scheduler. */
function barrierOf(node: KubeNode, context: DetectContext) {
  if (node.spec?.unschedulable === true) return { is: "cordoned", by: "cordoned", told: /were unschedulable/ };
  const taint = newTaint(node, context);
  if (!taint) return undefined;
  return { is: `tainted (${taint.key})`, by: `taint ${taint.key}`, told: /untolerated taint/ };
}

/** A pod without room, why by its scheduler's words, and since when. */
interface Waiting {
  readonly pod: Pod;
  readonly message: string;
  readonly since: number;
}

function* missed(node: KubeNode, waiting: readonly Waiting[], context: DetectContext): Iterable<Finding> {
  const barrier = barrierOf(node, context);
  if (!barrier) return;
  const stopped = waiting.filter(({ message }) => barrier.told.test(message));
  const [first] = stopped;
  if (!first) return;
  const who = first.pod.metadata.name;
  const wait = stopped.length === 1 ? `pod ${who} waits` : `${stopped.length} pods wait, ${who} first`;
  yield {
    reason: "NodeUnschedulable",
    target: refOf(node),
    severity: "high",
    headline: `is ${barrier.is} while pods wait for room`,
    summary: `Node ${node.metadata.name} takes no new pods (${barrier.by}); ${wait}`,
    startsAt: Math.min(...stopped.map(({ since }) => since)),
    related: uniqueRefs(stopped.map(({ pod }) => context.ownerOf(pod))),
  };
}

/**
 * Nodes that are not ready or under pressure, and nodes that were cordoned or tainted while pods wait for room. Source:
 * node conditions, also those of node-problem-detector and of the clouds' agents, `spec.unschedulable`, taints, and the
 * scheduler's message on the waiting pods. Not a fault: a cordoned node that nobody misses (maintenance); a node that joins, or
 * is restarted or taken away after it was emptied; taints that were always there, or of who takes nodes away; pods that wait no
 * longer than is everyday; conditions that announce or describe.
 */
export const nodeHealth = defineDetector({
  name: "node-health",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const waiting = context.pods.flatMap((pod) => {
      const found = unschedulable(pod, context);
      return found ? [{ pod, ...found }] : [];
    });
    for (const node of context.observation.objects.list("Node")) {
      yield* troubles(node, context);
      yield* missed(node, waiting, context);
    }
  },
});
