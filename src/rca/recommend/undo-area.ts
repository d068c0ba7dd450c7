import { asKind, asWorkload, isKind } from "../../cluster/kubernetes-types.ts";
import type { ActionParams } from "../../incident/fix/action-params.ts";
import type { Case } from "../case/case.ts";
import { type Change, fieldsOf } from "../gather/changes.ts";
import type { FieldArea } from "../gather/field-diff.ts";
import { type Fix, fix } from "./fix.ts";
import { undoEnv, undoImage, undoProbe, undoResources } from "./undo-container.ts";
import { type DataUndo, undoData } from "./undo-data.ts";

function undoReplicas({ ref, before }: Change): readonly Fix[] {
  const replicas = asWorkload(before)?.spec.replicas;
  if (replicas === undefined) return [];
  const reason = `puts ${ref.name} back to ${replicas} replica${replicas === 1 ? "" : "s"}`;
  return [fix("scale", ref, { replicas }, reason)];
}

function undoSelector({ ref, before }: Change): readonly Fix[] {
  const selector = asKind(before, "Service")?.spec.selector;
  if (ref.kind !== "Service" || !selector) return [];
  return [fix("patch-selector", ref, { selector: { ...selector } }, "puts the selector back to what it was before")];
}

function undoQuota({ ref, before, after }: Change): readonly Fix[] {
  const hard = asKind(before, "ResourceQuota")?.spec?.hard;
  if (!isKind(after, "ResourceQuota") || !hard) return [];
  return [fix("patch-quota", ref, { hard: { ...hard } }, "puts the quota back to what it was before")];
}

function undoSuspend(change: Change): readonly Fix[] {
  return fieldsOf(change, "suspend")[0]?.after === "true"
    ? [fix("resume-cronjob", change.ref, {}, "lets it run again")]
    : [fix("suspend-cronjob", change.ref, {}, "stops it again")];
}

function undoRights({ ref, before }: Change): readonly Fix[] {
  const rules = (before as { rules?: ActionParams<"patch-role">["rules"] } | undefined)?.rules;
  return rules ? [fix("patch-role", ref, { rules }, "puts the rules of the role back to what they were before")] : [];
}

/** How each area is undone; of the others, no single field can be put back. */
const undos: Readonly<Partial<Record<FieldArea, (change: Change, open: Case, data: DataUndo) => readonly Fix[]>>> = {
  resources: undoResources,
  liveness: (change) => undoProbe(change, "liveness"),
  readiness: (change) => undoProbe(change, "readiness"),
  startup: (change) => undoProbe(change, "startup"),
  env: undoEnv,
  image: undoImage,
  data: (change, open, data) => undoData(open, change, data),
  replicas: undoReplicas,
  selector: undoSelector,
  quota: undoQuota,
  cordon: ({ ref }) => [fix("uncordon", ref, {}, "opens the node for new pods again")],
  suspend: undoSuspend,
  rights: undoRights,
};

/** What undoes exactly the changed fields of one area, with values out of the object's history. */
export function undoArea(open: Case, change: Change, area: FieldArea, data: DataUndo = {}): readonly Fix[] {
  return undos[area]?.(change, open, data) ?? [];
}
