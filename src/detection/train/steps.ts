import { createSeriesBlock, openSlot, recentValues } from "../metrics/forecast/series-block.ts";
import { clipFar, featureCount, livelinessOf, takeValue } from "../metrics/forecast/series-features.ts";
import type { Past, PastSeries, Span } from "./gather.ts";

/** Inputs and targets of one series without gaps inside: row i was known at `times[i]`, its target is the next move. */
export interface Run {
  readonly times: Float64Array;
  /** `featureCount` numbers a row. */
  readonly rows: Float32Array;
  /** Next value minus this one, in units. */
  readonly moves: Float32Array;
  /** Next value minus the level, in units: what a forecast of the level would be wrong by. */
  readonly fromLevel: Float32Array;
  /** How much of an expected move to believe, 0..1. */
  readonly liveliness: Float32Array;
  /** The next value and its unit, for forecasts that are not made from rows. */
  readonly next: Float64Array;
  readonly nextTimes: Float64Array;
  readonly units: Float64Array;
}

const gapTicks = 6;
const leastGapMs = 60_000;

const inside = (spans: readonly Span[], at: number) => spans.some(({ from, to }) => at >= from && at <= to);

/** The points of a series outside troubled stretches, cut where a gap is; level and spread go on across the cuts. */
function pieces({ times, values }: PastSeries, { troubled, tickMs }: Past): number[][] {
  const gapMs = Math.max(leastGapMs, gapTicks * tickMs);
  const cut: number[][] = [];
  let piece: number[] = [];
  for (let i = 0; i < times.length; i++) {
    const at = times[i] as number;
    if (inside(troubled, at) || !Number.isFinite(values[i])) continue;
    const previous = piece.at(-1);
    if (previous !== undefined && (at - (times[previous] as number) > gapMs || previous !== i - 1)) {
      cut.push(piece);
      piece = [];
    }
    piece.push(i);
  }
  cut.push(piece);
  return cut.filter(({ length }) => length > 1);
}

/** Walks one series as the forecaster does, value by value, and writes down what it saw at each step and what came next. */
export function runsOf(series: PastSeries, past: Past): Run[] {
  const block = createSeriesBlock(0, 1);
  const slot = openSlot(block);
  const { kind, times, values } = series;
  return pieces(series, past).map((piece) => {
    const steps = piece.length - 1;
    const run: Run = {
      times: new Float64Array(steps),
      rows: new Float32Array(steps * featureCount),
      moves: new Float32Array(steps),
      fromLevel: new Float32Array(steps),
      liveliness: new Float32Array(steps),
      next: new Float64Array(steps),
      nextTimes: new Float64Array(steps),
      units: new Float64Array(steps),
    };
    for (let s = 0; s < steps; s++) {
      const i = piece[s] as number;
      const at = times[i] as number;
      takeValue(block, slot, kind, { at, value: values[i] as number, fresh: s === 0 }, run.rows, s * featureCount);
      const unit = block.unit[slot] as number;
      const next = values[i + 1] as number;
      run.times[s] = at;
      run.liveliness[s] = livelinessOf(block, slot);
      run.next[s] = next;
      run.nextTimes[s] = times[i + 1] as number;
      run.units[s] = unit;
      run.moves[s] = clipFar((next - (block.recent[slot * recentValues] as number)) / unit);
      run.fromLevel[s] = clipFar((next - (block.level[slot] as number)) / unit);
    }
    return run;
  });
}
