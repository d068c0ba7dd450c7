import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { hasSpareNode } from "./spare-node.ts";

/** What was asked for in place is taken back or asked for elsewhere: by whoever asked, who may be an autoscaler. */
const resizeGuide = ({ culprit }: Candidate, pod: ObjectRef): Fix =>
  guide(
    culprit,
    [
      `kubectl -n ${pod.namespace} describe pod ${pod.name}, and compare what its containers ask for with what they have.`,
      "Ask for less, by the same way (kubectl patch pod --subresource resize, or the VerticalPodAutoscaler).",
      "Or give the workload itself those resources: its new pods go to a node that has them.",
    ],
    "its pods run on with the resources that they had",
    0.7,
  );

/** Where to look on a node that reports what is wrong with it, and what ends it. */
function conditionSteps(name: string, condition: string): readonly string[] {
  const journal = (unit: string) => [
    `journalctl -u ${unit} on node ${name}, since it began.`,
    `systemctl restart ${unit} there; running containers stay.`,
  ];
  if (/Network/.test(condition))
    return [
      "Look at the network plugin's pod on that node and at its log, and restart it.",
      "Compare the node's routes and interfaces with those of another node.",
    ];
  if (/Kubelet/i.test(condition)) return journal("kubelet");
  if (/ContainerRuntime|Containerd|Docker/i.test(condition)) return journal("containerd");
  if (/Filesystem|Storage|Corrupt|Disk/i.test(condition))
    return [
      `dmesg on node ${name}: errors of a disk come before a file system that was made read-only.`,
      "Move its pods away, then check the file system, or replace the disk or the node.",
    ];
  if (/Kernel|Hung|Deadlock/i.test(condition))
    return [`dmesg on node ${name}: which task hangs, and in what.`, "Move its pods away, then restart the node."];
  if (/Accelerat|GPU|Xid/i.test(condition))
    return ["Look at the accelerators' driver and device plugin on that node.", "Move what needs them elsewhere."];
  return ["Look at what reports this condition, and at the machine."];
}

/** Steps for a node that reports a condition; its pods are moved only where another node has room. */
function conditionFixes(open: Case, { culprit }: Candidate, condition: string): readonly (Fix | undefined)[] {
  const { name } = culprit;
  const spare = hasSpareNode(open, culprit);
  const look = `kubectl describe node ${name}: condition ${condition} and its message.`;
  return [
    guide(culprit, [look, ...conditionSteps(name, condition)], "the node says what is wrong with it", 0.7),
    spare ? fix("cordon", culprit, {}, "keeps further pods away meanwhile", 0.5) : undefined,
    spare ? fix("drain", culprit, {}, "moves its pods to other nodes", 0.45) : undefined,
  ];
}

/** For what Kubernetes itself reports in words: a condition of a node, a resize that does not come. Undefined when it is neither. */
export function reportedFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] | undefined {
  const { condition, resized } = item.facts;
  if (resized) return [resizeGuide(item, resized)];
  return condition === undefined ? undefined : conditionFixes(open, item, condition);
}
