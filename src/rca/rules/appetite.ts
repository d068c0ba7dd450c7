import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { podShifts, podsSince } from "./patterns.ts";
import { releaseChange } from "./release-mark.ts";

/** Of the limit: a revision that kept below it had room to spare. */
const spare = 0.6;
/** A container that is killed sooner was killed by its start, which says nothing about what it does later. */
const servedMs = 20_000;
const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

export interface Appetite {
  readonly change: Change;
  readonly words: string;
}

/**
 * A new revision that takes all the memory there is, where the one before did the same work in much less under the same limit:
 * then not the limit is wrong. Undefined without such a revision, or when the limit was changed with it.
 */
export function appetiteOfRelease(
  open: Case,
  workload: ObjectRef,
  killed: readonly { readonly pod: string; readonly limit: number | undefined; readonly lifeMs: number | undefined }[],
): Appetite | undefined {
  const change = releaseChange(open, workload);
  if (!change || change.fields.some(({ area, path }) => area === "resources" && path.includes("memory")))
    return undefined;
  const fresh = new Set(podsSince(open, workload, change).map(({ ref }) => ref.name));
  const { usual } = podShifts(open, workload, "container_memory_working_set_bytes");
  const hit = killed.find(({ pod, lifeMs = 0 }) => fresh.has(pod) && lifeMs >= servedMs);
  if (!hit?.limit || usual === undefined || usual > spare * hit.limit) return undefined;
  return {
    change,
    words: `its containers are killed for taking more than ${mib(hit.limit)} of memory, where the revision before needed ${mib(usual)}`,
  };
}
