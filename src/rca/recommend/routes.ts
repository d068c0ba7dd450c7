import { isKind } from "../../cluster/kubernetes-types.ts";
import { isRolloutKind } from "../../cluster/workload.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import { own } from "../../lib/own.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart } from "./resources.ts";
import { undoChange } from "./undo-change.ts";

const kinds: ReadonlySet<string> = new Set(["Ingress", "CronJob", "PodDisruptionBudget"]);

/** True when a cause of another family lies in an object whose repair is its own: an ingress, a schedule, a budget. */
export function isRoute(item: Candidate): boolean {
  if (item.culprit.kind === "CronJob") return item.cause === "bad-config" && item.change?.fields[0]?.area !== "env";
  return kinds.has(item.culprit.kind) && (item.cause === "bad-config" || item.cause === "bad-upstream-url");
}

const edit = ({ namespace, kind, name }: ObjectRef) => `kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`;

/** Puts the object back to what it was, else says what to write where. */
export function routeFixes(_open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change } = item;
  const spec = change && sameRef(change.ref, culprit) && change.action === "modified" ? change.before?.spec : undefined;
  const steps: Readonly<Record<string, string>> = {
    Ingress: "Name a class, a service and a port that exist.",
    CronJob: "Write a schedule of five fields, such as */10 * * * *.",
    PodDisruptionBudget: "Allow one disruption (maxUnavailable: 1), or run one more pod than minAvailable asks for.",
  };
  return [
    spec
      ? fix("free-patch", culprit, { patch: { spec } }, "puts it back to what it was before the change", 0.9)
      : undefined,
    guide(
      culprit,
      [edit(culprit), own(steps, culprit.kind) ?? "Correct what the evidence names."],
      "it names what is not there or lets nothing through",
      0.7,
    ),
  ];
}

/** A webhook that does not answer: what runs behind it comes back, or the API server stops to insist on it. */
export function webhookFixes(open: Case, { culprit, facts, change }: Candidate): readonly (Fix | undefined)[] {
  if (change && isRolloutKind(culprit.kind)) return undoChange(open, change, { rollbackFirst: true });
  if (culprit.kind === "ValidatingAdmissionPolicy" || culprit.kind === "Namespace")
    return [
      guide(
        culprit,
        [
          `kubectl get ${culprit.kind.toLowerCase()} ${culprit.name} -o yaml`,
          "Make the pods what the policy asks for; its words are in the evidence.",
        ],
        "a policy of the cluster refuses the pods",
        0.8,
      ),
    ];
  const workload = facts.workload;
  const object = workload && open.observation.objects.find(workload);
  const empty =
    (isKind(object?.object, "Deployment") || isKind(object?.object, "StatefulSet")) &&
    object?.object.spec.replicas === 0;
  return [
    workload && object && object.deletedAt === undefined
      ? empty
        ? fix("scale", workload, { replicas: 1 }, "brings back what answers the webhook", 0.9)
        : restart(workload, "starts what answers the webhook anew", 0.6)
      : undefined,
    guide(
      culprit,
      [
        `kubectl describe ${culprit.kind.toLowerCase()} ${culprit.name}`,
        "Repair the service behind the webhook, or set its failurePolicy to Ignore for now.",
      ],
      "admission refuses the pods",
      0.8,
    ),
  ];
}
