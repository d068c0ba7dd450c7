/** Values of the past that are kept for differences. */
export const recentValues = 4;

/**
 * What is remembered of every series, as columns: slot i of each array belongs to one series. Ten thousand series cost
 * ten thousand numbers a column instead of ten thousand objects, and the forecaster walks them in order.
 */
export interface SeriesBlock {
  /** Slots in use or freed; columns are longer. */
  size: number;
  /** Slowly moving level and mean absolute deviation from it, in the unit of the series. */
  level: Float64Array;
  spread: Float64Array;
  /** Values taken since the series appeared. */
  seen: Uint32Array;
  /** Time of the newest point (ms). */
  lastAt: Float64Array;
  /** The last values taken in, newest first, `recentValues` a slot. */
  recent: Float64Array;
  /** Forecast of the next value; NaN when there is none. */
  forecast: Float64Array;
  /** Unit in which the forecast's error is measured. */
  unit: Float64Array;
  /** Mean absolute error of the forecasts of this series, in units. */
  error: Float64Array;
  /** Newest value, what it had been forecast as, and its distance from the forecast in mean errors; NaN when there was no forecast. */
  value: Float64Array;
  expected: Float64Array;
  residual: Float64Array;
  /** Hidden state of the forecaster, `hidden` numbers a slot. */
  state: Float32Array;
  readonly hidden: number;
  readonly free: number[];
}

/**
 * Empty, with room for `slots`; it doubles when they are in use, and never shrinks. `hidden` is 0 for a model without a
 * state.
 */
export function createSeriesBlock(hidden: number, slots = 64): SeriesBlock {
  const column = () => new Float64Array(slots);
  return {
    size: 0,
    level: column(),
    spread: column(),
    seen: new Uint32Array(slots),
    lastAt: column(),
    recent: new Float64Array(slots * recentValues),
    forecast: column(),
    unit: column(),
    error: column(),
    value: column(),
    expected: column(),
    residual: column(),
    state: new Float32Array(slots * hidden),
    hidden,
    free: [],
  };
}

function grow(block: SeriesBlock): void {
  const larger = createSeriesBlock(block.hidden, block.level.length * 2);
  for (const name of [
    "level",
    "spread",
    "lastAt",
    "recent",
    "forecast",
    "unit",
    "error",
    "value",
    "expected",
    "residual",
  ] as const) {
    larger[name].set(block[name]);
    block[name] = larger[name];
  }
  larger.seen.set(block.seen);
  block.seen = larger.seen;
  larger.state.set(block.state);
  block.state = larger.state;
}

/** A slot in which nothing is known. */
export function openSlot(block: SeriesBlock): number {
  const slot = block.free.pop() ?? block.size++;
  if (slot >= block.level.length) grow(block);
  block.level[slot] = 0;
  block.spread[slot] = 0;
  block.seen[slot] = 0;
  block.lastAt[slot] = Number.NEGATIVE_INFINITY;
  block.recent.fill(0, slot * recentValues, (slot + 1) * recentValues);
  block.unit[slot] = 1;
  block.error[slot] = 1;
  block.value[slot] = Number.NaN;
  block.expected[slot] = Number.NaN;
  forgetCourse(block, slot);
  return slot;
}

/** After a gap the course of the series is unknown; what is normal for it is not. */
export function forgetCourse(block: SeriesBlock, slot: number): void {
  block.forecast[slot] = Number.NaN;
  block.residual[slot] = Number.NaN;
  block.state.fill(0, slot * block.hidden, (slot + 1) * block.hidden);
}

/** Gives a slot back, once: closed twice, two series would share it. */
export function closeSlot(block: SeriesBlock, slot: number): void {
  block.free.push(slot);
}
