/** One figure of the benchmark table. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** How it is printed, when not as a number with its unit. */
  readonly said?: string;
  /** Of those that know their goal themselves. */
  readonly goal?: { readonly text: string; readonly reached: boolean };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** To three significant digits: more would claim a precision that no run has. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** Milliseconds of the wall clock that some work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
