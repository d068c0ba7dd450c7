import { isRolloutKind, templateOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { diffFields } from "../gather/field-diff.ts";
import { type Fix, fix, guide } from "./fix.ts";
import { undoArea } from "./undo-area.ts";

/** Revision that has the template of before; undefined when that is simply the one before the present. */
function revisionBefore(open: Case, change: Change): number | undefined {
  if (change.ref.kind !== "Deployment" || !change.before) return undefined;
  const strip = (template: ReturnType<typeof templateOf>) => {
    const { "pod-template-hash": _hash, ...labels } = template?.metadata?.labels ?? {};
    return { spec: { template: { ...template, metadata: { ...template?.metadata, labels } } } };
  };
  const wanted = strip(templateOf(change.before));
  const revision = (object: { metadata: { annotations?: Readonly<Record<string, string>> } }) =>
    Number(object.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
  const sets = open.observation.objects
    .list("ReplicaSet", change.ref.namespace)
    .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.name === change.ref.name))
    .sort((a, b) => revision(b) - revision(a));
  const index = sets.findIndex((set, i) => i > 0 && diffFields(strip(templateOf(set)), wanted).length === 0);
  const found = sets[index];
  return index > 1 && found ? revision(found) : undefined;
}

/** Back to the revision before the change; undefined for what has no revisions. */
export function rollback(open: Case, change: Change, reason: string, fit = 0.97): Fix | undefined {
  if (!isRolloutKind(change.ref.kind) || change.action !== "modified") return undefined;
  if (!change.fields.some((field) => field.path.startsWith("spec.template"))) return undefined;
  const toRevision = revisionBefore(open, change);
  return fix("rollback-deployment", change.ref, toRevision === undefined ? {} : { toRevision }, reason, fit);
}

/** How well it fits to put back a part of what a change has touched. */
const partOfIt = 0.93;

/** Everything that undoes a change: the exact field first where only one area was touched, otherwise the rollback first. */
export function undoChange(
  open: Case,
  change: Change,
  options: { readonly key?: string; readonly restart?: readonly ObjectRef[]; readonly rollbackFirst?: boolean } = {},
): readonly Fix[] {
  if (change.action === "deleted") return [restoreGuide(change)];
  const areas = [...new Set(change.fields.map((field) => field.area))].filter(
    (area) => area !== "labels" && area !== "restart",
  );
  const exact = areas.flatMap((area) => undoArea(open, change, area, options));
  const back = rollback(open, change, "goes back to the revision before the change");
  // Each of several puts back a part only.
  const rollbackFirst = options.rollbackFirst ?? (areas.length > 1 || exact.length > 1 || areas.includes("image"));
  if (!back) return exact;
  return rollbackFirst
    ? [back, ...exact.map((one) => ({ ...one, fit: Math.min(one.fit, partOfIt) }))]
    : [...exact, back];
}

/** For what was deleted. kubemend keeps no copies of objects: a person brings it back from where it came from. */
export function restoreGuide(change: Change): Fix {
  const { ref } = change;
  const where = ref.namespace ? `-n ${ref.namespace} ` : "";
  if (ref.kind === "Secret") {
    const keys = Object.keys((change.before as { data?: object } | undefined)?.data ?? {});
    return fix(
      "restore-secret",
      ref,
      {
        keys,
        steps: [
          `Create Secret ${ref.name} again with the keys ${keys.join(", ") || "it had"} from your vault or backup.`,
          "Pods that wait for it start by themselves within two minutes.",
        ],
      },
      "the Secret was deleted and pods cannot start without it",
    );
  }
  return guide(
    ref,
    [`Find the manifest of ${ref.kind} ${ref.name} in your repository.`, `kubectl ${where}apply -f <manifest>`],
    `${ref.kind} ${ref.name} was deleted and must be created again`,
    0.9,
  );
}
