import { namespaceOf, type ObjectRef } from "../../incident/object-ref.ts";

/** A part of the cluster, by namespace; undefined stands for what lies in none. Asked anew each time: shares change hands. */
export interface Share {
  /** Findings about it are this process's to report. */
  owns(namespace: string | undefined): boolean;
  /** Its logs and metrics are read, so that they are known when it is to be judged. */
  reads(namespace: string): boolean;
}

export const wholeCluster: Share = { owns: () => true, reads: () => true };

/** Whether findings about the object are this process's to report. */
export function ownsObject(share: Share, ref: ObjectRef): boolean {
  return share.owns(namespaceOf(ref));
}

/** Whether the series with these labels are to be read; what lies in no namespace is everybody's. */
export function readsSeries(share: Share, { namespace }: Readonly<Record<string, string>>): boolean {
  return namespace === undefined || namespace === "" || share.reads(namespace);
}
