import type { Observation } from "../../cluster/observation.ts";
import { isRolloutKind } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

/** The stretch before the trouble that is averaged (ms): long enough for slow scrapes, short enough for the time of day. */
const beforeMs = 15 * 60_000;

/**
 * Which share of the requests that are measured in its namespace a workload answered before the trouble began, 0..1: who is down
 * answers nothing now, and is missed all the same. Undefined for other kinds, and where nothing was measured: not knowing
 * is not nothing.
 */
export function trafficShareOf({ series }: Observation, ref: ObjectRef, onset: number): number | undefined {
  if (!isRolloutKind(ref.kind) || !ref.namespace) return undefined;
  let [own, all, known] = [0, 0, false];
  for (const rate of series.select("requests_per_second", { namespace: ref.namespace })) {
    const points = series.window(rate, onset - beforeMs, onset);
    if (points.length === 0) continue;
    const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
    all += mean;
    if (rate.labels["workload"] !== ref.name) continue;
    own += mean;
    known = true;
  }
  return known && all > 0 ? own / all : undefined;
}
