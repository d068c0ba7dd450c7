/** How the lines of one kind come in the present run (ms). */
export interface Pace {
  readonly runAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly fatal: boolean;
  readonly severalPods: boolean;
}

/** Without another line for this long it is over, at the latest. */
export const quietMs = 90_000;
/** Nothing is over sooner. */
const soonestMs = 20_000;

/** How long the next line of a kind may be away before its trouble is over: four times the usual pause between them, within reason. */
export function patienceMs({ runAt, lastAt, count }: Pace): number {
  const pause = count > 1 ? (lastAt - runAt) / (count - 1) : quietMs;
  return Math.min(quietMs, Math.max(soonestMs, 4 * pause));
}

/** Not just a hiccup: several lines over some time, from several pods, or many at once. */
export function lasts({ count, runAt, lastAt, fatal, severalPods }: Pace): boolean {
  return (count >= 2 && lastAt - runAt >= 10_000) || count >= 5 || severalPods || (fatal && count >= 2);
}

/** Was the kind told, and over before a line at `at` (ms)? */
export const wasOver = (kind: Pace, at: number): boolean =>
  at - kind.lastAt > soonestMs && lasts(kind) && at - kind.lastAt > patienceMs(kind);
