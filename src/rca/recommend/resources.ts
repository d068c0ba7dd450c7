import { asWorkload } from "../../cluster/kubernetes-types.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { isRolloutKind, podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { loadGrowth } from "../rules/cpu.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { hasSpareNode } from "./spare-node.ts";
import { undoArea } from "./undo-area.ts";
import { rollback, undoChange } from "./undo-change.ts";

const mi = 2 ** 20;

/** At least half as much again as was ever seen: rounded up to steps of 16 MiB. */
function roomyMemory(open: Case, item: Candidate, more = ""): Fix | undefined {
  const container = item.facts.container;
  const spec = podSpecOf(open.observation.objects.find(item.culprit)?.object)?.containers.find(
    (part) => part.name === container,
  );
  const limit = parseQuantity(spec?.resources?.limits?.memory) ?? 0;
  const peak = Math.max(item.facts.peakBytes ?? 0, limit);
  if (!container || peak === 0) return undefined;
  const memory = `${Math.ceil((peak * 1.5) / (16 * mi)) * 16}Mi`;
  return fix(
    "patch-resources",
    item.culprit,
    { container, limits: { memory } },
    `gives container ${container} at least half as much memory again as it was seen to use${more}`,
    0.85,
  );
}

function replicasOf(open: Case, workload: ObjectRef): number {
  return asWorkload(open.observation.objects.find(workload)?.object)?.spec.replicas ?? 1;
}

/** A workload of more pods than this is not enlarged by a formula. */
const mostReplicas = 50;
/** As much as an autoscaler of ours may be given (`action-params.ts`). */
const mostHpaReplicas = 1_000;

/** More replicas of the workload, at least one more; undefined for one that has `mostReplicas` already, or no number of them. */
export function scaleUp(open: Case, workload: ObjectRef, reason: string, fit: number): Fix | undefined {
  if (workload.kind !== "Deployment" && workload.kind !== "StatefulSet") return undefined;
  const now = replicasOf(open, workload);
  if (now >= mostReplicas) return undefined;
  const replicas = Math.min(mostReplicas, Math.max(now + 1, Math.ceil(now * 1.5)));
  return fix("scale", workload, { replicas }, reason, fit);
}

/** Undefined for what has no rollout: pods of a Job or a CronJob are not replaced by one. */
export function restart(workload: ObjectRef, reason: string, fit = 0.8): Fix | undefined {
  return isRolloutKind(workload.kind) ? fix("restart", workload, {}, reason, fit) : undefined;
}

/**
 * A leak is met by the release before, and more memory only buys time; a limit that was lowered is put back before one
 * is thought of.
 */
export function memoryFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  if (item.cause === "memory-leak") {
    return [
      item.change && rollback(open, item.change, "goes back to the release that did not leak"),
      restart(item.culprit, "frees the memory for a while; it will grow again", 0.6),
      roomyMemory(open, item, "; that only buys time"),
    ];
  }
  const exact = item.change ? undoArea(open, item.change, "resources") : [];
  return [
    ...exact,
    ...(exact.length > 0 || !item.change ? [] : [roomyMemory(open, item)]),
    item.change && rollback(open, item.change, "goes back to the revision with the earlier limit"),
    roomyMemory(open, item),
  ];
}

/** Undoes the change where there was one; otherwise twice the limit, or more pods. */
export function cpuFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  if (item.change) return undoChange(open, item.change, { rollbackFirst: false });
  const container = item.facts.container;
  const spec = podSpecOf(open.observation.objects.find(item.culprit)?.object)?.containers.find(
    (part) => part.name === container,
  );
  const limit = parseQuantity(spec?.resources?.limits?.cpu);
  return [
    container && limit
      ? fix(
          "patch-resources",
          item.culprit,
          { container, limits: { cpu: `${Math.ceil(limit * 2_000)}m` } },
          "doubles the CPU limit",
          0.85,
        )
      : undefined,
    scaleUp(open, item.culprit, "spreads the load over more pods", 0.8),
  ];
}

/** What uses a node's CPU up without being asked for more: more of it would only take more. */
export function saturationFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { culprit, change } = item;
  if (culprit.kind === "Node" || loadGrowth(open, culprit) >= 1.5) return loadFixes(open, item);
  const container = podSpecOf(open.observation.objects.find(culprit)?.object)?.containers[0];
  const unlimited = container && container.resources?.limits?.cpu === undefined;
  return [
    ...(change ? undoChange(open, change, { rollbackFirst: true }) : []),
    restart(culprit, "ends what it is busy with; it may begin again", 0.6),
    unlimited
      ? fix(
          "patch-resources",
          culprit,
          { container: container.name, limits: { cpu: "500m" } },
          "keeps it from taking all the CPU of its node",
          0.8,
        )
      : undefined,
  ];
}

/** More pods, and an autoscaler for a Deployment. A full node is closed only when another has room. */
export function loadFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  if (item.culprit.kind === "Node") {
    return [
      hasSpareNode(open, item.culprit)
        ? fix("cordon", item.culprit, {}, "keeps further pods away from the full node", 0.4)
        : undefined,
      guide(
        item.culprit,
        [`kubectl top pods --all-namespaces --sort-by=cpu`, "Move or limit what uses the CPU."],
        "the node is full",
        0.5,
      ),
    ];
  }
  const now = replicasOf(open, item.culprit);
  const most = Math.min(mostHpaReplicas, Math.max(4, now * 3));
  return [
    scaleUp(open, item.culprit, "adds pods for the higher demand", 0.95),
    item.culprit.kind === "Deployment" && now < most
      ? fix(
          "create-hpa",
          item.culprit,
          { minReplicas: Math.max(1, now), maxReplicas: most, cpuPercent: 70 },
          "lets the number of pods follow the demand",
          0.8,
        )
      : undefined,
  ];
}
