import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { podsOfWorkload } from "../gather/object-state.ts";
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

/** A container that is killed sooner may have been killed by what its start takes. */
const filledMs = 2 * 60_000;
/** The revision before lived so many times as long, at least. */
const outlived = 2;
const hourMs = 60 * 60_000;
const spanText = (ms: number) => (ms >= hourMs ? `${(ms / hourMs).toFixed(1)} h` : `${Math.round(ms / 60_000)} min`);

/**
 * Where nobody measures memory: containers of a new revision that served for minutes and were killed for lack of memory then,
 * while those of the revision before lived far longer under the same limit. What fills up with time leaks.
 */
export function leakOfRelease(
  open: Case,
  workload: ObjectRef,
  killed: readonly { readonly pod: string; readonly lifeMs: number | undefined; readonly measured: boolean }[],
): Appetite | undefined {
  const change = releaseChange(open, workload);
  if (!change || change.fields.some(({ area, path }) => area === "resources" && path.includes("memory")))
    return undefined;
  const fresh = new Set(podsSince(open, workload, change).map(({ ref }) => ref.name));
  const lives = killed.flatMap(({ pod, lifeMs, measured }) => (fresh.has(pod) && !measured ? [lifeMs ?? 0] : []));
  const shortest = Math.min(...lives);
  if (lives.length < killed.length || lives.length === 0 || shortest < filledMs) return undefined;
  const before = podsOfWorkload(open.observation, open.topology, workload, change.at).filter(
    ({ ref }) => !fresh.has(ref.name),
  );
  if (before.some(({ containers }) => containers.some(({ lastExit }) => lastExit?.reason === "OOMKilled")))
    return undefined;
  const longest = Math.max(0, ...before.map(({ createdAt, deletedAt }) => (deletedAt ?? open.now) - createdAt));
  if (longest < outlived * shortest) return undefined;
  return {
    change,
    words: `its containers take all memory that their limit allows within ${spanText(shortest)}, where those of the revision before lived for ${spanText(longest)}`,
  };
}
