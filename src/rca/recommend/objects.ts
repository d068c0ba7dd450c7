import { isKind } from "../../cluster/kubernetes-types.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import type { Candidate } from "../candidate.ts";
import type { Case } from "../case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart, scaleUp } from "./resources.ts";
import { restoreGuide, rollback, undoArea, undoChange } from "./undo-change.ts";
import { cronJobBack } from "./workload.ts";

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
      fix("drain", item.culprit, {}, "moves its pods to other nodes", 0.5),
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
    fix("cordon", item.culprit, {}, "keeps further pods away while it recovers", 0.5),
    guide(
      item.culprit,
      [`kubectl describe node ${item.culprit.name}`, "Free the resource that is short, or move pods away."],
      "the node is short of a resource",
      0.7,
    ),
  ];
}

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

export function serviceFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit, facts, cause } = item;
  if (cause === "selector-mismatch") {
    const set =
      facts.selector && culprit.kind === "Service"
        ? fix(
            "patch-selector",
            culprit,
            { selector: { ...facts.selector } },
            "selects the pods that are ready to serve again",
          )
        : undefined;
    return culprit.kind === "Service" ? [set] : change ? undoChange(open, change) : [];
  }
  if (cause === "service-port-mismatch") {
    if (culprit.kind !== "Service") return change ? undoChange(open, change) : [];
    return [
      facts.servicePort !== undefined && facts.targetPort !== undefined
        ? fix(
            "patch-service-port",
            culprit,
            { port: facts.servicePort, targetPort: facts.targetPort },
            "leads to the port on which the pods listen",
          )
        : undefined,
    ];
  }
  if (change?.action === "deleted") return [restoreGuide(change)];
  if (facts.replicas !== undefined)
    return [
      fix(
        "scale",
        culprit,
        { replicas: facts.replicas },
        `brings ${culprit.name} back with ${facts.replicas} replica${facts.replicas === 1 ? "" : "s"}`,
      ),
      change && rollback(open, change, "goes back to the revision before", 0.4),
    ];
  const last = open.lastChange(culprit, "image", "env", "resources", "command");
  return [
    restart(culprit, "starts its pods anew", 0.7),
    last && rollback(open, last, "goes back to the revision before"),
  ];
}

export function storageFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit, facts, cause } = item;
  const workload = facts.workload ?? culprit;
  if (cause === "ephemeral-storage") {
    return [
      ...(change ? undoChange(open, change, { ...(facts.key ? { key: facts.key } : {}), restart: [workload] }) : []),
      restart(workload, "starts with empty local storage; it will fill again", 0.5),
      guide(
        workload,
        ["Raise sizeLimit of the emptyDir or the limit for ephemeral-storage, or write less."],
        "local storage is too small for what is written",
        0.6,
      ),
    ];
  }
  if (cause === "volume-full") {
    const claim = open.observation.objects.find(culprit)?.object.spec as
      | { resources?: { requests?: { storage?: string } } }
      | undefined;
    const size = claim?.resources?.requests?.storage;
    const bytes = parseQuantity(size);
    return [
      bytes
        ? fix(
            "expand-volume",
            culprit,
            { storage: `${Math.ceil((bytes * 1.5) / 2 ** 30)}Gi` },
            "makes the volume half as large again",
          )
        : undefined,
      guide(culprit, ["Delete what is no longer needed on the volume."], "the volume is full", 0.6),
    ];
  }
  return [
    ...(change ? undoChange(open, change) : []),
    guide(
      culprit,
      [
        `kubectl -n ${culprit.namespace} describe ${culprit.kind.toLowerCase()} ${culprit.name}`,
        "Check the storage class, its provisioner and the access mode.",
      ],
      "the volume must be bound and mounted",
      0.6,
    ),
  ];
}

export function jobFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change, facts } = item;
  return [
    ...(change && culprit.kind === "CronJob" ? cronJobBack(open, item) : []),
    facts.job && !change ? fix("rerun-job", facts.job, {}, "runs the failed job once more", 0.5) : undefined,
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

export function autoscalerFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change, facts } = item;
  const hpa = open.observation.objects.find(culprit)?.object;
  const max = isKind(hpa, "HorizontalPodAutoscaler") ? hpa.spec.maxReplicas : (facts.replicas ?? 1);
  if (item.cause === "hpa-maxed") {
    const before = (change?.before?.spec as { maxReplicas?: number } | undefined)?.maxReplicas;
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
  return [
    ...(change ? undoArea(open, change, "autoscale") : []),
    guide(
      culprit,
      [
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
  if (cause === "network-policy-blocked") {
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
  if (cause === "webhook-blocking") {
    return [
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
  if (cause === "monitoring-blind")
    return [guide(culprit, ["bin/kubemend doctor"], "the source must deliver again", 0.8)];
  return [
    guide(
      culprit,
      [`kubectl ${where}describe ${culprit.kind.toLowerCase()} ${culprit.name}`],
      "a person must look",
      0.4,
    ),
  ];
}
