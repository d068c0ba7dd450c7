import type { Probe } from "../../cluster/kubernetes-types.ts";
import { isWorkloadKind, podSpecOf } from "../../cluster/workload.ts";
import { probeSchema } from "../../incident/fix/action-params.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { makeRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart, scaleUp } from "./resources.ts";
import { undoArea } from "./undo-area.ts";
import { rollback, undoChange } from "./undo-change.ts";

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

/** Times as long as it had to start, within what anybody waits for. */
const slowStartTimes = 4;
const longestDelayS = 300;

function patienceS({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return Math.min(longestDelayS, slowStartTimes * (initialDelaySeconds + periodSeconds * failureThreshold));
}

/** A gentler probe on the port that the container names, for a probe that was always wrong. */
function mended(open: Case, item: Candidate): Fix | undefined {
  const { container, probe } = item.facts;
  const spec = podSpecOf(open.observation.objects.find(item.culprit)?.object)?.containers.find(
    (part) => part.name === container,
  );
  const now = probe && spec?.[`${probe}Probe`];
  if (!container || !probe || !now) return undefined;
  const port = spec.ports?.[0]?.name ?? spec.ports?.[0]?.containerPort;
  const known =
    spec.ports?.some((part) => part.containerPort === now.httpGet?.port || part.name === now.httpGet?.port) ?? true;
  const value = probeSchema.safeParse({
    ...now,
    ...(now.httpGet && !known && port !== undefined ? { httpGet: { ...now.httpGet, port } } : {}),
    ...(item.facts.slowStart ? { initialDelaySeconds: patienceS(now) } : {}),
    timeoutSeconds: Math.max(5, (now.timeoutSeconds ?? 1) * 2),
    failureThreshold: Math.max(5, (now.failureThreshold ?? 3) * 2),
  }).data;
  return (
    value &&
    fix(
      "patch-probe",
      item.culprit,
      { container, probe, value },
      known ? "gives the container more time to answer" : "asks the port on which the container listens",
      0.7,
    )
  );
}

/**
 * Puts the probe back that a change has altered; one that was always wrong gets more time, or the port that the
 * container declares.
 */
export function probeFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const probe = item.facts.probe ?? "liveness";
  if (!item.change) {
    const image = open.lastChange(item.culprit, "image");
    return [
      mended(open, item),
      image && rollback(open, image, "goes back to the release that answered the probe", 0.8),
    ];
  }
  return [
    ...undoArea(open, item.change, probe),
    rollback(open, item.change, "goes back to the revision with the earlier probe"),
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

/**
 * For trouble that a fresh process may end: one sick pod first, then all of them. What lies in the network, or outside
 * the cluster, is a guide's matter.
 */
export function restartFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, facts } = item;
  const change = item.change ?? open.lastChange(culprit, "image", "env", "command");
  const pods: readonly ObjectRef[] = facts.pods ?? [];
  const back = change && rollback(open, change, "goes back to the revision before", 0.75);
  if (item.cause === "network-fault" && culprit.kind === "Node" && pods.length > 0) {
    return [
      guide(
        culprit,
        [
          `kubectl describe node ${culprit.name}, and the events of the pods that wait: they quote the network plugin.`,
          "When addresses are used up: remove pods that have ended, or give the node a larger range.",
          "Else restart the network plugin's pod on that node.",
          `kubectl cordon ${culprit.name}, so that new pods start elsewhere meanwhile.`,
        ],
        "new pods get no network there",
        0.7,
      ),
    ];
  }
  if (item.cause === "network-fault" && !isWorkloadKind(culprit.kind)) {
    return [
      guide(
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
      ),
    ];
  }
  if (item.cause === "slow-dependency" && facts.callers) {
    return [
      guide(
        culprit,
        [
          `Ask ${culprit.name} what its sessions do and wait for: a lock that somebody holds, a query that takes minutes, a full disk.`,
          "End the session that holds up the others.",
          `If they wait for nothing, ask a pod of ${facts.callers.map(({ name }) => name).join(" or ")} where its threads stand.`,
        ],
        "what waits for it is seen there",
        0.75,
      ),
      restart(culprit, "ends all its sessions, and with them whatever they hold", 0.5),
    ];
  }
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
