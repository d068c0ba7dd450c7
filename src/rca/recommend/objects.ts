import { asKind, isKind } from "../../cluster/kubernetes-types.ts";
import { utcTime } from "../../lib/clock.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { fieldsOf } from "../gather/changes.ts";
import { fieldName } from "../gather/field-words.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart, scaleUp } from "./resources.ts";
import { restoreGuide } from "./undo-change.ts";
import { cronJobBack } from "./workload.ts";

/** Runs a job again only when it has ended and nothing was changed: the same would fail the same way. */
export function jobFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change, facts } = item;
  const job = facts.job && asKind(open.observation.objects.find(facts.job)?.object, "Job");
  // While it is still trying by itself, running it twice may do harm, and the plan would be refused for good.
  const ended = job?.status?.conditions?.some(
    ({ type, status }) => (type === "Failed" || type === "Complete") && status === "True",
  );
  return [
    ...(change && culprit.kind === "CronJob" ? cronJobBack(open, item) : []),
    facts.job && ended && !change ? fix("rerun-job", facts.job, {}, "runs the failed job once more", 0.5) : undefined,
    culprit.kind === "CronJob"
      ? fix("suspend-cronjob", culprit, {}, "stops further failing runs until it is repaired", 0.5)
      : undefined,
    guide(
      culprit,
      [
        `kubectl -n ${culprit.namespace} logs job/${facts.job?.name ?? culprit.name}`,
        "Repair what the last run complains about.",
      ],
      "the job fails by itself",
      0.5,
    ),
  ];
}

/**
 * At its maximum: twice as many pods, 1,000 at most, or what it had before. One that cannot read its metric is for a
 * person to repair.
 */
export function autoscalerFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change, facts } = item;
  const hpa = open.observation.objects.find(culprit)?.object;
  const max = isKind(hpa, "HorizontalPodAutoscaler") ? hpa.spec.maxReplicas : (facts.replicas ?? 1);
  if (item.cause === "hpa-maxed") {
    const before = asKind(change?.before, "HorizontalPodAutoscaler")?.spec.maxReplicas;
    return [
      fix(
        "patch-hpa",
        culprit,
        { maxReplicas: before !== undefined && before > max ? before : Math.min(1_000, max * 2) },
        "lets the autoscaler add more pods",
      ),
    ];
  }
  const target = item.hits.find((ref) => ref.kind !== "HorizontalPodAutoscaler");
  // No action sets the metrics of an autoscaler: what was changed is for a person to put back.
  const fields = change ? [...new Set(fieldsOf(change, "autoscale").map(fieldName))] : [];
  return [
    guide(
      culprit,
      [
        ...(change && fields.length > 0
          ? [`Put ${fields.join(", ")} of ${culprit.name} back to what was there before ${utcTime(change.at)}.`]
          : []),
        "kubectl get apiservices v1beta1.metrics.k8s.io",
        `kubectl -n ${culprit.namespace} describe hpa ${culprit.name}`,
        "Repair the metrics source that the autoscaler reads.",
      ],
      "the autoscaler cannot read its metric",
      0.7,
    ),
    target && scaleUp(open, target, "sets the number of pods by hand meanwhile", 0.4),
  ];
}

/**
 * For what has one object in the way: a finalizer, a certificate, a NetworkPolicy, a source of measurements. Before a
 * finalizer is removed its controller should have had its chance: what that cleans up is lost
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/).
 */
export function objectFixes(_open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, facts, cause, change } = item;
  const where = culprit.namespace ? `-n ${culprit.namespace} ` : "";
  if (cause === "stuck-terminating" && facts.finalizer) {
    return [
      guide(
        culprit,
        [
          `Find out why the controller of finalizer ${facts.finalizer} does not finish.`,
          `kubectl ${where}get ${culprit.kind.toLowerCase()} ${culprit.name} -o yaml`,
        ],
        "its controller should remove the finalizer itself",
        0.8,
      ),
      fix(
        "remove-finalizer",
        culprit,
        { finalizer: facts.finalizer },
        "lets it go without the clean-up that the finalizer stands for",
        0.9,
      ),
    ];
  }
  if (cause === "certificate-expired" && culprit.kind === "Secret") {
    return [
      fix(
        "restore-secret",
        culprit,
        {
          keys: ["tls.crt", "tls.key"],
          steps: [`Renew the certificate and put it into Secret ${culprit.name}.`, "Restart what reads it."],
        },
        "the certificate must be renewed",
      ),
      facts.workload && restart(facts.workload, "reads the certificate again", 0.5),
    ];
  }
  if (cause === "certificate-expired") {
    return [
      guide(
        culprit,
        [
          `kubectl ${where}logs ${culprit.kind.toLowerCase()}/${culprit.name} | grep -iE 'x509|certificate'   # which, and whose`,
          "openssl s_client -connect <host>:<port> </dev/null | openssl x509 -noout -subject -dates   # is it the old one?",
          "Renew it where it is made. When a renewed one is there already, restart what still serves the old one.",
        ],
        "the certificate has to be renewed, or the renewed one loaded",
        0.5,
      ),
    ];
  }
  if (cause === "network-policy-blocked") {
    if (change?.action === "deleted") return [restoreGuide(change)];
    const spec = change?.before?.spec;
    return [
      spec
        ? fix("free-patch", culprit, { patch: { spec } }, "puts the policy back to what it was before", 0.9)
        : undefined,
      guide(
        culprit,
        [
          `kubectl ${where}delete networkpolicy ${culprit.name}`,
          "or add a rule that allows the traffic between the workloads named above.",
        ],
        "the policy stands in the way",
        0.9,
      ),
    ];
  }
  if (cause === "monitoring-blind")
    return [guide(culprit, ["bin/kubemend doctor"], "kubemend doctor says what keeps it from delivering", 0.8)];
  return [
    guide(
      culprit,
      [`kubectl ${where}describe ${culprit.kind.toLowerCase()} ${culprit.name}`],
      "no change is known that would help; what it says about itself comes first",
      0.4,
    ),
  ];
}
