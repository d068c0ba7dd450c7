import { rest } from "../lib/clock.ts";
import type { Change } from "./change.ts";
import { fieldAt, opsToSet, sameValue } from "./fields.ts";
import {
  type Applied,
  defaultPatienceMs,
  detailOf,
  digestOfSpec,
  lookEveryMs,
  setValues,
  type WriterDeps,
} from "./write-values.ts";

/** Digest of the object before a change of it; undefined where the change makes or removes one. */
export async function digestBefore({ cluster }: WriterDeps, change: Change): Promise<string | undefined> {
  if (change.type !== "set") return undefined;
  const found = await cluster.get(change.target);
  return found.type === "found" ? digestOfSpec(found.object) : undefined;
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
