/**
 * A stretch of the recording that the world has played or is playing. Recorded time r of a segment happens in the
 * world at `at + (r - from)`; the segment is left where the next one begins.
 */
export interface Segment {
  readonly index: number;
  /** `play` moves on through the recording, `repeat` plays a stretch again that was played before. */
  readonly kind: "play" | "repeat";
  readonly from: number;
  readonly to: number;
  /** World time at which it begins. */
  readonly at: number;
}

/** How the recording was cut and spliced into the time of the world. All times are Unix ms. */
export interface Tape {
  readonly segments: readonly Segment[];
  readonly last: Segment;
  /** Leaves the last segment at world time `at` and goes on with recorded time from..to. */
  splice(kind: Segment["kind"], from: number, to: number, at: number): Segment;
  /** The segment that plays at a world time. */
  segmentAt(at: number): Segment;
  /** World time of something that a segment contains, be it an item or a time written in one: both lie before `to`. */
  worldTime(recorded: number, segment: Segment): number;
}

/** Laps of a repeat are segments too; older ones than this are forgotten, for a hold may last for weeks. */
const maxSegments = 1_000;

/** World time minus recorded time (ms) while the segment plays. */
export function shiftOf(segment: Segment): number {
  return segment.at - segment.from;
}

/** Begins to play `from`..`to` at world time `at`. */
export function createTape(from: number, to: number, at = from): Tape {
  let segments: Segment[] = [{ index: 0, kind: "play", from, to, at }];
  const first = (): Segment => segments[0] as Segment;
  const last = (): Segment => segments.at(-1) ?? first();

  return {
    get segments() {
      return segments;
    },
    get last() {
      return last();
    },
    splice(kind, from, to, at) {
      const segment: Segment = { index: last().index + 1, kind, from, to, at };
      segments.push(segment);
      if (segments.length > maxSegments) {
        const recent = segments.slice(-maxSegments / 2);
        segments = segments.filter((s) => s.kind === "play" || recent.includes(s));
      }
      return segment;
    },
    segmentAt: (at) => segments.findLast((segment) => segment.at <= at) ?? first(),
    worldTime(recorded, segment) {
      if (recorded >= segment.from) return recorded + shiftOf(segment);
      // A time from before the splice was written when another segment played; what was skipped happened at the splice.
      for (let i = segments.length - 1; i >= 0; i--) {
        const played = segments[i];
        if (played === undefined || played.index >= segment.index || played.kind !== "play" || recorded < played.from)
          continue;
        const endOfPlay = segments.find((s) => s.index > played.index)?.at ?? segment.at;
        return Math.min(recorded + shiftOf(played), endOfPlay);
      }
      return recorded + shiftOf(first());
    },
  };
}
