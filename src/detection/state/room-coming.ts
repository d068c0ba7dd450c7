import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, timeOf } from "../detector.ts";
import { conditionOf } from "./container-states.ts";

/** Clouds bring a node within two to four minutes; the cluster autoscaler gives up after fifteen. */
const comingMs = 6 * 60_000;

/** What the cluster autoscaler and Karpenter say about a pod for which they bring a node, and when they do not. */
const coming = new Set(["TriggeredScaleUp", "Nominated"]);
const refused = new Set(["NotTriggerScaleUp", "FailedScaleUp"]);

/** An autoscaler has said a short while ago that it brings a node for this pod, and has not taken it back. */
export function isRoomComing(pod: Pod, { observation, now }: Pick<DetectContext, "observation" | "now">): boolean {
  let said = Number.NEGATIVE_INFINITY;
  let taken = Number.NEGATIVE_INFINITY;
  for (const { reason, at } of observation.events.about(refOf(pod))) {
    if (coming.has(reason)) said = Math.max(said, at);
    if (refused.has(reason)) taken = Math.max(taken, at);
  }
  return said > taken && now - said < comingMs;
}

/** It looks every ten seconds or so, gathers pods for as long, and the event takes its time; then it has said what it does. */
const silentMs = 45_000;

const named = /^(?:aws-|azure-|gce-)?(?:cluster-autoscaler|karpenter)$/;
/** Nodes that Karpenter made carry one of these labels, as do those of EKS Auto Mode. */
const nodeLabels = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];
/** The cluster autoscaler writes down how it is, also where a cloud runs it out of sight. */
const statusMap = "cluster-autoscaler-status";

const known = new WeakMap<DetectContext["observation"], { readonly now: number; readonly found: boolean }>();

function hasAutoscaler(context: Pick<DetectContext, "observation" | "now" | "pods">): boolean {
  const { observation, now, pods } = context;
  let answer = known.get(observation);
  if (answer?.now !== now) {
    const { objects } = observation;
    const found =
      objects.get("ConfigMap", "kube-system", statusMap) !== undefined ||
      objects.list("Node").some(({ metadata }) => nodeLabels.some((label) => metadata.labels?.[label] !== undefined)) ||
      pods.some(({ metadata: { labels } }) =>
        [labels?.["app.kubernetes.io/name"], labels?.["app"], labels?.["k8s-app"]].some((name) =>
          named.test(name ?? ""),
        ),
      );
    answer = { now, found };
    known.set(observation, answer);
  }
  return answer.found;
}

/** There is an autoscaler, and it has yet to say whether it brings a node for this pod. */
export function mayBringRoom(pod: Pod, context: Pick<DetectContext, "observation" | "now" | "pods">): boolean {
  const { observation, now } = context;
  const since = timeOf(conditionOf(pod, "PodScheduled")?.lastTransitionTime, now);
  if (now - since >= silentMs || !hasAutoscaler(context)) return false;
  return !observation.events.about(refOf(pod)).some(({ reason, at }) => refused.has(reason) && at >= since);
}
