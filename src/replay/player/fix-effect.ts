import { parseQuantity } from "../../cluster/quantity.ts";
import { type IntentLeaves, type LeafChange, leafChanges } from "./intent-leaves.ts";
import type { RecordedFix } from "./recorded-fix.ts";

/** What the cluster looks like to the judge of a fix. */
export interface FixedWorld {
  /** The leaves of an object now; undefined when it does not exist. */
  leaves(ref: RecordedFix["target"]): IntentLeaves | undefined;
  /** Clients have deleted all pods of the culprit that ran when the fault began. */
  readonly podsReplaced: boolean;
}

const none: IntentLeaves = new Map();
/** Larger is more generous; a fix must go at least as far in its direction. */
const directional =
  /\.(resources\.(limits|requests)|hard)\.[^.]+$|\.(replicas|minReplicas|maxReplicas|sizeLimit|storage)$|(Seconds|Threshold)$/;
const envLeaf = /\.env\[[^\]]+\]$/;
const resourceLeaf = /^(.*\.resources)\.(limits|requests)(\.[^.]+)$/;

/**
 * Whether the cluster has now what the recorded fix gave it: either every field that the fix changed is at least as
 * good, or every field that the fault changed is back. A fix that only replaced pods is matched by any other way of
 * replacing them. Says nothing about how the client did it.
 */
export function hasFixEffect(fix: RecordedFix, world: FixedWorld): boolean {
  if (fix.byReplacingPods) return world.podsReplaced || templateChanged(fix, world);
  const now = world.leaves(fix.target);
  if (fix.fixChanges.length > 0 && (now !== undefined || fix.targetGoneAfter)) {
    if (fix.targetGoneAfter ? now === undefined : allMade(fix.fixChanges, now ?? none)) return true;
  }
  const culprit = world.leaves(fix.culprit);
  return fix.undoChanges.length > 0 && culprit !== undefined && allMade(fix.undoChanges, culprit);
}

function allMade(changes: readonly LeafChange[], now: IntentLeaves): boolean {
  return decisive(changes).every((change) => isMade(change, now.get(change.path)));
}

function isMade({ path, from, to, enough = Number.POSITIVE_INFINITY }: LeafChange, now: string | undefined): boolean {
  if (now === to) return true;
  if (path.endsWith(".annotations.kubectl.kubernetes.io/restartedAt")) return now !== undefined && now !== from;
  if (envLeaf.test(path) && from === undefined) return now !== undefined && now !== '{"value":""}' && now !== "{}";
  if (!directional.test(path)) return false;
  const [before, wanted, actual] = [from, to, now].map(amount);
  // No limit at all is the highest limit.
  const upwards = (wanted ?? Number.POSITIVE_INFINITY) > (before ?? Number.POSITIVE_INFINITY);
  if (actual === undefined) return upwards && /\.limits\./.test(path);
  if (wanted === undefined) return false;
  return upwards ? actual >= Math.min(wanted, enough) : actual <= wanted;
}

/**
 * Limits and requests move together. Where they were raised the limit is what helps, where they were lowered (a pod
 * that no node could take) it is the request.
 */
function decisive(changes: readonly LeafChange[]): LeafChange[] {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  return changes.filter(({ path }) => {
    const [, prefix, part, resource] = resourceLeaf.exec(path) ?? [];
    if (prefix === undefined) return true;
    const limit = byPath.get(`${prefix}.limits${resource}`);
    if (limit === undefined || !byPath.has(`${prefix}.requests${resource}`)) return true;
    const raised = (amount(limit.to) ?? Number.POSITIVE_INFINITY) > (amount(limit.from) ?? Number.POSITIVE_INFINITY);
    return raised === (part === "limits");
  });
}

function templateChanged(fix: RecordedFix, world: FixedWorld): boolean {
  const now = world.leaves(fix.target);
  if (now === undefined) return false;
  return leafChanges(fix.faultyTarget, now).some(({ path }) => path.startsWith(".spec.template."));
}

/** A leaf as a number; undefined when it is absent or none. */
function amount(leaf: string | undefined): number | undefined {
  if (leaf === undefined) return undefined;
  const value: unknown = JSON.parse(leaf);
  return typeof value === "string" || typeof value === "number" ? parseQuantity(value) : undefined;
}
