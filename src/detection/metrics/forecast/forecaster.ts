import type { Series, SeriesStore } from "../../../cluster/series-store.ts";
import type { SequenceModel } from "./gru-network.ts";
import {
  closeSlot,
  createSeriesBlock,
  forgetCourse,
  openSlot,
  recentValues,
  type SeriesBlock,
} from "./series-block.ts";
import { clipFar, featureCount, livelinessOf, takeValue } from "./series-features.ts";
import { type SeriesKind, seriesKinds } from "./series-kinds.ts";

/** A new value with its forecast. */
export interface ForecastPoint {
  readonly slot: number;
  readonly series: Series;
  readonly kind: SeriesKind;
  readonly at: number;
  readonly value: number;
  readonly forecast: number;
  /** value - forecast in mean absolute errors of this series. */
  readonly residual: number;
  /** Values of the series so far. */
  readonly seen: number;
}

/**
 * What to do with a value once it is known: `take` it, go on with its `forecast` in its place (it is too far off to learn
 * from), or begin `anew` from it because what was far off has become normal.
 */
export type Reading = "take" | "forecast" | "anew";

export interface ForecasterOptions {
  readonly model: SequenceModel;
  /** Series followed; more are counted and left out until others end. */
  readonly maxSeries?: number;
  /** Called for every new value that had a forecast. */
  readonly judge?: (point: ForecastPoint) => Reading;
  /** Is the series of this slot off its forecast just now? Then a gap does not make its value normal. */
  readonly isOff?: (slot: number) => boolean;
  /** Called when a series is no longer followed. */
  readonly forgotten?: (slot: number, series: Series) => void;
}

/** One-step forecasts for all series of the observation, all advanced together once a tick. */
export interface Forecaster {
  /** Takes the newest point of every series and forecasts the next. Call once a tick, with rising times. */
  advance(store: SeriesStore, now: number, tickMs: number): void;
  readonly block: SeriesBlock;
  /** Slot of a series that is followed. */
  slotOf(series: Series): number | undefined;
  followed(): Iterable<readonly [Series, number]>;
  readonly stats: { readonly series: number; readonly refused: number; readonly evicted: number };
}

/** A series without points for this long has ended. */
const idleMs = 30 * 60_000;
/** Points further apart than this many ticks (and longer than the kubelet takes between samples) have a gap in between. */
const gapTicks = 6;
const leastGapMs = 60_000;
/** Below this many units a forecast counts as exact; a still series would make every move infinitely surprising. */
const leastError = 0.1;
const errorPoints = 120;
/** An error counts for at most this many mean errors when the mean is learned. */
const farErrors = 4;

/** Follows 20,000 series by default; one without points for 30 minutes ends and gives its slot back. */
export function createForecaster(options: ForecasterOptions): Forecaster {
  const { model, judge, isOff, forgotten } = options;
  const maxSeries = options.maxSeries ?? 20_000;
  const block = createSeriesBlock(model.hidden);
  const slots = new Map<Series, number>();
  let rows = new Float32Array(0);
  let batch = new Int32Array(0);
  let moves = new Float32Array(0);
  let queued = 0;
  const stats = { refused: 0, evicted: 0 };

  function makeRoom(count: number): void {
    if (batch.length >= count) return;
    const size = Math.max(count, batch.length * 2, 64);
    const larger = new Float32Array(size * featureCount);
    larger.set(rows);
    rows = larger;
    const longer = new Int32Array(size);
    longer.set(batch);
    batch = longer;
    moves = new Float32Array(size);
  }

  function forget(series: Series, slot: number): void {
    forgotten?.(slot, series);
    slots.delete(series);
    closeSlot(block, slot);
  }

  function learnError(slot: number, error: number): void {
    const mean = block.error[slot] ?? 1;
    const weight = Math.max(1 / ((block.seen[slot] ?? 0) + 1), 1 / errorPoints);
    block.error[slot] = mean + weight * (Math.min(error, farErrors * Math.max(mean, leastError)) - mean);
  }

  function takePoint(series: Series, kind: SeriesKind, slot: number, gapMs: number): void {
    const at = series.lastAt;
    const value = series.last;
    const fresh = at - (block.lastAt[slot] ?? 0) > gapMs;
    if (fresh) {
      forgetCourse(block, slot);
      if (isOff?.(slot)) block.forecast[slot] = block.level[slot] as number;
    }
    block.lastAt[slot] = at;
    block.value[slot] = value;
    const forecast = block.forecast[slot] ?? Number.NaN;
    const error = (value - forecast) / (block.unit[slot] ?? 1);
    let reading: Reading = "take";
    if (Number.isFinite(error)) {
      const residual = error / Math.max(block.error[slot] ?? 1, leastError);
      block.residual[slot] = residual;
      block.expected[slot] = forecast;
      const seen = block.seen[slot] ?? 0;
      if (judge) reading = judge({ slot, series, kind, at, value, forecast, residual, seen });
      if (reading === "take") learnError(slot, Math.abs(error));
    }
    if (reading === "anew") {
      forgetCourse(block, slot);
      block.seen[slot] = 0;
      block.spread[slot] = 0;
    }
    makeRoom(queued + 1);
    const sample = { at, value: reading === "forecast" ? forecast : value, fresh: fresh || reading === "anew" };
    takeValue(block, slot, kind, sample, rows, queued * featureCount);
    batch[queued++] = slot;
  }

  function follow(series: Series): number | undefined {
    const known = slots.get(series);
    if (known !== undefined) return known;
    if (slots.size >= maxSeries) {
      stats.refused++;
      return undefined;
    }
    const slot = openSlot(block);
    slots.set(series, slot);
    return slot;
  }

  function evictIdle(now: number): void {
    for (const [series, slot] of slots) {
      if (now - (block.lastAt[slot] ?? 0) <= idleMs) continue;
      forget(series, slot);
      stats.evicted++;
    }
  }

  return {
    advance(store, now, tickMs) {
      const gapMs = Math.max(leastGapMs, gapTicks * tickMs);
      queued = 0;
      evictIdle(now);
      for (const kind of seriesKinds) {
        for (const series of store.select(kind.name)) {
          // A series that has ended is not taken up again when a gap in memory makes it look new.
          if (now - series.lastAt > idleMs) continue;
          const slot = follow(series);
          if (slot !== undefined && series.lastAt > (block.lastAt[slot] ?? 0)) takePoint(series, kind, slot, gapMs);
        }
      }
      model.step(rows, batch, queued, block.state, moves);
      for (let i = 0; i < queued; i++) {
        const slot = batch[i] as number;
        const last = block.recent[slot * recentValues] as number;
        const move = clipFar(moves[i] as number) * livelinessOf(block, slot);
        block.forecast[slot] = last + move * (block.unit[slot] as number);
      }
    },
    block,
    slotOf: (series) => slots.get(series),
    followed: () => slots,
    get stats() {
      return { series: slots.size, ...stats };
    },
  };
}
