/**
 * Does nearly every message of a stream begin with a header? Then a line without one belongs to the message before it. One figure
 * for a stream: it rises with each header that follows another, falls where a line without one stands between them, and begins
 * anew where such a line comes by itself, because then somebody writes here without headers: a script, a second process.
 */
export interface StreamHabit {
  /** A line with a header. */
  headed(): void;
  /** A line without one, right behind the line before it or apart. */
  bare(apart: boolean): void;
  readonly isHeaded: boolean;
}

const MOST = 256;
const ENOUGH = 128;
/** So many headers make up for one tail. */
const COST = 16;

/** Trusts nothing at first: 128 headers in a row, or more with tails between them, make a habit. */
export function createStreamHabit(): StreamHabit {
  let trust = 0;
  let inTail = false;
  return {
    headed() {
      if (!inTail && trust < MOST) trust++;
      inTail = false;
    },
    bare(apart) {
      if (apart) trust = 0;
      else if (!inTail) trust = Math.max(0, trust - COST);
      inTail = true;
    },
    get isHeaded() {
      return trust >= ENOUGH;
    },
  };
}
