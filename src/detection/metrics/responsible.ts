import type { Series } from "../../cluster/series-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext } from "../detector.ts";
import { isReady } from "../state/container-states.ts";
import { peerOf } from "./who.ts";

/** A change this long before the first failure may have caused it. */
const changeWindowMs = 5 * 60_000;

/** Was the workload, or a ConfigMap or Secret that it uses, changed shortly before `since`? */
export function changedBefore(workload: ObjectRef, since: number, context: DetectContext): boolean {
  const { objects } = context.observation;
  const refs = [
    workload,
    ...context
      .topology()
      .usesOf(workload)
      .map(({ ref }) => ref),
  ];
  return refs.some((ref) =>
    objects
      .versions(ref)
      .slice(1)
      .some(({ at }) => at >= since - changeWindowMs && at <= since + 2 * context.tickMs),
  );
}

function serves(workload: ObjectRef, context: DetectContext): boolean {
  const errors = context.observation.series.get("error_ratio", {
    namespace: workload.namespace ?? "",
    workload: workload.name,
  });
  const failing = errors !== undefined && context.now - errors.lastAt < 4 * context.tickMs && errors.last >= 0.05;
  return !failing && context.podsOf(workload).some(isReady);
}

/** Another caller of the same peer gets failures too: then it is not this caller's own affair. */
function othersFail(series: Series, context: DetectContext): boolean {
  return context.observation.series
    .select("client_errors_per_second", { namespace: series.labels.namespace ?? "", peer: series.labels.peer ?? "" })
    .some((other) => other !== series && other.labels.workload !== series.labels.workload && other.last > 0);
}

/**
 * Whom to hold responsible for calls that fail: the far side, unless it serves others well and was left alone while the
 * caller or its configuration has just been changed (a wrong address, a wrong credential). The caller also when the far
 * side is outside the cluster.
 */
export function responsibleFor(series: Series, caller: ObjectRef, since: number, context: DetectContext): ObjectRef {
  const far = peerOf(series, context);
  if (!far) return caller;
  if (far.kind === "Service" || !serves(far, context) || othersFail(series, context)) return far;
  return changedBefore(caller, since, context) && !changedBefore(far, since, context) ? caller : far;
}
