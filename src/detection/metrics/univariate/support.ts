/**
 * The set of values a quantity has taken, kept as a bounded list of representatives: every value seen lies within
 * `resolution` x range of one of them (a one-dimensional covering, cf. Charikar et al. 1997, "Incremental clustering").
 * How far a new value lies from its nearest representative says how new it is, whether it leaves the range or falls
 * in a hole between two modes.
 */
export interface Support {
  /** Ascending; the first `size` entries are in use. Grows up to `capacity`. */
  values: Float64Array;
  size: number;
}

/**
 * Half a percent of the range: finer structure than that cannot be seen on a chart of the whole history, and it bounds
 * the list, since at most 1 / 0.005 + 1 = 201 values can be that far from each other.
 */
export const resolution = 0.005;
const capacity = 256;

export function createSupport(): Support {
  return { values: new Float64Array(16), size: 0 };
}

/** Distance to the nearest value seen, as a share of the range seen so far. 0 for the first value, at most 1. */
export function noveltyOf(support: Support, value: number): number {
  const { values, size } = support;
  if (size === 0) return 0;
  const at = lowerBound(values, size, value);
  const above = at < size ? (values[at] as number) - value : Number.POSITIVE_INFINITY;
  const below = at > 0 ? value - (values[at - 1] as number) : Number.POSITIVE_INFINITY;
  const nearest = Math.min(above, below);
  if (nearest === 0) return 0;
  const range = (values[size - 1] as number) - (values[0] as number);
  return range > 0 ? Math.min(1, nearest / range) : 1;
}

/** Adds a value, unless one within the resolution is already there; the two ends of the range are always kept exactly. */
export function learnValue(support: Support, value: number): void {
  const { values, size } = support;
  const at = lowerBound(values, size, value);
  const isNewEnd = at === 0 || at === size;
  if (isNewEnd ? values[at] === value : noveltyOf(support, value) <= resolution) return;
  if (size === capacity) {
    thin(support);
    learnValue(support, value);
    return;
  }
  const grown = size === values.length ? new Float64Array(Math.min(capacity, size * 2)) : values;
  if (grown !== values) grown.set(values.subarray(0, size));
  grown.copyWithin(at + 1, at, size);
  grown[at] = value;
  support.values = grown;
  support.size = size + 1;
}

/** Frees room: values that the grown range has brought within the resolution of a neighbour go, the ends stay. */
function thin(support: Support): void {
  const { values, size } = support;
  const last = values[size - 1] as number;
  const apart = resolution * (last - (values[0] as number));
  let kept = 1;
  for (let i = 1; i < size - 1; i++) {
    const candidate = values[i] as number;
    if (candidate - (values[kept - 1] as number) > apart && last - candidate > apart) values[kept++] = candidate;
  }
  values[kept++] = last;
  support.size = kept;
}

function lowerBound(values: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
