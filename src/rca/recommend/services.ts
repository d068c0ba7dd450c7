import { waitsForMount, wantedGrowth } from "../../cluster/kinds/storage.ts";
import { asKind } from "../../cluster/kubernetes-types.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { restart } from "./resources.ts";
import { restoreGuide, rollback, undoChange } from "./undo-change.ts";

/**
 * For Services that lead nowhere, and for dependencies that are down: scaled to zero, deleted, or broken by their own
 * change.
 */
export function serviceFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit, facts, cause } = item;
  if (cause === "selector-mismatch") {
    const set =
      facts.selector && culprit.kind === "Service"
        ? fix(
            "patch-selector",
            culprit,
            { selector: { ...facts.selector } },
            "selects again the pods that are ready to serve",
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
            {
              port: facts.servicePort,
              ...(facts.protocol ? { protocol: facts.protocol } : {}),
              targetPort: facts.targetPort,
            },
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

/** Half as much again for the container that may use most: of a pod the kubelet adds the limits up. */
function roomyStorage(open: Case, workload: ObjectRef): Fix | undefined {
  const containers = podSpecOf(open.observation.objects.find(workload)?.object)?.containers ?? [];
  const limited = containers.flatMap(({ name, resources }) => {
    const bytes = parseQuantity(resources?.limits?.["ephemeral-storage"]);
    return bytes ? [{ name, bytes }] : [];
  });
  const largest = limited.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (!largest) return undefined;
  const storage = `${Math.ceil((largest.bytes * 1.5) / 2 ** 20)}Mi`;
  return fix(
    "patch-resources",
    workload,
    { container: largest.name, limits: { "ephemeral-storage": storage } },
    `lets container ${largest.name} use half as much local storage again`,
    0.7,
  );
}

/** Volumes grow by half and are never shrunk. One that has grown on the disk alone needs a mount, and so a restart. */
export function storageFixes(open: Case, item: Candidate): readonly (Fix | undefined)[] {
  const { change, culprit, facts, cause } = item;
  const workload = facts.workload ?? culprit;
  if (cause === "ephemeral-storage") {
    return [
      ...(change ? undoChange(open, change, { ...(facts.key ? { key: facts.key } : {}), restart: [workload] }) : []),
      roomyStorage(open, workload),
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
    const claim = asKind(open.observation.objects.find(culprit)?.object, "PersistentVolumeClaim");
    const size = claim?.spec?.resources?.requests?.storage;
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
  const claim = asKind(open.observation.objects.find(culprit)?.object, "PersistentVolumeClaim");
  if (claim && wantedGrowth(claim)) {
    return [
      waitsForMount(claim)
        ? restart(workload, "the driver grows the file system when it is mounted again", 0.9)
        : undefined,
      guide(
        culprit,
        [
          `kubectl -n ${culprit.namespace} describe persistentvolumeclaim ${culprit.name}`,
          "Check allowVolumeExpansion of its storage class, the log of the driver's resizer, and the limits of the storage provider.",
          "If the new size cannot be had, ask for less: since Kubernetes 1.34 anything above the size that the volume has.",
        ],
        "the volume must get the size that was asked for",
        0.6,
      ),
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
