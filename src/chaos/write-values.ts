import type { KubeObject } from "../cluster/kubernetes-types.ts";
import type { Clock } from "../lib/clock.ts";
import { digestOf } from "../lib/stable-hash.ts";
import type { Change } from "./change.ts";
import type { ChaosCluster, Written } from "./cluster-port.ts";
import type { opsToSet } from "./fields.ts";

export interface WriterDeps {
  readonly cluster: ChaosCluster;
  readonly clock: Clock;
  /** How long a pod of ours may take until it serves, and an object of ours until it is gone (ms). */
  readonly patienceMs?: number;
}

export type Applied = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Of `patienceMs`. */
export const defaultPatienceMs = 90_000;
/** Between two looks at what an object has become. */
export const lookEveryMs = 500;
const conflictAttempts = 6;

/** What an object is told to be: its spec, or its data. */
export function digestOfSpec(object: KubeObject): string {
  return digestOf({ spec: object.spec ?? null, data: object.data ?? null });
}

/** Why a write did not come to anything, in words. */
export const detailOf = (written: Exclude<Written, { type: "done" }>): string =>
  "detail" in written ? written.detail : written.type === "gone" ? "it is gone" : "somebody else keeps changing it";

/** Writes the values into the object as it is at that moment; a version that is out of date is read again. */
export async function setValues(
  { cluster }: WriterDeps,
  change: Extract<Change, { type: "set" }>,
  values: (object: KubeObject) => ReturnType<typeof opsToSet> | string,
): Promise<Applied> {
  let last = "somebody else keeps changing it";
  for (let attempt = 0; attempt < conflictAttempts; attempt++) {
    const found = await cluster.get(change.target);
    if (found.type === "gone") return { ok: false, detail: "it is gone" };
    if (found.type === "failed") return { ok: false, detail: found.detail };
    const { resourceVersion } = found.object.metadata;
    const ops = values(found.object);
    if (typeof ops === "string") return { ok: false, detail: ops };
    if (!ops) return { ok: false, detail: "what surrounds the field is gone" };
    if (ops.length === 0) return { ok: true };
    const written = await cluster.patch(change.target, ops, {
      dryRun: false,
      ...(resourceVersion ? { resourceVersion } : {}),
    });
    if (written.type === "done") return { ok: true };
    last = detailOf(written);
    // What may have taken effect is looked at again: then there is nothing left to write.
    if (written.type === "refused" || written.type === "gone") return { ok: false, detail: last };
  }
  return { ok: false, detail: last };
}
