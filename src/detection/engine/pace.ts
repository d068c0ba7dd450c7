/** How much time passes from tick to tick, as measured: windows, holds and grace times are counted in ticks. */
export interface Pace {
  ticked(now: number): void;
  /** Median of the last intervals (ms); what was announced until there are some. */
  readonly tickMs: number;
}

const kept = 5;

/**
 * By the last five intervals, so that one late tick changes nothing. A time that does not rise counts as no interval.
 */
export function createPace(announcedMs: number): Pace {
  const intervals: number[] = [];
  let last = Number.NaN;
  let tickMs = announcedMs;
  return {
    ticked(now) {
      if (now > last) {
        intervals.push(now - last);
        if (intervals.length > kept) intervals.shift();
        tickMs = [...intervals].sort((a, b) => a - b)[intervals.length >> 1] ?? announcedMs;
      }
      last = now;
    },
    get tickMs() {
      return tickMs;
    },
  };
}
