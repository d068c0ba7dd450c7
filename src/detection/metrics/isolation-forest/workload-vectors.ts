import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import type { Series } from "../../../cluster/series-store.ts";
import { type ObjectRef, refKey } from "../../../incident/object-ref.ts";
import type { DetectContext } from "../../detector.ts";
import type { ForecastField } from "../forecast/forecast-field.ts";
import { ownerOfPod, workloadOf } from "../who.ts";

/** What a workload is looked at for, all at once. Series of several pods or peers count with the one farthest off. */
export const vectorSeries: readonly DerivedSeriesName[] = [
  "container_cpu_cores",
  "container_cpu_throttled_ratio",
  "container_memory_working_set_bytes",
  "pod_network_receive_bytes_per_second",
  "pod_network_transmit_bytes_per_second",
  "requests_per_second",
  "latency_mean_seconds",
  "error_ratio",
  "client_latency_mean_seconds",
  "client_error_ratio",
  "eventloop_lag_seconds",
];

export interface WorkloadVector {
  readonly workload: ObjectRef;
  /** One residual for each of `vectorSeries`, in mean errors of its series; 0 where nothing was measured. */
  readonly residuals: Float32Array;
  /** The series behind each residual. */
  readonly sources: (Series | undefined)[];
  /** Residuals that were measured in this tick's window. */
  measured: number;
}

/** The kubelet measures less often than applications are scraped; its newest value still counts for this many ticks. */
const currentTicks = 4;
/** Beyond this a residual is far, and how far makes no difference to a cut. */
const farResidual = 12;

/** The residual vector of every workload at this tick. `owners` remembers whom each series belongs to. */
export function workloadVectors(
  field: ForecastField,
  context: DetectContext,
  owners: Map<Series, ObjectRef>,
): Map<string, WorkloadVector> {
  const { block } = field.forecaster;
  const vectors = new Map<string, WorkloadVector>();
  const oldest = context.now - currentTicks * context.tickMs;
  for (let dimension = 0; dimension < vectorSeries.length; dimension++) {
    const name = vectorSeries[dimension] as DerivedSeriesName;
    for (const series of context.observation.series.select(name)) {
      const slot = field.forecaster.slotOf(series);
      if (slot === undefined || (block.lastAt[slot] as number) < oldest) continue;
      const residual = block.residual[slot] as number;
      if (!Number.isFinite(residual)) continue;
      const workload = ownerOf(series, context, owners);
      const key = refKey(workload);
      let vector = vectors.get(key);
      if (!vector) {
        vector = { workload, residuals: new Float32Array(vectorSeries.length), sources: [], measured: 0 };
        vectors.set(key, vector);
      }
      if (
        vector.sources[dimension] !== undefined &&
        Math.abs(residual) <= Math.abs(vector.residuals[dimension] as number)
      )
        continue;
      if (vector.sources[dimension] === undefined) vector.measured++;
      vector.residuals[dimension] = Math.max(-farResidual, Math.min(farResidual, residual));
      vector.sources[dimension] = series;
    }
  }
  return vectors;
}

function ownerOf(series: Series, context: DetectContext, owners: Map<Series, ObjectRef>): ObjectRef {
  const known = owners.get(series);
  if (known) return known;
  const found = series.labels.workload === undefined ? ownerOfPod(series, context) : workloadOf(series, context);
  // A pod that is not known yet is its own owner for now.
  if (found.kind !== "Pod") owners.set(series, found);
  return found;
}
