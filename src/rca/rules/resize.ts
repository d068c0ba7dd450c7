import { untilToken } from "../../lib/until-token.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";
import { called } from "./patterns.ts";

type Condition = NonNullable<NonNullable<PodFact["pod"]["status"]>["conditions"]>[number];

const conditionOf = ({ pod }: PodFact, type: string): Condition | undefined =>
  pod.status?.conditions?.find((one) => one.type === type && one.status === "True");

/** What the kubelet says when a limit of memory would be below what is in use (pkg/kubelet/allocation). */
const belowUsage = /below (?:the )?current (?:memory )?usage|memory limit .{0,40}below/i;

function judge(open: Case, pod: PodFact): readonly Candidate[] {
  const pending = conditionOf(pod, "PodResizePending");
  const setting = conditionOf(pod, "PodResizeInProgress");
  const failed = setting?.reason === "Error" ? setting : undefined;
  const condition = pending ?? failed;
  if (!condition) return [];
  const { workload } = pod;
  const { message = "", reason } = condition;
  const node = pod.pod.spec.nodeName ?? "its node";
  const never = reason === "Infeasible";
  const isTooLow = belowUsage.test(message);
  const why = pending
    ? never
      ? `node ${node} can never give pods of ${called(workload)} the resources that they were given in place`
      : `node ${node} has no room for the resources that pods of ${called(workload)} were given in place`
    : `the resources that pods of ${called(workload)} were given in place cannot be set`;
  return [
    candidate(
      {
        cause: isTooLow ? "memory-limit-too-low" : pending ? "unschedulable" : "bad-config",
        culprit: workload,
        statement: `${why}${message ? `: ${untilToken(message, 160)}` : ""}`,
        evidence: open.cite(podFinding(pod, open.now)),
        // They run on with what they had: what else is wrong with them has another cause.
        specificity: open.anomaliesOf(workload).every(({ detector }) => detector === "pod-resize") ? 0.92 : 0.5,
        since: Date.parse(condition.lastTransitionTime ?? "") || open.onset,
        facts: { resized: pod.ref },
      },
      open,
    ),
  ];
}

/** Pods that do not get the resources that they were given in place (KEP-1287). */
export const resize: Rule = (open) =>
  open.symptomatic.flatMap((workload) => {
    const found = open.podsOf(workload).filter((pod) => pod.deletedAt === undefined);
    return found.flatMap((pod) => judge(open, pod)).slice(0, 1);
  });
