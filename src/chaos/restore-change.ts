import { messageOf } from "../lib/app-error.ts";
import type { Change } from "./change.ts";
import { fieldAt, holdsValue, opsToSet, sameValue } from "./fields.ts";
import { ownsField } from "./owns-field.ts";
import { runLabel } from "./scope.ts";
import {
  type Applied,
  defaultPatienceMs,
  detailOf,
  digestOfSpec,
  lookEveryMs,
  setValues,
  type WriterDeps,
} from "./write-values.ts";

/** Field manager of the actor, which applies approved fixes. */
const fixManager = "kubemend";
const restoreAttempts = 8;
const longestPauseMs = 10_000;

export interface Restored {
  readonly state: "restored" | "left" | "failed";
  readonly detail: string;
}

interface RestoreOptions {
  readonly certain: boolean;
  readonly digestBefore?: string | undefined;
  /** Also what somebody else has changed meanwhile. */
  readonly force?: boolean;
}

async function restoreSet(
  deps: WriterDeps,
  change: Extract<Change, { type: "set" }>,
  certain: boolean,
  force: boolean,
): Promise<Applied | { readonly left: string }> {
  let left: string | undefined;
  const put = await setValues(deps, change, (object) => {
    const ops = [];
    for (const field of change.fields) {
      const { path, before, after } = field;
      const now = fieldAt(object, path);
      if (sameValue(now, before)) continue;
      const ours = holdsValue(now, after) || (certain && ownsField(object, path, fixManager));
      if (!ours && !force) {
        // Another value than ours: somebody's decision, which an experiment does not take back.
        left = certain ? "somebody else has changed it meanwhile" : "it was never changed";
        continue;
      }
      const more = opsToSet(object, field, before);
      if (!more) return undefined;
      ops.push(...more);
    }
    return ops;
  });
  return put.ok && left !== undefined ? { left } : put;
}

async function removeOwn(deps: WriterDeps, change: Extract<Change, { type: "create" }>): Promise<Applied> {
  const { cluster, clock } = deps;
  const { target } = change;
  const until = clock.now() + (deps.patienceMs ?? defaultPatienceMs);
  let last = "it is still there";
  for (;;) {
    const found = await cluster.get(target);
    if (found.type === "gone") return { ok: true };
    if (found.type === "found") {
      const { labels, uid, deletionTimestamp, finalizers = [] } = found.object.metadata;
      const wanted = (change.object["metadata"] as { labels?: Record<string, string> } | undefined)?.labels?.[runLabel];
      if (labels?.[runLabel] !== wanted) return { ok: false, detail: "an object of that name is not ours; it stays" };
      // A pod that terminates is the kubelet's to end; a resource of an operator holds its fault until it is really gone.
      if (deletionTimestamp !== undefined && target.kind === "Pod") return { ok: true };
      if (deletionTimestamp === undefined) {
        if (target.kind === "ChaosEngine")
          await cluster.patch(target, [{ op: "replace", path: "/spec/engineState", value: "stop" }], { dryRun: false });
        const written = await cluster.delete(target, { dryRun: false, uid });
        if (written.type !== "done" && written.type !== "gone") last = detailOf(written);
      } else last = `it is being deleted${finalizers.length > 0 ? ` and held by ${finalizers.join(", ")}` : ""}`;
    } else last = found.detail;
    if (clock.now() >= until) return { ok: false, detail: last };
    await clock.sleep(lookEveryMs);
  }
}

/**
 * Takes one change back, and looks whether it is. Never throws: what keeps one from being put back must not keep the others.
 * `certain`: that the change was made is known; otherwise (a process was killed between writing down and hearing) only what is
 * there is taken back. Tried again for a while when the API does not answer.
 */
export async function restoreChange(deps: WriterDeps, change: Change, options: RestoreOptions): Promise<Restored> {
  return await putBack(deps, change, options).catch(
    (error: unknown): Restored => ({ state: "failed", detail: messageOf(error, 160) }),
  );
}

async function putBack(deps: WriterDeps, change: Change, options: RestoreOptions): Promise<Restored> {
  if (change.type === "remove-pod") return { state: "restored", detail: "its controller makes a new one" };
  let detail = "";
  for (let attempt = 0; attempt < restoreAttempts; attempt++) {
    const outcome =
      change.type === "set"
        ? await restoreSet(deps, change, options.certain, options.force ?? false)
        : await removeOwn(deps, change);
    if ("left" in outcome) return { state: options.certain ? "left" : "restored", detail: outcome.left };
    if (outcome.ok) {
      if (change.type === "create" || options.digestBefore === undefined)
        return { state: "restored", detail: "as before" };
      const found = await deps.cluster.get(change.target);
      const exact = found.type === "found" && digestOfSpec(found.object) === options.digestBefore;
      return {
        state: "restored",
        detail: exact ? "exactly as before" : "as before; other fields have changed meanwhile",
      };
    }
    detail = outcome.detail;
    if (detail === "it is gone") return { state: "left", detail: "the object is gone" };
    if (change.type === "create") break;
    await deps.clock.sleep(Math.min(longestPauseMs, lookEveryMs * 2 ** attempt));
  }
  return { state: "failed", detail };
}
