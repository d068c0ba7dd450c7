import { isWorkloadKind } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart, scaleUp } from "./resources.ts";
import { undoArea } from "./undo-area.ts";
import { rollback, undoChange } from "./undo-change.ts";
import { waitedForFixes } from "./waited-for.ts";

/**
 * Undoes the change of the image. Without one the registry's credentials are the matter, or an image that was never
 * pushed.
 */
export function imageFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change } = item;
  if (culprit.kind === "Secret") {
    return [
      fix(
        "restore-secret",
        culprit,
        { steps: [`Put working registry credentials into Secret ${culprit.name}.`] },
        "the registry does not accept the credentials",
      ),
    ];
  }
  if (change) return undoChange(open, change);
  const pull = open.topology.usesOf(culprit).find((use) => use.how === "image-pull");
  if (item.cause === "image-pull-denied") {
    return [
      pull
        ? fix(
            "restore-secret",
            pull.ref,
            { steps: [`Renew the registry credentials in Secret ${pull.ref.name}.`] },
            "the registry does not accept the credentials",
            0.8,
          )
        : undefined,
      guide(
        culprit,
        [
          `Add an imagePullSecret with access to the registry to ${culprit.kind} ${culprit.name} or to its service account.`,
        ],
        "the registry wants credentials",
        0.7,
      ),
    ];
  }
  return [
    guide(
      culprit,
      [
        "Push the image, or set one that exists.",
        `kubectl -n ${culprit.namespace} set image ${culprit.kind.toLowerCase()}/${culprit.name} <container>=<image>`,
      ],
      "the image cannot be pulled",
      0.7,
    ),
  ];
}

/** For commands and init containers that fail; without a change a restart is worth a try and no more. */
export function startFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change } = item;
  if (change) return culprit.kind === "CronJob" ? cronJobBack(open, item) : undoChange(open, change);
  return [
    restart(culprit, "tries again with new pods", 0.4),
    guide(
      culprit,
      [
        `kubectl -n ${culprit.namespace} logs ${culprit.kind.toLowerCase()}/${culprit.name} -c ${item.facts.container ?? culprit.name} --previous`,
        "Correct the command, its arguments or what it waits for.",
      ],
      "the container does not start",
      0.5,
    ),
  ];
}

/** CronJobs have no revisions: the template of before is put back. */
export function cronJobBack(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit } = item;
  if (!change) return [];
  const exact = ["env", "image", "resources"] as const;
  const jobTemplate = (change.before?.spec as { jobTemplate?: unknown } | undefined)?.jobTemplate;
  return [
    ...exact.flatMap((area) => undoArea(open, change, area)),
    jobTemplate
      ? fix(
          "free-patch",
          culprit,
          { patch: { spec: { jobTemplate } } },
          "puts the job's template back to what it was before",
          0.85,
        )
      : undefined,
  ];
}

/**
 * The revision before, or, for what was created with it, no pods of it. A restart comes last: the same release starts
 * again.
 */
export function releaseFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit } = item;
  if (!change) return [restart(culprit, "starts the pods anew", 0.4)];
  if (culprit.kind === "CronJob") return cronJobBack(open, item);
  if (change.action === "created" && (culprit.kind === "Deployment" || culprit.kind === "StatefulSet"))
    return [
      fix("scale", culprit, { replicas: 0 }, "takes it out again; what it was put beside goes on serving", 0.95),
      restart(culprit, "starts the pods anew", 0.3),
    ];
  return [...undoChange(open, change, { rollbackFirst: true }), restart(culprit, "starts the pods anew", 0.3)];
}

function noAddresses(node: ObjectRef): Fix {
  return guide(
    node,
    [
      `kubectl describe node ${node.name}, and the events of the pods that wait: they quote the network plugin.`,
      "When addresses are used up: remove pods that have ended, or give the node a larger range.",
      "Else restart the network plugin's pod on that node.",
      `kubectl cordon ${node.name}, so that new pods start elsewhere meanwhile.`,
    ],
    "new pods get no network there",
    0.7,
  );
}

function slowNetwork(culprit: ObjectRef): Fix {
  return guide(
    culprit,
    [
      "Call one pod from another by address, on the same node and across nodes, and compare.",
      "Look up a Service's name from inside a pod, and compare how long that takes.",
      culprit.kind === "Node"
        ? `Look at the network plugin's pod and the interfaces of node ${culprit.name}; cordon and drain it when it alone is slow.`
        : "Look at the network plugin's pods and the nodes' interfaces.",
    ],
    "what lies between the workloads is slow, not the workloads",
    0.6,
  );
}

/**
 * For trouble that a fresh process may end: one sick pod first, then all of them. What lies in the network, or outside
 * the cluster, is a guide's matter.
 */
export function restartFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, facts } = item;
  const change = item.change ?? open.lastChange(culprit, "image", "env", "command");
  const pods: readonly ObjectRef[] = facts.pods ?? [];
  const back = change && rollback(open, change, "goes back to the revision before", 0.75);
  if (item.cause === "network-fault" && culprit.kind === "Node" && pods.length > 0) return [noAddresses(culprit)];
  if (item.cause === "network-fault" && !isWorkloadKind(culprit.kind)) return [slowNetwork(culprit)];
  const waitedFor = item.cause === "slow-dependency" ? waitedForFixes(item) : undefined;
  if (waitedFor) return waitedFor;
  if (item.cause === "rate-limited") {
    return [
      ...(item.change ? undoChange(open, item.change) : []),
      guide(culprit, ["Lower how often it asks, or ask for a higher limit."], "it asks more often than it may", 0.6),
    ];
  }
  if (item.cause === "external-dependency") {
    return [
      ...(item.change ? undoChange(open, item.change) : []),
      guide(
        culprit,
        [
          "Check the status page of the service outside.",
          "Switch the feature that needs it off where that is possible.",
        ],
        "what fails is outside the cluster",
        0.6,
      ),
      restart(culprit, "opens new connections", 0.4),
    ];
  }
  return [
    ...(pods.length === 1
      ? pods.map((pod) =>
          fix("delete-pod", makeRef("Pod", pod.namespace, pod.name), {}, "replaces the one pod that is sick", 0.95),
        )
      : []),
    restart(
      culprit,
      "ends whatever state the process is stuck in, with new pods",
      item.cause === "slow-dependency" ? 0.95 : 0.85,
    ),
    back,
    item.cause === "slow-dependency" ? scaleUp(open, culprit, "spreads the work over more pods", 0.5) : undefined,
  ];
}
