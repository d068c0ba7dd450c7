/** The ordinary size of a quantity, against which a value is "so many times as much". */
export interface Proportions {
  /** Mean absolute value of the first rows; 0 while nothing but zeros has been seen. */
  ordinary: number;
}

/** Rows that decide what is ordinary; later it stays, or what was measured against it would move. */
const decidingRows = 100;

/** Nothing is known yet: until a value other than zero comes, one counts in its own unit. */
export function createProportions(): Proportions {
  return { ordinary: 0 };
}

/** Learns from the first rows what is ordinary: their mean size, or the first that is not zero after them. */
export function observeSize(proportions: Proportions, value: number, rows: number): void {
  if (rows <= decidingRows) proportions.ordinary += (Math.abs(value) - proportions.ordinary) / rows;
  else if (proportions.ordinary === 0) proportions.ordinary = Math.abs(value);
}

/** Logarithm of how many times the ordinary a value is, straight near zero (so that zero and negative values have a place). */
export function proportionOf({ ordinary }: Proportions, value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value) / (ordinary || 1));
}
