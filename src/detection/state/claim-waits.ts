import {
  classNameOf,
  isDefaultClass,
  type PersistentVolumeClaim,
  type StorageClass,
} from "../../cluster/kinds/storage.ts";
import { type DetectContext, timeOf } from "../detector.ts";

/** A provisioner that is well has made the volume by then. */
const provisionMs = 60_000;

function classOf(claim: PersistentVolumeClaim, { observation }: DetectContext): StorageClass | undefined {
  const name = classNameOf(claim);
  const classes = observation.objects.list("StorageClass");
  return classes.find((one) => (name === undefined ? isDefaultClass(one) : one.metadata.name === name));
}

/** Pending, of a class that exists, and so young that its volume may yet come. */
export function isBeingProvisioned(claim: PersistentVolumeClaim, context: DetectContext): boolean {
  return (
    claim.status?.phase === "Pending" &&
    classOf(claim, context) !== undefined &&
    context.now - timeOf(claim.metadata.creationTimestamp, 0) < provisionMs
  );
}

/**
 * The claim is to be bound where its pod runs, and no node has been chosen for that pod yet: the claim waits for the pod
 * (https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode).
 */
export function waitsForConsumer(claim: PersistentVolumeClaim, context: DetectContext): boolean {
  return (
    classOf(claim, context)?.volumeBindingMode === "WaitForFirstConsumer" &&
    claim.metadata.annotations?.["volume.kubernetes.io/selected-node"] === undefined
  );
}
