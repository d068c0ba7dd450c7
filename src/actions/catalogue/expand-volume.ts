import { parseQuantity } from "../../cluster/quantity.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { stringMapAt, valueAt, withValueAt } from "../change/plain.ts";
import { defineAction, refuse, requireObject } from "../define-action.ts";

export const expandVolume = defineAction({
  name: "expand-volume",
  risk: "medium",
  kinds: ["PersistentVolumeClaim"],
  params: actionParams["expand-volume"],
  permissions: [
    { verb: "patch", group: "", resource: "persistentvolumeclaims" },
    { verb: "get", group: "storage.k8s.io", resource: "storageclasses" },
  ],
  changesDeclaredState: true,
  rollsOut: false,
  undo: { irreversible: "Kubernetes cannot make a volume smaller." },
  expects: "The file system grows and writes succeed again.",
  verifyWithinMs: 10 * 60_000,
  async draft(target, { storage }, context) {
    const current = stringMapAt(target, "spec", "resources", "requests").storage;
    const [old, next] = [parseQuantity(current), parseQuantity(storage)];
    if (old !== undefined && next !== undefined && next < old) {
      return refuse("invalid-params", `${storage} is less than the ${current} it has; volumes cannot shrink.`);
    }
    const className = valueAt(target, "spec", "storageClassName");
    if (typeof className !== "string" || className === "") {
      return refuse("not-supported", `Claim ${target.metadata.name} has no storage class, so nothing can expand it.`);
    }
    const storageClass = await requireObject(context, makeRef("StorageClass", undefined, className));
    if ("refusal" in storageClass) return storageClass;
    if (valueAt(storageClass, "allowVolumeExpansion") !== true) {
      return refuse("not-supported", `Storage class ${className} does not allow volumes to be expanded.`);
    }
    const after = withValueAt(target, ["spec", "resources", "requests", "storage"], storage);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: "The volume grows; some drivers need the pod to restart for it.",
    };
  },
});
