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
  /** Share of the range below which two values count as the same. */
  readonly resolution: number;
  /** Most representatives kept. */
  readonly capacity: number;
  /**
   * Representatives in ascending order, three numbers each: value, row of the latest visit, number of visits. One array
   * instead of three, because ten thousand series keep four supports each. Row numbers are exact up to 16 million.
   */
  table: Float32Array;
  /** Representatives in the table. */
  size: number;
  /** Values learned so far. */
  rows: number;
}

const width = 3;
const visitedAt = 1;
const visits = 2;

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

/**
 * @param resolution share of the range, for instance 0.005. At most 1 / resolution + 1 values can be that far from each
 *   other, which bounds the list; it gets a quarter more room so that it is rarely full.
 */
export function createSupport(resolution: number): Support {
  const capacity = Math.ceil(1.28 / resolution);
  return { resolution, capacity, table: new Float32Array(16 * width), size: 0, rows: 0 };
}

/** The smallest remembered value; NaN before the first. */
export function lowestOf(support: Support): number {
  return support.size === 0 ? Number.NaN : valueAt(support, 0);
}

/** Largest minus smallest remembered value; 0 while there are fewer than two. */
export function rangeOf(support: Support): number {
  return support.size < 2 ? 0 : valueAt(support, support.size - 1) - valueAt(support, 0);
}

/**
 * Distance from `value` to the nearest remembered value, in the unit of the values, less a quarter of the mean spacing
 * of the representatives behind that neighbour: where values have always been far apart (a thin tail), some distance
 * is expected. 0 for the first value.
 */
export function distanceTo(support: Support, value: number): number {
  const { size } = support;
  if (size === 0) return 0;
  const at = lowerBound(support, value);
  const above = gapAbove(support, at, value);
  const below = gapBelow(support, at, value);
  const nearest = Math.min(above, below);
  if (nearest === 0 || size <= spacingNeighbours) return nearest;
  const from = above < below ? at : at - 1;
  const to = above < below ? Math.min(size - 1, from + spacingNeighbours) : Math.max(0, from - spacingNeighbours);
  if (from === to) return nearest;
  const spacing = (valueAt(support, to) - valueAt(support, from)) / (to - from);
  return Math.max(0, nearest - expectedSpacing * spacing);
}

/**
 * The same distance read off another ruler (any function that keeps the order of values), as a share of the range of all
 * remembered values and this one on that ruler, 0..1.
 */
export function shareOnRuler(support: Support, value: number, ruler: (value: number) => number): number {
  const { size } = support;
  if (size < 2) return 0;
  const at = lowerBound(support, value);
  const mark = ruler(value);
  const markAt = (i: number) => ruler(valueAt(support, i));
  const above = at < size ? markAt(at) - mark : Number.POSITIVE_INFINITY;
  const below = at > 0 ? mark - markAt(at - 1) : Number.POSITIVE_INFINITY;
  const from = above < below ? at : at - 1;
  const to = above < below ? Math.min(size - 1, from + spacingNeighbours) : Math.max(0, from - spacingNeighbours);
  const spacing = from === to || size <= spacingNeighbours ? 0 : (markAt(to) - markAt(from)) / (to - from);
  const range = Math.max(markAt(size - 1), mark) - Math.min(markAt(0), mark);
  return range > 0 ? Math.max(0, Math.min(above, below) - expectedSpacing * spacing) / range : 0;
}

/** Remembers one value: as a visit to the representative next to it, or as a new representative. */
export function learnValue(support: Support, exact: number): void {
  const value = Math.fround(exact);
  const row = ++support.rows;
  if (row % sweepRows === 0) keepOnly(support, (i) => isRemembered(support, i));
  if (support.size === support.capacity) thin(support);
  const at = lowerBound(support, value);
  const above = gapAbove(support, at, value);
  const below = gapBelow(support, at, value);
  const isNear = Math.min(above, below) <= support.resolution * rangeOf(support);
  if (isNear) visit(support, above < below ? at : at - 1, row);
  const widensRange = at === 0 ? above > 0 : at === support.size;
  if (widensRange || !isNear) insert(support, at, value, row);
}

/** Index of the first representative that is not below `value`. */
function lowerBound(support: Support, value: number): number {
  let at = 0;
  let end = support.size;
  while (at < end) {
    const middle = (at + end) >>> 1;
    if (valueAt(support, middle) < value) at = middle + 1;
    else end = middle;
  }
  return at;
}

/** Distance up to the representative at `at`; infinite beyond the end. */
function gapAbove(support: Support, at: number, value: number): number {
  return at < support.size ? valueAt(support, at) - value : Number.POSITIVE_INFINITY;
}

/** Distance down to the representative before `at`; infinite before the first. */
function gapBelow(support: Support, at: number, value: number): number {
  return at > 0 ? value - valueAt(support, at - 1) : Number.POSITIVE_INFINITY;
}

function visit({ table }: Support, i: number, row: number): void {
  const isAnother = row - (table[i * width + visitedAt] as number) > visitGapRows;
  const before = table[i * width + visits] as number;
  if (isAnother && before < mostVisits) table[i * width + visits] = before + 1;
  table[i * width + visitedAt] = row;
}

function isRemembered({ table, rows }: Support, i: number): boolean {
  return rows - (table[i * width + visitedAt] as number) <= rememberRows * (table[i * width + visits] as number);
}

/** Frees room: representatives that the grown range has brought within the resolution of a neighbour go, the ends stay. */
function thin(support: Support): void {
  const apart = support.resolution * rangeOf(support);
  const end = support.size - 1;
  const last = valueAt(support, end);
  let kept = 0;
  keepOnly(support, (i) => {
    const value = valueAt(support, i);
    const stays = i === 0 || i === end || (value - valueAt(support, kept) > apart && last - value > apart);
    if (!stays) inherit(support.table, kept, i);
    else if (i > 0) kept++;
    return stays;
  });
}

/** Whoever stands for its removed neighbour has been visited as lately and as often. */
function inherit(table: Float32Array, heir: number, removed: number): void {
  for (const column of [visitedAt, visits]) {
    const theirs = table[removed * width + column] as number;
    table[heir * width + column] = Math.max(table[heir * width + column] as number, theirs);
  }
}

function keepOnly(support: Support, stays: (i: number) => boolean): void {
  let kept = 0;
  for (let i = 0; i < support.size; i++) {
    if (!stays(i)) continue;
    if (kept < i) support.table.copyWithin(kept * width, i * width, (i + 1) * width);
    kept++;
  }
  support.size = kept;
}

function insert(support: Support, at: number, value: number, row: number): void {
  const used = support.size * width;
  if (used === support.table.length) {
    const larger = new Float32Array(Math.min(support.capacity * width, used * 2));
    larger.set(support.table);
    support.table = larger;
  }
  const { table } = support;
  table.copyWithin((at + 1) * width, at * width, used);
  table[at * width] = value;
  table[at * width + visitedAt] = row;
  table[at * width + visits] = 1;
  support.size++;
}

function valueAt({ table }: Support, i: number): number {
  return table[i * width] as number;
}
