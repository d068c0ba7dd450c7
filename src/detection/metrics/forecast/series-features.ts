import { recentValues, type SeriesBlock } from "./series-block.ts";
import { type SeriesKind, seriesGroups } from "./series-kinds.ts";

/** What the forecaster is told of a series at every step, in this order. A model file names the list it was trained on. */
export const featureNames = [
  "level-distance",
  "last-step",
  "window-step",
  "day-sine",
  "day-cosine",
  "is-resource",
  "is-traffic",
  "is-trouble",
] as const;
export const featureCount = featureNames.length;

/** Beyond this many units a value is far away, and how far makes no difference; it also keeps wild values harmless. */
const farUnits = 6;
/** Points over which level and spread are taken: ten minutes at 5 s, half an hour at 15 s. */
const memoryPoints = 120;
/** Below this share of its level, a move of a series is nothing. */
const levelShare = 0.02;
const dayMs = 86_400_000;
/** Larger values would overflow when squared; nothing in a cluster is that large. */
const largest = 1e30;

/** In units of the series; NaN stays NaN. */
export const clipFar = (units: number) => Math.max(-farUnits, Math.min(farUnits, units));

/**
 * Takes one value of a series into its slot: moves level and spread (a far value moves them as far as `farUnits` would,
 * so that an outlier costs little), and writes the forecaster's inputs to `row` at `offset`. After a gap pass `fresh`:
 * there are no differences then.
 */
export function takeValue(
  block: SeriesBlock,
  slot: number,
  kind: SeriesKind,
  sample: { readonly at: number; readonly value: number; readonly fresh: boolean },
  row: Float32Array,
  offset: number,
): void {
  const value = Math.max(-largest, Math.min(largest, sample.value));
  const seen = (block.seen[slot] ?? 0) + 1;
  block.seen[slot] = seen;
  if (seen === 1) block.level[slot] = value;
  const level = block.level[slot] ?? 0;
  const distance = value - level;
  const before = block.unit[slot] ?? 1;
  const limit = seen > 10 ? farUnits * before : Number.POSITIVE_INFINITY;
  const step = Math.max(-limit, Math.min(limit, distance));
  const weight = Math.max(1 / seen, 1 / memoryPoints);
  const newLevel = level + weight * step;
  const spread = (block.spread[slot] ?? 0) + weight * (Math.abs(step) - (block.spread[slot] ?? 0));
  block.level[slot] = newLevel;
  block.spread[slot] = spread;
  const unit = Math.max(spread, kind.floor, levelShare * Math.abs(newLevel));
  block.unit[slot] = unit;

  const recent = slot * recentValues;
  if (sample.fresh || seen === 1) block.recent.fill(value, recent, recent + recentValues);
  row[offset] = clipFar((value - newLevel) / unit);
  row[offset + 1] = clipFar((value - (block.recent[recent] ?? value)) / unit);
  row[offset + 2] = clipFar((value - (block.recent[recent + recentValues - 1] ?? value)) / unit);
  writePhase(sample.at, row, offset);
  for (let i = 0; i < seriesGroups.length; i++) row[offset + 5 + i] = seriesGroups[i] === kind.group ? 1 : 0;
  block.recent.copyWithin(recent + 1, recent, recent + recentValues - 1);
  block.recent[recent] = value;
}

/** Time of day as a point on a circle, so that midnight lies next to midnight. */
export function writePhase(at: number, row: Float32Array, offset: number): void {
  const angle = (2 * Math.PI * (((at % dayMs) + dayMs) % dayMs)) / dayMs;
  row[offset + 3] = Math.sin(angle);
  row[offset + 4] = Math.cos(angle);
}

/**
 * How much of an expected move (in units) to believe. A series that has hardly moved so far is expected to stay: the
 * forecaster's small errors would be the largest thing that ever happened to it.
 */
export function livelinessOf(block: SeriesBlock, slot: number): number {
  return Math.min(1, (block.spread[slot] ?? 0) / (block.unit[slot] ?? 1));
}
