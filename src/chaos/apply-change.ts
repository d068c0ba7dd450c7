import type { KubeObject } from "../cluster/kubernetes-types.ts";
import { messageOf } from "../lib/app-error.ts";
import { type Clock, rest } from "../lib/clock.ts";
import { digestOf } from "../lib/stable-hash.ts";
import type { Change } from "./change.ts";
import type { ChaosCluster, Written } from "./cluster-port.ts";
import { fieldAt, holdsValue, opsToSet, sameValue } from "./fields.ts";
import { ownsField } from "./owns-field.ts";
import { runLabel } from "./scope.ts";

export interface WriterDeps {
  readonly cluster: ChaosCluster;
  readonly clock: Clock;
  /** How long a pod of ours may take until it serves, and an object of ours until it is gone (ms). */
  readonly patienceMs?: number;
}

export type Applied = { readonly ok: true } | { readonly ok: false; readonly detail: string };

const defaultPatienceMs = 90_000;
/** Field manager of the actor, which applies approved fixes. */
const fixManager = "kubemend";
const lookEveryMs = 500;
const conflictAttempts = 6;
const restoreAttempts = 8;
const longestPauseMs = 10_000;

/** What an object is told to be: its spec, or its data. */
function digestOfSpec(object: KubeObject): string {
  return digestOf({ spec: object.spec ?? null, data: object.data ?? null });
}

const detailOf = (written: Exclude<Written, { type: "done" }>): string =>
  "detail" in written ? written.detail : written.type === "gone" ? "it is gone" : "somebody else keeps changing it";

/** Digest of the object before a change of it; undefined where the change makes or removes one. */
export async function digestBefore({ cluster }: WriterDeps, change: Change): Promise<string | undefined> {
  if (change.type !== "set") return undefined;
  const found = await cluster.get(change.target);
  return found.type === "found" ? digestOfSpec(found.object) : undefined;
}

/** Writes the values into the object as it is at that moment; a version that is out of date is read again. */
async function setValues(
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

async function awaitReady(deps: WriterDeps, change: Change, signal: AbortSignal): Promise<Applied> {
  const until = deps.clock.now() + (deps.patienceMs ?? defaultPatienceMs);
  let seen = "no status yet";
  while (deps.clock.now() < until) {
    const found = await deps.cluster.get(change.target);
    if (found.type === "gone") return { ok: false, detail: "the pod is gone" };
    if (found.type === "found") {
      const { phase = "", conditions = [] } = (found.object.status ?? {}) as {
        phase?: string;
        conditions?: readonly { type: string; status: string }[];
      };
      if (conditions.some(({ type, status }) => type === "Ready" && status === "True")) return { ok: true };
      seen = phase || seen;
      if (phase === "Failed" || phase === "Succeeded") return { ok: false, detail: `the pod has ended (${phase})` };
    }
    if (signal.aborted) return { ok: false, detail: "stopped" };
    // An abort is seen at the next turn.
    await rest(deps.clock, lookEveryMs, signal);
  }
  return { ok: false, detail: `the pod was not ready in time (${seen}); is the image right and pullable?` };
}

/** Makes one change. `ok: false` says that it was not made, or that it did not come to what it should. */
export async function applyChange(deps: WriterDeps, change: Change, signal: AbortSignal): Promise<Applied> {
  const { cluster } = deps;
  switch (change.type) {
    case "set":
      return await setValues(deps, change, (object) => {
        const ops = [];
        for (const field of change.fields) {
          const { path, before, after } = field;
          const now = fieldAt(object, path);
          if (sameValue(now, after)) continue;
          // Between plan and run somebody changed it: what would be put back afterwards would be wrong.
          if (!sameValue(now, before)) return "it is no longer as it was when this was planned";
          const more = opsToSet(object, field, after);
          if (!more) return undefined;
          ops.push(...more);
        }
        return ops;
      });
    case "create": {
      const written = await cluster.create(change.object, { dryRun: false });
      if (written.type !== "done") return { ok: false, detail: detailOf(written) };
      return change.awaitReady ? await awaitReady(deps, change, signal) : { ok: true };
    }
    case "remove-pod": {
      const remove = change.how === "evict" ? cluster.evict : cluster.delete;
      const written = await remove(change.target, { dryRun: false, uid: change.uid });
      // Gone, or another pod of that name already: what was wanted.
      return written.type === "done" || written.type === "gone" || written.type === "conflict"
        ? { ok: true }
        : { ok: false, detail: detailOf(written) };
    }
  }
}

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
