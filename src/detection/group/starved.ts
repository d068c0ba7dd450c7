import { measuredBy } from "../../cluster/unaccounted.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import { type GroupContext, workloadsOf } from "./group-context.ts";
import { servingKinds } from "./serving-kinds.ts";

/** Who fails asks no more from then on, which shows in minutes; rates and states are dated as differently as the second (ms). */
const justBeforeMs = 180_000;
const slackMs = 15_000;

/** Requests stay away because somebody upstream has trouble: a caller fails before it gets to this call. */
export function starved(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): boolean {
  const callers = new Set(
    workloadsOf(live.anomaly.target, context)
      .flatMap((workload) => context.topology.dependentsOf(workload))
      .map(refKey),
  );
  return members.some(({ anomaly }) =>
    [anomaly.target, anomaly.seenOn].some(
      (ref) => ref !== undefined && workloadsOf(ref, context).some((one) => callers.has(refKey(one))),
    ),
  );
}

/** Nobody knows who calls it, and somebody near who serves began to fail just before: that is who. */
export function starvedByUnknown(live: LiveAnomaly, members: readonly LiveAnomaly[], context: GroupContext): boolean {
  const { target, startsAt } = live.anomaly;
  if (workloadsOf(target, context).some((workload) => context.topology.dependentsOf(workload, 1).length > 0))
    return false;
  return members.some(
    ({ anomaly, nature }) =>
      anomaly.target.namespace === target.namespace &&
      servingKinds.has(anomaly.target.kind) &&
      (nature !== "symptom" || measuredBy.has(anomaly.detector)) &&
      anomaly.startsAt <= startsAt + slackMs &&
      startsAt - anomaly.startsAt < justBeforeMs,
  );
}
