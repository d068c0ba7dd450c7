import { createObservation } from "../../cluster/observation.ts";
import type { Signal } from "../../cluster/signal.ts";
import { createDetectionEngine } from "../engine/engine.ts";
import { detectorFactories } from "../engine/registry.ts";
import { forecastAnomaly } from "../metrics/forecast/forecast-anomaly.ts";
import { type SeriesKind, seriesKinds } from "../metrics/forecast/series-kinds.ts";
import { workloadIsolation } from "../metrics/isolation-forest/workload-isolation.ts";

/** From `from` to `to` (unix ms), both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One series of the past. Times are ms, ascending. */
export interface PastSeries {
  readonly kind: SeriesKind;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** What one source (a recording, a stretch of a database) has to teach. */
export interface Past {
  readonly source: string;
  /** Sources of the same scope in the same time tell the same story. */
  readonly scope: string;
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  readonly series: readonly PastSeries[];
  /** Stretches in which something was wrong. */
  readonly troubled: readonly Span[];
}

export interface GatherInput {
  readonly source: string;
  readonly scope: string;
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  /** In order of arrival. */
  readonly signals: Iterable<Signal>;
}

/** Rates still show what was wrong for a window after it ended; what leads up to it is not normal either. */
const marginTicks = 6;
/** Points kept of a series: a day at 5 s. */
const maxPoints = 17_280;
/** Minutes of a recording are all there is to learn from. */
const learnMs = 3 * 60_000;
/** A model must not choose what its successor is trained and measured on. */
const withoutModel = detectorFactories.filter((make) => make !== forecastAnomaly && make !== workloadIsolation);

/**
 * Runs detection over the signals and takes the derived series out of it, so that training sees exactly what detection
 * will. Stretches in which detection raised an incident are marked as troubled: nobody needs to label anything, and the
 * model does not learn that an outage is normal.
 */
export function gatherPast(input: GatherInput): Past {
  const { source, scope, from, to, tickMs } = input;
  const capacity = Math.min(maxPoints, Math.ceil((to - from) / tickMs) + 16);
  const observation = createObservation({ cluster: source, series: { capacity } });
  let ids = 0;
  const engine = createDetectionEngine({
    observation,
    nextId: () => String(++ids),
    learnMs,
    tickMs,
    detectors: withoutModel,
  });
  let next = from + tickMs;
  for (const signal of input.signals) {
    for (; signal.at > next; next += tickMs) engine.tick(next);
    engine.ingest(signal);
  }
  engine.tick(next);

  const series: PastSeries[] = [];
  for (const kind of seriesKinds) {
    for (const one of observation.series.select(kind.name)) {
      series.push({
        kind,
        times: Float64Array.from({ length: one.length }, (_, i) => one.timeAt(i)),
        values: Float64Array.from({ length: one.length }, (_, i) => one.valueAt(i)),
      });
    }
  }
  const margin = marginTicks * tickMs;
  const troubled = engine
    .incidents()
    .map(({ onset, resolvedAt }) => ({ from: onset - margin, to: (resolvedAt ?? next) + margin }));
  return { source, scope, from, to, tickMs, series, troubled };
}

/** Leaves out sources whose time another source of the same scope covers: the same minutes must not count twice. */
export function withoutCopies(pasts: readonly Past[]): Past[] {
  const slackMs = 10_000;
  return pasts.filter(
    (past, i) =>
      !pasts.some(
        (other, j) =>
          i !== j &&
          other.scope === past.scope &&
          other.from <= past.from + slackMs &&
          other.to >= past.to - slackMs &&
          (other.to - other.from > past.to - past.from || j < i),
      ),
  );
}
