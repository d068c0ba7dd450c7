import { asKind, type NetworkPolicy } from "../../cluster/kubernetes-types.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { called, citeChange, citeLogs, freshLogs, isSymptomatic } from "./patterns.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

/** Which ways a policy closes but for what it allows; without `policyTypes` egress only where it has such rules (NetworkPolicySpec). */
const closesCalls = ({ policyTypes, egress = [] }: Spec) => policyTypes?.includes("Egress") ?? egress.length > 0;
const closesDoor = ({ policyTypes }: Spec) => policyTypes?.includes("Ingress") ?? true;

function isSelected(open: Case, workload: ObjectRef, { podSelector }: Spec): boolean {
  return matchesSelector(podSelector, templateOf(open.observation.objects.find(workload)?.object)?.metadata?.labels);
}

/**
 * True when a policy that is gone had let through to, or out of, the workload what another one still closes: policies add up,
 * and what none of those allows that select a pod is not let through
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation).
 */
function isMissed(open: Case, workload: ObjectRef, gone: Spec): boolean {
  const others = open.observation.objects
    .list("NetworkPolicy", workload.namespace)
    .flatMap(({ spec }) => (spec && isSelected(open, workload, spec) ? [spec] : []));
  const letIn = (gone.ingress?.length ?? 0) > 0 && others.some(closesDoor);
  return letIn || ((gone.egress?.length ?? 0) > 0 && others.some(closesCalls));
}

/** Calls come through again, and are seen to, within this time of the end of a policy (ms). */
const goneMs = 90_000;

function judge(open: Case, change: Change): readonly Candidate[] {
  const isGone = change.action === "deleted";
  // What goes on after it was taken away is not its doing.
  const goneAt = open.observation.objects.find(change.ref)?.deletedAt;
  if (!isGone && goneAt !== undefined && open.now - goneAt > goneMs) return [];
  const spec = asKind(change.after, "NetworkPolicy")?.spec;
  if (!spec) return [];
  const covered = open.scope.filter(
    (workload) =>
      workload.namespace === change.ref.namespace &&
      isSelected(open, workload, spec) &&
      (!isGone || isMissed(open, workload, spec)),
  );
  const touched = uniqueRefs(covered.flatMap((workload) => [workload, ...open.topology.dependentsOf(workload, 1)]));
  if (!touched.some((workload) => isSymptomatic(open, workload))) return [];
  // Names are asked for over the network as well: who may call nobody learns no address.
  const signs = ["timeout", "reset", "refused", ...(closesCalls(spec) ? (["name-not-found"] as const) : [])] as const;
  const lines = touched.flatMap((workload) => freshLogs(open, workload, ...signs));
  const names = covered.map(({ name }) => name).join(", ");
  return [
    candidate(
      {
        cause: "network-policy-blocked",
        culprit: change.ref,
        statement: isGone
          ? `${called(change.ref)} was deleted, and nothing else lets ${names} and its peers through the policies that are left`
          : `${called(change.ref)} was ${change.action} and now stands between ${names} and its peers`,
        evidence: [...citeChange(open, change), ...citeLogs(open, lines, 2)],
        specificity: lines.length > 0 ? 0.95 : 0.8,
        hits: covered,
        change,
      },
      open,
    ),
  ];
}

/** Policies that were made, changed or taken away, and pods that do not reach each other since. */
export const networkPolicies: Rule = (open) =>
  open.changes.flatMap((change) => (change.ref.kind === "NetworkPolicy" ? judge(open, change) : []));
