/** Counts are kept in slots of five seconds over five minutes. */
const slotMs = 5_000;
const slots = 60;

/** How many in the last minutes, in constant memory. */
export interface SlotCounter {
  add(at: number, count?: number): void;
  /** Since `from` (ms), to the slot. */
  since(from: number): number;
}

class RingCounter implements SlotCounter {
  readonly #counts = new Float64Array(slots);
  readonly #marks = new Float64Array(slots);

  add(at: number, count = 1): void {
    const mark = Math.floor(at / slotMs);
    const i = mark % slots;
    if (this.#marks[i] !== mark) {
      // A late line must not wipe a newer slot.
      if ((this.#marks[i] ?? 0) > mark) return;
      this.#marks[i] = mark;
      this.#counts[i] = 0;
    }
    this.#counts[i] = (this.#counts[i] ?? 0) + count;
  }
  since(from: number): number {
    const first = Math.floor(from / slotMs);
    let total = 0;
    for (let i = 0; i < slots; i++) if ((this.#marks[i] ?? 0) >= first) total += this.#counts[i] ?? 0;
    return total;
  }
}

/** Times are ms. What comes five minutes late may be left out, and `since` never reaches further back than that. */
export function createSlotCounter(): SlotCounter {
  return new RingCounter();
}
