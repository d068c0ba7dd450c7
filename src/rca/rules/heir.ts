import { imageRepository } from "../../cluster/image-reference.ts";
import { asWorkload } from "../../cluster/kubernetes-types.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import { readyPods } from "./patterns.ts";

/** An heir is put in place this long before what it follows goes, or after (ms). */
const handoverMs = 15 * 60_000;

function imagesOf(open: Case, workload: ObjectRef): readonly string[] {
  const { containers = [] } = podSpecOf(open.observation.objects.find(workload)?.object) ?? {};
  return containers.flatMap(({ image }) => (image ? [imageRepository(image)] : []));
}

/**
 * The workload that runs the same program in the place of one that was deleted: made around that time, and ready. Undefined
 * when it was not deleted, or nothing follows it.
 */
export function heirOf(open: Case, workload: ObjectRef): ObjectRef | undefined {
  const { deletedAt } = open.observation.objects.find(workload) ?? {};
  if (deletedAt === undefined) return undefined;
  const images = imagesOf(open, workload);
  return open.topology.workloads.find((other) => {
    if (sameRef(other, workload) || other.namespace !== workload.namespace) return false;
    const found = open.observation.objects.find(other);
    const made = Date.parse(found?.object.metadata.creationTimestamp ?? "");
    return (
      found?.deletedAt === undefined &&
      Math.abs(made - deletedAt) < handoverMs &&
      imagesOf(open, other).some((image) => images.includes(image)) &&
      readyPods(open, other).length > 0
    );
  });
}

/** The labels by which a workload knows its own pods. */
export function ownLabels(open: Case, workload: ObjectRef): Readonly<Record<string, string>> | undefined {
  return asWorkload(open.observation.objects.find(workload)?.object)?.spec.selector?.matchLabels;
}
