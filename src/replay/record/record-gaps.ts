import type { Signal } from "../../cluster/signal.ts";
import type { Redact } from "../../incident/redacted.ts";
import { isoTime } from "../../lib/clock.ts";
import type { RecordedGap } from "../recording/recording.ts";

/** Sight of a source was lost or won back. */
export interface SightChange {
  readonly source: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly at: number;
}

interface Gap {
  readonly source: string;
  readonly detail: string;
  readonly from: number;
  to?: number;
}

/** A source that comes and goes more often than this is told as away from then on. */
const maxGaps = 1_000;

/** Keeps when which source could not be read: in what is recorded then, silence means nothing. */
export function createRecordGaps(redact: Redact | undefined, onSight?: (change: SightChange) => void) {
  const gaps: Gap[] = [];
  const open = new Map<string, Gap>();
  return {
    take({ source, ok, detail, at }: Extract<Signal, { type: "source" }>): void {
      const going = open.get(source);
      if (ok === (going === undefined)) return;
      const text = redact ? redact(detail) : detail;
      onSight?.({ source, ok, detail: text, at });
      if (going) {
        going.to = at;
        open.delete(source);
        return;
      }
      if (gaps.length >= maxGaps) return;
      const gap: Gap = { source, detail: text, from: at };
      gaps.push(gap);
      open.set(source, gap);
    },
    /** Those that reach into the recording; without `to` they last to its end. */
    since: (start: number): readonly RecordedGap[] =>
      gaps
        .filter(({ to }) => to === undefined || to > start)
        .map(({ source, detail, from, to }) => ({
          source,
          detail,
          from: isoTime(Math.max(start, from)),
          ...(to === undefined ? {} : { to: isoTime(to) }),
        })),
    /** In words, each trouble once. */
    texts: (): readonly string[] => [...new Set(gaps.map(({ source, detail }) => `${source}: ${detail}`))],
  };
}
