import type { Observation } from "./observation.ts";
import type { DerivedSeriesName } from "./series-names.ts";

const asked = [
  "requests_per_second",
  "container_cpu_cores",
  "node_cpu_ratio",
] as const satisfies readonly DerivedSeriesName[];
const maxSeries = 20;

/** How far apart measurements are (ms), as the newest of them lie; undefined without any. */
export function sampleSpacing({ series }: Observation): number | undefined {
  const spacings = asked
    .flatMap((name) => series.select(name).slice(0, maxSeries))
    .flatMap((one) => (one.length > 1 ? [one.lastAt - one.timeAt(one.length - 2)] : []))
    .sort((a, b) => a - b);
  return spacings[spacings.length >> 1];
}
