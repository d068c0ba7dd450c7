import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { Series } from "../../cluster/series-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { type Exhaustion, exhaustionOf } from "./exhaustion.ts";

export interface ExhaustionForecastSpec {
  readonly name: string;
  readonly series: DerivedSeriesName;
  /** The value at which it counts as full; undefined for a series that nothing limits. */
  readonly capacity: number | ((series: Series, context: DetectContext) => number | undefined);
  /** Default: a ratio. */
  readonly unit?: string;
  /** A series is that of now for so long (ms); default four ticks. */
  readonly freshMs?: number;
  /** Below this share of the capacity nothing is told. */
  readonly minShare: number;
  readonly minGrowth: number;
  readonly horizonMs: number;
  readonly finding: (series: Series, found: Exhaustion, context: DetectContext, capacity: number) => Told | undefined;
}

export type Told = Pick<Finding, "reason" | "target" | "headline" | "summary"> & {
  readonly related?: readonly ObjectRef[];
  readonly seenOn?: ObjectRef;
  readonly detail?: string;
};

interface Memory {
  evaluatedAt: number;
  /** Evaluations in favour, 0..4: two open it, and it goes when they are used up. */
  votes: number;
  since: number;
  last: Finding | undefined;
}

const everyMs = 10_000;
const highWithinMs = 15 * 60_000;

/** Says of each series of one name that it will be full, and when, before it is. */
export function createExhaustionForecast(spec: ExhaustionForecastSpec): Detector {
  // Forgotten with the series itself.
  const memories = new WeakMap<Series, Memory>();

  function vote(series: Series, memory: Memory, capacity: number, context: DetectContext): void {
    memory.evaluatedAt = context.now;
    const found = exhaustionOf(series, { ...spec, capacity });
    const told = found && spec.finding(series, found, context, capacity);
    if (!found || !told) {
      memory.votes = Math.max(0, memory.votes - 1);
      if (memory.votes === 0) memory.since = 0;
      return;
    }
    memory.votes = Math.min(4, memory.votes + 1);
    if (memory.since === 0) memory.since = found.since;
    memory.last = {
      ...told,
      score: found.trend.rising,
      severity: found.leftMs <= highWithinMs ? "high" : "medium",
      startsAt: memory.since,
      series: { name: series.name, labels: series.labels },
      value: series.last,
      expected: capacity,
      unit: spec.unit ?? "ratio",
    };
  }

  return {
    name: spec.name,
    family: "prediction",
    nature: "fault",
    *detect(context): Iterable<Finding> {
      for (const series of context.observation.series.select(spec.series)) {
        // A series that has stopped neither grows nor has it stopped growing.
        if (context.now - series.lastAt > (spec.freshMs ?? 4 * context.tickMs)) continue;
        const capacity = typeof spec.capacity === "number" ? spec.capacity : spec.capacity(series, context);
        if (capacity === undefined || !(capacity > 0)) continue;
        let memory = memories.get(series);
        if (series.last < spec.minShare * capacity && memory === undefined) continue;
        if (!memory) {
          memory = { evaluatedAt: 0, votes: 0, since: 0, last: undefined };
          memories.set(series, memory);
        }
        if (series.last >= capacity) {
          // It has come true: keep saying so, the anomaly of the full disk itself joins it.
          if (memory.votes >= 2 && memory.last) yield { ...memory.last, value: series.last };
          continue;
        }
        if (context.now - memory.evaluatedAt >= everyMs) vote(series, memory, capacity, context);
        if (memory.last && memory.since > 0) {
          if (memory.votes >= 2) yield memory.last;
          else if (memory.votes === 1) yield { ...memory.last, fading: true };
        }
      }
    },
  };
}
