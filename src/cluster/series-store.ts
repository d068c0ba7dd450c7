/** One derived series in a ring of typed arrays. Times are ms, ascending; values are finite. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly length: number;
  /** i counts from the oldest kept point. */
  timeAt(i: number): number;
  valueAt(i: number): number;
  readonly lastAt: number;
  readonly last: number;
}

/** `at` is when it was measured (unix ms); the unit of the value is that of its series. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface SeriesStoreOptions {
  /** Points kept for each series; 480 are 40 minutes at 5 s or two hours at 15 s. */
  readonly capacity?: number;
  /** Series beyond this are not created, and counted. A label explosion must not take the process with it. */
  readonly maxSeries?: number;
}

export interface SeriesStore {
  /** Appends; points that are not newer than the last one, or not finite, are dropped and counted. */
  push(name: string, labels: Readonly<Record<string, string>>, at: number, value: number): Series | undefined;
  get(name: string, labels: Readonly<Record<string, string>>): Series | undefined;
  /** All series of a name whose labels contain `match`. */
  select(name: string, match?: Readonly<Record<string, string>>): Series[];
  names(): string[];
  /** Points with from <= at <= to, oldest first. */
  window(series: Series, from: number, to: number): Point[];
  /** Forgets series without a point since `before`. */
  forgetSince(before: number): void;
  readonly size: number;
  readonly dropped: { readonly stale: number; readonly notFinite: number; readonly series: number };
}

/** Where there is no room for a new series, those that have been silent for so long give way; that is looked for this often (ms). */
const silentMs = 15 * 60_000;
const roomEveryMs = 60_000;

/** Most series are short-lived; a ring starts small and grows to its capacity. */
const firstSlots = 32;

class Ring implements Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly #capacity: number;
  #times: Float64Array;
  #values: Float64Array;
  #head = 0;
  #length = 0;

  constructor(name: string, labels: Readonly<Record<string, string>>, capacity: number) {
    this.name = name;
    this.labels = labels;
    this.#capacity = capacity;
    this.#times = new Float64Array(Math.min(firstSlots, capacity));
    this.#values = new Float64Array(Math.min(firstSlots, capacity));
  }

  get length(): number {
    return this.#length;
  }
  timeAt(i: number): number {
    return this.#times[(this.#head + i) % this.#times.length] ?? Number.NaN;
  }
  valueAt(i: number): number {
    return this.#values[(this.#head + i) % this.#values.length] ?? Number.NaN;
  }
  get lastAt(): number {
    return this.#length === 0 ? Number.NEGATIVE_INFINITY : this.timeAt(this.#length - 1);
  }
  get last(): number {
    return this.#length === 0 ? Number.NaN : this.valueAt(this.#length - 1);
  }
  /** Only ever called before the ring has wrapped, so that its points are in order from slot 0. */
  #grow(): void {
    const slots = Math.min(this.#capacity, this.#times.length * 2);
    const times = new Float64Array(slots);
    const values = new Float64Array(slots);
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
  append(at: number, value: number): void {
    if (this.#length === this.#times.length && this.#length < this.#capacity) this.#grow();
    const slots = this.#times.length;
    const slot = (this.#head + this.#length) % slots;
    this.#times[slot] = at;
    this.#values[slot] = value;
    if (this.#length < slots) this.#length++;
    else this.#head = (this.#head + 1) % slots;
  }
}

/** Names and values with the names sorted, each pair ended by a zero byte: equal label sets give equal text. */
export function labelKey(labels: Readonly<Record<string, string>>): string {
  const keys = Object.keys(labels).sort();
  let out = "";
  for (const key of keys) out += `${key}=${labels[key]}\u0000`;
  return out;
}

/**
 * By default 50,000 series of 480 points, which takes their memory only as they fill. When full, a new one gets the
 * room of series that have been silent for a quarter of an hour; with none of these it is dropped and counted.
 */
export function createSeriesStore(options: SeriesStoreOptions = {}): SeriesStore {
  const capacity = options.capacity ?? 480;
  const maxSeries = options.maxSeries ?? 50_000;
  const byName = new Map<string, Map<string, Ring>>();
  const dropped = { stale: 0, notFinite: 0, series: 0 };
  let size = 0;
  let roomMadeAt = Number.NEGATIVE_INFINITY;
  // Whoever derives series passes the same label object every time; sorting its keys again would cost most of a push.
  const keys = new WeakMap<Readonly<Record<string, string>>, string>();

  const matches = (series: Series, match: Readonly<Record<string, string>>) => {
    for (const key in match) if (series.labels[key] !== match[key]) return false;
    return true;
  };

  function forgetSince(before: number): void {
    for (const [name, family] of byName) {
      for (const [key, ring] of family) {
        if (ring.lastAt < before) {
          family.delete(key);
          size--;
        }
      }
      if (family.size === 0) byName.delete(name);
    }
  }

  /** What pods that are gone have left gives way to what is measured now. */
  function makeRoom(at: number): void {
    if (Math.abs(at - roomMadeAt) < roomEveryMs) return;
    roomMadeAt = at;
    forgetSince(at - silentMs);
  }

  return {
    push(name, labels, at, value) {
      if (!Number.isFinite(value) || !Number.isFinite(at)) {
        dropped.notFinite++;
        return undefined;
      }
      let family = byName.get(name);
      if (!family) {
        family = new Map();
        byName.set(name, family);
      }
      let key = keys.get(labels);
      if (key === undefined) {
        key = labelKey(labels);
        keys.set(labels, key);
      }
      let ring = family.get(key);
      if (!ring) {
        if (size >= maxSeries) makeRoom(at);
        if (size >= maxSeries) {
          dropped.series++;
          return undefined;
        }
        // Making room may have taken away the family that it is for.
        byName.set(name, family);
        ring = new Ring(name, labels, capacity);
        family.set(key, ring);
        size++;
      }
      if (at <= ring.lastAt) {
        dropped.stale++;
        return ring;
      }
      ring.append(at, value);
      return ring;
    },
    get: (name, labels) => byName.get(name)?.get(labelKey(labels)),
    select(name, match = {}) {
      const family = byName.get(name);
      return family ? [...family.values()].filter((series) => matches(series, match)) : [];
    },
    names: () => [...byName.keys()],
    window(series, from, to) {
      const points: Point[] = [];
      for (let i = 0; i < series.length; i++) {
        const at = series.timeAt(i);
        if (at > to) break;
        if (at >= from) points.push({ at, value: series.valueAt(i) });
      }
      return points;
    },
    forgetSince,
    get size() {
      return size;
    },
    dropped,
  };
}
