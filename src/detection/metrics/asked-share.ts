import { shareOfUsual } from "../../cluster/usual.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext } from "../detector.ts";

/**
 * How much of the usual its callers are asked for themselves, 0..1: at night all get less, and a workload behind others gets
 * less because they do. 1 where nobody is known to call it, or the callers' own requests are not.
 */
export function askedShare(workload: ObjectRef, context: DetectContext): number {
  const { observation, now } = context;
  const shares = context
    .topology()
    .dependentsOf(workload, 1)
    .flatMap(({ namespace = "", name }) => {
      const requests = observation.series.get("requests_per_second", { namespace, workload: name });
      return (requests && shareOfUsual(requests, observation.series, now)) ?? [];
    });
  return shares.length === 0 ? 1 : Math.min(1, Math.max(...shares));
}
