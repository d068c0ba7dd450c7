import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { usesOfSpec } from "../../cluster/topology-uses.ts";
import type { Use } from "../../cluster/use.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { type ObjectRef, refKey, refText } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding } from "../detector.ts";

interface Gap {
  readonly ref: ObjectRef;
  readonly key: string | undefined;
  readonly goneAt: number;
}

/** Is the object or the key gone though it was there while the watch ran? What was never seen cannot be judged. */
function gapOf(ref: ObjectRef, key: string | undefined, { observation }: DetectContext): Gap | undefined {
  const found = observation.objects.find(ref);
  if (!found) return undefined;
  if (found.deletedAt !== undefined) return { ref, key: undefined, goneAt: found.deletedAt };
  const has = (object: KubeObject) =>
    key === undefined ||
    Object.hasOwn((object.data as object | undefined) ?? {}, key) ||
    Object.hasOwn((object as { binaryData?: object }).binaryData ?? {}, key);
  if (has(found.object)) return undefined;
  const versions = observation.objects.versions(ref);
  const lastGood = versions.findLastIndex(({ object }) => has(object));
  const goneAt = versions[lastGood + 1]?.at;
  return lastGood >= 0 && goneAt !== undefined ? { ref, key, goneAt } : undefined;
}

/** As its template is now: what an earlier one named may be pruned. What its role lets it read is in no template. */
function usesNow(workload: ObjectRef, { observation, topology }: DetectContext): readonly Use[] {
  const spec = podSpecOf(observation.objects.find(workload)?.object);
  const byRole = topology()
    .usesOf(workload)
    .filter(({ how }) => how === "api");
  return spec ? [...usesOfSpec(spec, workload.namespace), ...byRole] : byRole;
}

const kinds: ReadonlySet<string> = new Set(["ConfigMap", "Secret", "ServiceAccount"]);

/**
 * Running workloads that need a ConfigMap, a Secret, a key in one, or a ServiceAccount that has been removed: running pods
 * go on, the next one will not start. Source: references in the pod template against objects seen earlier. Not a fault: optional references,
 * objects that were never seen, what only an earlier template named, kube-root-ca.crt (made by a controller), workloads at zero replicas.
 */
export const missingReference = defineDetector({
  name: "missing-reference",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const removed = [...kinds].reduce((sum, kind) => sum + context.observation.objects.deleted(kind).length, 0);
    const shrunk = [
      ...context.observation.objects.list("ConfigMap"),
      ...context.observation.objects.list("Secret"),
    ].some(
      ({ kind, metadata }) =>
        context.observation.objects.versions({ kind, namespace: metadata.namespace, name: metadata.name }).length > 1,
    );
    // Reading every template in every tick would be waste: nothing was removed, so nothing can be missing.
    if (removed === 0 && !shrunk) return;
    for (const workload of context.topology().workloads) {
      if (workload.kind === "Job" || context.podsOf(workload).length === 0) continue;
      const seen = new Set<string>();
      for (const use of usesNow(workload, context)) {
        if (use.optional || !kinds.has(use.ref.kind) || use.ref.name === "kube-root-ca.crt") continue;
        const gap = gapOf(use.ref, use.key, context);
        // A rotation deletes and creates within moments.
        if (!gap || context.now - gap.goneAt < 4_000 || seen.has(refKey(gap.ref))) continue;
        seen.add(refKey(gap.ref));
        const what = gap.key === undefined ? refText(gap.ref) : `key ${gap.key} of ${refText(gap.ref)}`;
        yield {
          reason: "MissingReference",
          target: workload,
          seenOn: gap.ref,
          detail: `${refKey(gap.ref)}/${gap.key ?? ""}`,
          severity: "high",
          headline: `needs ${gap.ref.kind} ${gap.ref.name}, which ${gap.key === undefined ? "was deleted" : "lost a key"}`,
          summary: `${workload.kind} ${workload.name} needs ${what}, which is gone; pods that start from now on will fail`,
          startsAt: gap.goneAt,
          related: [gap.ref],
        };
      }
    }
  },
});
