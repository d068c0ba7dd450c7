import type { LogLine } from "../../../cluster/signal.ts";
import type { LogPlacer } from "../logs/log-place.ts";
import type { PushedStream } from "./pushed-streams.ts";

/** Clocks of nodes differ; more than this (ms) is no difference but a fault. */
const maxAheadMs = 2 * 60_000;

/** The lines of a push that have a time near enough and a place; how many were of a wrong time is told. */
export function linesOfPush(
  streams: readonly PushedStream[],
  { placer, now, maxAgeMs }: { readonly placer: LogPlacer; readonly now: number; readonly maxAgeMs: number },
): { readonly lines: LogLine[]; readonly wrongTime: number } {
  const lines: LogLine[] = [];
  let wrongTime = 0;
  for (const { labels, entries } of streams) {
    for (const { at, line, metadata } of entries) {
      // Written so that a time that is no number is wrong, too.
      if (!(at >= now - maxAgeMs && at <= now + maxAheadMs)) {
        wrongTime++;
        continue;
      }
      const placed = placer.place(metadata ? { ...metadata, ...labels } : labels, at, line);
      if (placed) lines.push(placed);
    }
  }
  return { lines, wrongTime };
}
