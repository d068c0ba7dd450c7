/** How much of what was written could be read, by the minute over the last hours. */
export interface ReadShare {
  read(at: number): void;
  missed(at: number, lines: number): void;
  /** Since `from`, to the minute; 1 when nothing was written. */
  share(from: number): number;
}

interface Minute {
  read: number;
  missed: number;
}

const minuteMs = 60_000;
const keptMinutes = 6 * 60;

/** Kept for 360 minutes in which something was written, each as two counters. */
export function createReadShare(): ReadShare {
  const minutes = new Map<number, Minute>();
  let latest = Number.NaN;
  let current: Minute = { read: 0, missed: 0 };

  function minuteOf(at: number): Minute {
    const mark = Math.floor(at / minuteMs);
    if (mark === latest) return current;
    let minute = minutes.get(mark);
    if (!minute) {
      minute = { read: 0, missed: 0 };
      minutes.set(mark, minute);
      // Late lines may add an old minute; the oldest to have been added gives way.
      if (minutes.size > keptMinutes) {
        const oldest = minutes.keys().next().value;
        if (oldest !== undefined) minutes.delete(oldest);
      }
    }
    latest = mark;
    current = minute;
    return minute;
  }

  return {
    read(at) {
      minuteOf(at).read++;
    },
    missed(at, lines) {
      minuteOf(at).missed += lines;
    },
    share(from) {
      const first = Math.floor(from / minuteMs);
      let read = 0;
      let missed = 0;
      for (const [mark, minute] of minutes) {
        if (mark < first) continue;
        read += minute.read;
        missed += minute.missed;
      }
      return read + missed === 0 ? 1 : read / (read + missed);
    },
  };
}
