import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { hasSpareNode } from "./spare-node.ts";
import { undoChange } from "./undo-change.ts";

/** Undoes what made the pods fit nowhere; without a change only a person can make room. */
export function schedulingFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit } = item;
  // A pod template that fits nowhere never ran, so nothing is lost with the whole revision.
  if (change)
    return undoChange(open, change, { rollbackFirst: !change.fields.every((field) => field.area === "replicas") });
  return [
    guide(
      culprit,
      [
        `kubectl -n ${culprit.namespace} describe pods | grep -A5 Events`,
        "Add a node, free one, or lower what the pods request.",
      ],
      "no node has room",
      0.6,
    ),
  ];
}

/**
 * Taints that Kubernetes itself sets go with their reason and are not taken away by hand
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/). Pods are moved only where another
 * node has room.
 */
export function nodeFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const node = open.observation.objects.find(item.culprit)?.object;
  if (item.cause === "node-unschedulable") {
    const taints = isKind(node, "Node")
      ? (node.spec?.taints ?? []).filter((taint) => !taint.key.startsWith("node.kubernetes.io/"))
      : [];
    const open_ = fix("uncordon", item.culprit, {}, "opens the node for new pods again");
    const untaint =
      taints.length > 0
        ? guide(
            item.culprit,
            taints.map((taint) => `kubectl taint nodes ${item.culprit.name} ${taint.key}:${taint.effect}-`),
            "takes the taint away again",
            0.9,
          )
        : undefined;
    return isKind(node, "Node") && node.spec?.unschedulable ? [open_, untaint] : [untaint, open_];
  }
  if (item.cause === "node-down") {
    return [
      hasSpareNode(open, item.culprit)
        ? fix("drain", item.culprit, {}, "moves its pods to other nodes", 0.5)
        : undefined,
      guide(
        item.culprit,
        [
          `kubectl describe node ${item.culprit.name}`,
          "Check the machine and its kubelet; replace the node when it does not come back.",
        ],
        "the node must come back or be replaced",
        0.7,
      ),
    ];
  }
  return [
    hasSpareNode(open, item.culprit)
      ? fix("cordon", item.culprit, {}, "keeps further pods away while it recovers", 0.5)
      : undefined,
    guide(
      item.culprit,
      [`kubectl describe node ${item.culprit.name}`, "Free the resource that is short, or move pods away."],
      "the node is short of a resource",
      0.7,
    ),
  ];
}

/** Undoes the change of the quota itself first; then more room (`facts.hard`), then the change that asks for more. */
export function quotaFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit, facts } = item;
  const undo = change ? undoChange(open, change) : [];
  if (change && change.ref.name === culprit.name && undo.length > 0) return undo;
  const hard = facts.hard ?? {};
  return [
    Object.keys(hard).length > 0 && culprit.kind === "ResourceQuota"
      ? fix("patch-quota", culprit, { hard: { ...hard } }, "makes room for what the pods ask for", 0.9)
      : undefined,
    ...undo,
    facts.workload
      ? guide(
          facts.workload,
          [
            `kubectl -n ${culprit.namespace} describe ${culprit.kind.toLowerCase()} ${culprit.name}`,
            "Raise the limit, or ask for less.",
          ],
          "the namespace has used up what it may",
          0.6,
        )
      : undefined,
  ];
}
