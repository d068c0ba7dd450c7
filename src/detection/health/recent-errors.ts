import type { Series } from "../../cluster/series-store.ts";
import { errorWindowMs } from "./health-features.ts";

/**
 * Errors of the last five minutes from what an application says. Some count since their start, then the increase counts and
 * a value that was there when watching began is history. Others report a level; a fall while the process stayed the same
 * shows that, and then the level itself counts. `startedAt` (ms) is when the process began: what came before was its
 * predecessor's, and counts from 0 again.
 */
export function recentErrors(series: Series, startedAt: number): number {
  const since = series.lastAt - errorWindowMs;
  let increase = 0;
  for (let i = series.length - 1; i >= 0; i--) {
    const at = series.timeAt(i);
    if (at < startedAt) {
      // The first point of this process: what it has counted so far is new, if it is young enough.
      if (i + 1 < series.length && startedAt >= since) increase += series.valueAt(i + 1);
      break;
    }
    if (i === 0) break;
    const before = series.timeAt(i - 1);
    if (before < startedAt) continue;
    const step = series.valueAt(i) - series.valueAt(i - 1);
    if (step < 0) return series.last;
    if (at > since) increase += step;
  }
  return increase;
}

/** Windows before the present one without which nothing is usual yet. */
const leastWindows = 3;

/**
 * Errors of five minutes that are usual for this process: the median over the windows before the present one, as far back as
 * points are kept. 0 until there are three of them. A service that answers many requests always has some.
 */
export function usualErrors(series: Series, startedAt: number): number {
  const counts: number[] = [];
  let end: number | undefined;
  let border = series.lastAt - errorWindowMs;
  for (let i = series.length - 1; i >= 0; i--) {
    const at = series.timeAt(i);
    if (at < startedAt) break;
    if (at > border) continue;
    // A level that falls in between says nothing about a count; such a window counts as one without errors.
    if (end !== undefined) counts.push(Math.max(0, series.valueAt(end) - series.valueAt(i)));
    end = i;
    border = at - errorWindowMs;
  }
  return counts.length < leastWindows ? 0 : (counts.sort((a, b) => a - b)[counts.length >> 1] ?? 0);
}
