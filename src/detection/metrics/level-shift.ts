import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { Series } from "../../cluster/series-store.ts";
import type { AnomalyFamily } from "../../incident/anomaly.ts";
import type { DetectContext, Detector, Finding, Nature } from "../detector.ts";
import { type Baseline, createBaseline } from "./baseline.ts";
import { createRhythm, type Rhythm } from "./shift-rhythm.ts";

/** What one series shows now against what it used to show. */
export interface Shift {
  readonly series: Series;
  readonly value: number;
  readonly baseline: Baseline;
  /** Baseline has seen enough to judge. */
  readonly learned: boolean;
}

export interface LevelShiftSpec {
  readonly name: string;
  readonly family?: AnomalyFamily;
  readonly nature: Nature;
  readonly series: DerivedSeriesName;
  /** Is this far enough from normal to matter to somebody? Absolute floors belong here. */
  readonly wrong: (shift: Shift, context: DetectContext) => boolean;
  /** Back to normal; default: not wrong. A stricter line than `wrong` keeps it from flickering. */
  readonly right?: (shift: Shift, context: DetectContext) => boolean;
  /** Consecutive points that must be wrong; two at least. */
  readonly holdPoints?: number;
  /** From the first to the last of them (ms): two of a slow scrape say as much as three of a fast one. */
  readonly holdMs?: number;
  /** More than one scrape has brought; for what is taken over a window. Asked once it has held. */
  readonly sustained?: (shift: Shift, since: number, context: DetectContext) => boolean;
  /** What comes on a schedule is known after some times; so far apart at least (ms). */
  readonly rhythmMs?: number;
  /** Consecutive points that must be right again. */
  readonly clearPoints?: number;
  readonly finding: (shift: Shift, since: number, context: DetectContext) => Finding | undefined;
}

interface Memory {
  readonly baseline: Baseline;
  lastAt: number;
  wrong: number;
  right: number;
  since: number;
  active: boolean;
  last: Finding | undefined;
  readonly rhythm: Rhythm | undefined;
}

/** Points after which a series that was there when watching began has shown what is usual for it. */
const shownPoints = 12;

/**
 * The series was there when watching began and has not yet shown what is usual: what it shows may have been so all along.
 * A series that begins later began with what it shows.
 */
export function isStillUnknown(
  { series, baseline }: Pick<Shift, "series" | "baseline">,
  { watchingSince, tickMs }: Pick<DetectContext, "watchingSince" | "tickMs">,
): boolean {
  return baseline.count < shownPoints && series.timeAt(0) - watchingSince < Math.max(60_000, 4 * tickMs);
}

/** A level that lasts this long is the new normal. */
const adoptAfterMs = 45 * 60_000;
/** On its way back the rate's window dilutes the value; what was said at the height of it says more. */
function tells({ value, baseline }: Shift, last: Finding): boolean {
  const usual = Number.isFinite(baseline.median) ? baseline.median : 0;
  return Math.abs(value - usual) >= 0.6 * Math.abs((last.value ?? usual) - usual);
}

/** A series that has not moved for this many ticks has stopped. */
const staleTicks = 4;
/** A series without points for this long no longer speaks; what it said last is neither confirmed nor withdrawn. */
const forgetAfterMs = 30 * 60_000;

/**
 * Compares each series of one name with its own past. Points while it is wrong are kept out of the baseline; a gap changes
 * nothing: missing data is neither an anomaly nor a recovery. State is one small ring a series.
 */
export function createLevelShift(spec: LevelShiftSpec): Detector {
  const memories = new Map<Series, Memory>();
  const holdPoints = Math.max(2, spec.holdPoints ?? 2);
  const holdMs = spec.holdMs ?? 0;
  const clearPoints = spec.clearPoints ?? 2;

  function judge(memory: Memory, shift: Shift, at: number, context: DetectContext): void {
    if (spec.wrong(shift, context)) {
      if (memory.wrong === 0 && !memory.active) memory.since = at;
      memory.wrong++;
      memory.right = 0;
      memory.active ||=
        memory.wrong >= holdPoints &&
        at - memory.since >= holdMs &&
        (spec.sustained?.(shift, memory.since, context) ?? true);
      if (memory.active && at - memory.since > adoptAfterMs) memory.baseline.admit(shift.value);
      return;
    }
    memory.wrong = 0;
    if (memory.active && spec.right && !spec.right(shift, context)) {
      memory.right = 0;
      return;
    }
    memory.right++;
    if (memory.right >= clearPoints) memory.active = false;
    if (!memory.active) memory.baseline.admit(shift.value);
  }

  return {
    name: spec.name,
    family: spec.family ?? "metric",
    nature: spec.nature,
    *detect(context): Iterable<Finding> {
      const minPoints = Math.max(6, Math.min(60, Math.floor(context.learnMs / context.tickMs / 2)));
      for (const series of context.observation.series.select(spec.series)) {
        let memory = memories.get(series);
        if (!memory) {
          memory = {
            baseline: createBaseline(),
            lastAt: 0,
            wrong: 0,
            right: 0,
            since: 0,
            active: false,
            last: undefined,
            rhythm: spec.rhythmMs === undefined ? undefined : createRhythm(spec.rhythmMs),
          };
          memories.set(series, memory);
        }
        const at = series.lastAt;
        if (at > memory.lastAt) {
          memory.lastAt = at;
          const learned = memory.baseline.count >= minPoints;
          const shift: Shift = { series, value: series.last, baseline: memory.baseline, learned };
          judge(memory, shift, at, context);
          // While it clears, the last wrong value stays: "5 ms, usually 5 ms" would tell nobody anything.
          const { baseline, active, wrong, since } = memory;
          const away = baseline.count > 0 ? Math.abs(series.last - baseline.median) : 0;
          const known = memory.rhythm?.take(at, active, { isOff: wrong > 0, since, away }) === true;
          if (!memory.active || known) memory.last = undefined;
          else if (memory.wrong > 0 && (!memory.last || tells(shift, memory.last))) {
            memory.last = spec.finding(shift, memory.since, context);
          }
        }
        // Without points there is nothing to report; whether that is a recovery is not decided here.
        if (memory.active && memory.last && context.now - memory.lastAt <= staleTicks * context.tickMs) {
          yield memory.wrong > 0 ? memory.last : { ...memory.last, fading: true };
        }
      }
      for (const [series, memory] of memories) if (context.now - memory.lastAt > forgetAfterMs) memories.delete(series);
    },
  };
}
