import { errorWindowMs } from "./health-features.ts";

/** What an application says of one quantity, oldest first; times in ms. A `Series` is one. */
export interface Track {
  readonly length: number;
  timeAt(i: number): number;
  valueAt(i: number): number;
}

const lastOf = (track: Track) => track.length - 1;

/**
 * Errors of the last five minutes from what an application says. Some count since their start, then the increase counts and
 * a value that was there when watching began is history. Others report a level; a fall while the process stayed the same
 * shows that, and then the level itself counts. `startedAt` (ms) is when the process began: what came before was its
 * predecessor's, and counts from 0 again.
 *
 * @param end the point to look back from
 * @param healedAt when it was last asked to heal itself (ms): what it counted before is what it was healed of, so that the
 *   increase since then stands for five minutes
 */
export function recentErrors(track: Track, startedAt: number, end = lastOf(track), healedAt?: number): number {
  const endAt = track.timeAt(end);
  const windowFrom = endAt - errorWindowMs;
  const since = healedAt !== undefined && healedAt < endAt ? Math.max(windowFrom, healedAt) : windowFrom;
  let increase = 0;
  for (let i = end; i >= 0; i--) {
    const at = track.timeAt(i);
    if (at < startedAt) {
      // The first point of this process: what it has counted so far is new, if it is young enough.
      if (i + 1 <= end && startedAt >= since) increase += track.valueAt(i + 1);
      break;
    }
    if (i === 0) break;
    const before = track.timeAt(i - 1);
    if (before < startedAt) continue;
    const step = track.valueAt(i) - track.valueAt(i - 1);
    if (step < 0) return track.valueAt(end);
    // A step that began before a heal has both in it.
    if (at > since && (since === windowFrom || before >= since)) increase += step;
  }
  return since === windowFrom ? increase : increase * (errorWindowMs / Math.max(leastStretchMs, endAt - since));
}

/** What a shorter stretch shows is not blown up further. */
const leastStretchMs = 60_000;
/** Windows before the present one without which nothing is usual yet. */
const leastWindows = 3;

/**
 * Errors of five minutes that are usual for this process: the median over the windows before the present one, as far back as
 * points are kept. 0 until there are three of them. A service that answers many requests always has some.
 */
export function usualErrors(track: Track, startedAt: number, last = lastOf(track)): number {
  const counts: number[] = [];
  let end: number | undefined;
  let border = track.timeAt(last) - errorWindowMs;
  for (let i = last; i >= 0; i--) {
    const at = track.timeAt(i);
    if (at < startedAt) break;
    if (at > border) continue;
    // A level that falls in between says nothing about a count; such a window counts as one without errors.
    if (end !== undefined) counts.push(Math.max(0, track.valueAt(end) - track.valueAt(i)));
    end = i;
    border = at - errorWindowMs;
  }
  return counts.length < leastWindows ? 0 : (counts.sort((a, b) => a - b)[counts.length >> 1] ?? 0);
}
