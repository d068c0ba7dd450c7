/**
 * The values a quantity has taken, kept as a bounded list of representatives: every remembered value lies within
 * `resolution` x range of one of them (a one-dimensional covering, cf. Charikar et al. 1997, "Incremental clustering and
 * dynamic information retrieval"). The distance of a new value to its nearest representative says how new it is,
 * whether it leaves the range or falls into a hole between two modes.
 *
 * A representative is forgotten when it has not been visited for `rememberRows` x the number of its separate visits,
 * so that a level met in one incident is news again later while daily values stay known.
 */
export interface Support {
  /** Ascending; the first `size` entries of the three arrays are in use. */
  values: Float32Array;
  /** Row of the latest visit. */
  visitedAt: Uint32Array;
  /** Separate visits, up to `mostVisits`. */
  visits: Uint8Array;
  size: number;
  rows: number;
}

/**
 * Half a percent of the range: finer structure than that cannot be seen on a chart of the whole history, and it bounds
 * the list, since at most 1 / 0.005 + 1 = 201 values can be that far from each other.
 */
export const resolution = 0.005;
const capacity = 256;
/** Two weeks of five-minute samples. */
const rememberRows = 4032;
const mostVisits = 10;
/** Rows away after which coming back is another visit: a stay with jitter is one. */
const visitGapRows = 50;
/** Old representatives are looked for once in this many rows, which makes their removal free on average. */
const sweepRows = 64;
/** Share of the local spacing that is expected between a value and its nearest neighbour, see `distanceTo`. */
const expectedSpacing = 0.25;
/** Neighbours over which the spacing is averaged. */
const spacingNeighbours = 3;

export function createSupport(): Support {
  return { ...arrays(16), size: 0, rows: 0 };
}

/** Largest minus smallest remembered value; 0 while there are fewer than two. */
export function rangeOf({ values, size }: Support): number {
  return size < 2 ? 0 : (values[size - 1] as number) - (values[0] as number);
}

/**
 * Distance from `value` to the nearest remembered value, in the unit of the values, less a quarter of the mean spacing
 * of the representatives behind that neighbour: where values have always been far apart (a thin tail), some distance
 * is expected. 0 for the first value.
 */
export function distanceTo({ values, size }: Support, value: number): number {
  if (size === 0) return 0;
  const at = lowerBound(values, size, value);
  const above = at < size ? (values[at] as number) - value : Number.POSITIVE_INFINITY;
  const below = at > 0 ? value - (values[at - 1] as number) : Number.POSITIVE_INFINITY;
  const nearest = Math.min(above, below);
  if (nearest === 0 || size <= spacingNeighbours) return nearest;
  const from = above < below ? at : at - 1;
  const to = above < below ? Math.min(size - 1, from + spacingNeighbours) : Math.max(0, from - spacingNeighbours);
  if (from === to) return nearest;
  const spacing = ((values[to] as number) - (values[from] as number)) / (to - from);
  return Math.max(0, nearest - expectedSpacing * spacing);
}

/** Remembers one value: as a visit to the representative next to it, or as a new representative. */
export function learnValue(support: Support, exact: number): void {
  const value = Math.fround(exact);
  const row = ++support.rows;
  if (row % sweepRows === 0) keepOnly(support, (i) => isRemembered(support, i));
  if (support.size === capacity) thin(support);
  const { values, size } = support;
  const at = lowerBound(values, size, value);
  const above = at < size ? (values[at] as number) - value : Number.POSITIVE_INFINITY;
  const below = at > 0 ? value - (values[at - 1] as number) : Number.POSITIVE_INFINITY;
  const isNear = Math.min(above, below) <= resolution * rangeOf(support);
  if (isNear) visit(support, above < below ? at : at - 1, row);
  const widensRange = at === 0 ? above > 0 : at === size;
  if (size === 0 || widensRange || !isNear) insert(support, at, value, row);
}

function visit({ visitedAt, visits }: Support, i: number, row: number): void {
  const isAnother = row - (visitedAt[i] as number) > visitGapRows;
  if (isAnother && (visits[i] as number) < mostVisits) visits[i] = (visits[i] as number) + 1;
  visitedAt[i] = row;
}

function isRemembered({ visitedAt, visits, rows }: Support, i: number): boolean {
  return rows - (visitedAt[i] as number) <= rememberRows * (visits[i] as number);
}

/** Frees room: representatives that the grown range has brought within the resolution of a neighbour go, the ends stay. */
function thin(support: Support): void {
  const { values, size } = support;
  const apart = resolution * rangeOf(support);
  const last = values[size - 1] as number;
  let kept = values[0] as number;
  keepOnly(support, (i) => {
    const value = values[i] as number;
    const stays = i === 0 || i === size - 1 || (value - kept > apart && last - value > apart);
    if (stays) kept = value;
    return stays;
  });
}

function keepOnly(support: Support, stays: (i: number) => boolean): void {
  const { values, visitedAt, visits, size } = support;
  let kept = 0;
  for (let i = 0; i < size; i++) {
    if (!stays(i)) continue;
    if (kept < i) {
      values[kept] = values[i] as number;
      visitedAt[kept] = visitedAt[i] as number;
      visits[kept] = visits[i] as number;
    }
    kept++;
  }
  support.size = kept;
}

function insert(support: Support, at: number, value: number, row: number): void {
  const { size } = support;
  if (size === support.values.length) grow(support);
  const { values, visitedAt, visits } = support;
  values.copyWithin(at + 1, at, size);
  visitedAt.copyWithin(at + 1, at, size);
  visits.copyWithin(at + 1, at, size);
  values[at] = value;
  visitedAt[at] = row;
  visits[at] = 1;
  support.size = size + 1;
}

function grow(support: Support): void {
  const larger = arrays(Math.min(capacity, support.size * 2));
  larger.values.set(support.values);
  larger.visitedAt.set(support.visitedAt);
  larger.visits.set(support.visits);
  Object.assign(support, larger);
}

function arrays(length: number) {
  return { values: new Float32Array(length), visitedAt: new Uint32Array(length), visits: new Uint8Array(length) };
}

function lowerBound(values: Float32Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
