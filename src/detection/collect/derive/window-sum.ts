/**
 * Sum over the last few ticks, in a ring with one slot a tick. `advance` opens the next slot. `fresh` is false when the
 * newest two slots received nothing: then there is no measurement, which is not the same as a measurement of zero.
 */
export interface WindowSum {
  add(value: number): void;
  advance(): void;
  readonly sum: number;
  readonly fresh: boolean;
  /** Slots that have received something. */
  readonly filled: number;
}

class Ring implements WindowSum {
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  #at = 0;

  constructor(slots: number) {
    this.#sums = new Float64Array(slots);
    this.#counts = new Uint32Array(slots);
  }

  add(value: number): void {
    this.#sums[this.#at] = (this.#sums[this.#at] ?? 0) + value;
    this.#counts[this.#at] = (this.#counts[this.#at] ?? 0) + 1;
  }
  advance(): void {
    this.#at = (this.#at + 1) % this.#sums.length;
    this.#sums[this.#at] = 0;
    this.#counts[this.#at] = 0;
  }
  get sum(): number {
    let total = 0;
    for (let i = 0; i < this.#sums.length; i++) total += this.#sums[i] ?? 0;
    return total;
  }
  get fresh(): boolean {
    const before = (this.#at + this.#counts.length - 1) % this.#counts.length;
    return (this.#counts[this.#at] ?? 0) + (this.#counts[before] ?? 0) > 0;
  }
  get filled(): number {
    let slots = 0;
    for (let i = 0; i < this.#counts.length; i++) if ((this.#counts[i] ?? 0) > 0) slots++;
    return slots;
  }
}

/** `slots`: how many ticks it looks back over, the open one included. */
export function createWindowSum(slots: number): WindowSum {
  return new Ring(slots);
}
