import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { Series } from "../../cluster/series-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { rateWindowSeconds, rateWindowTicks } from "../rate-window.ts";
import { type Baseline, createBaseline } from "./baseline.ts";
import { isStillUnknown } from "./level-shift.ts";
import { isOverwhelming } from "./overwhelming.ts";
import { createRhythm, leastGapMs, type Rhythm } from "./shift-rhythm.ts";
import { isSustained } from "./sustained.ts";
import { percent } from "./who.ts";

/** What is known of one series of failures. */
export interface FailingMemory {
  readonly baseline: Baseline;
  lastAt: number;
  wrong: number;
  right: number;
  since: number;
  lastWrongAt: number;
  /** When failures that came in one scrape only were last seen (ms). */
  burstAt: number;
  /** Share of failures since it began (over the long window at most) when it was last wrong. */
  worst: number;
  /** Requests since then without failures beyond the usual. */
  clean: number;
  active: boolean;
  last: Finding | undefined;
  readonly rhythm: Rhythm;
  /** Who is held responsible; decided once, when it begins, so that the anomaly stays one. */
  blamed: ObjectRef | undefined;
}

/** Whose counters are judged: those of who answers, or of who asks. */
export interface FailingSide {
  readonly name: string;
  readonly reason: string;
  readonly errors: DerivedSeriesName;
  readonly requests: DerivedSeriesName;
  readonly ratio: DerivedSeriesName;
}

/** Failures in a long window, for services so slow that a short one holds too few requests to judge. */
const longWindowMs = 2 * 60_000;
/** After this long without failures beyond the usual, few requests are proof enough. */
const maxDoubtMs = 3 * 60_000;

/**
 * Watching often begins together with what is watched: a new cluster, a node that was restarted. What failed while the ones
 * waited for the others leaves the rate within this time; a share that nobody could overlook is told at once.
 */
const startMs = 60_000;
const startWindows = 2;
const mildShare = 0.2;

/** Successes in a row that would be chance in one of a hundred cases if the share of failures were still the same. */
function cleanRequests(share: number): number {
  return Math.log(0.01) / Math.log(1 - Math.min(0.95, Math.max(0.02, share)));
}

interface Counts {
  readonly failed: number;
  readonly total: number;
}

/** Counts behind two rate series: over the rate's own window, or over the last `longWindowMs`. */
function countsOf(
  errors: Series,
  requests: Series,
  context: DetectContext,
): { readonly short: Counts; readonly long: Counts; since(at: number): Counts } {
  const windowSeconds = rateWindowSeconds(context);
  const tickSeconds = context.tickMs / 1_000;
  const sum = (series: Series, from: number) => {
    let total = 0;
    for (let i = series.length - 1; i >= 0 && series.timeAt(i) >= from; i--) total += series.valueAt(i) * tickSeconds;
    return total;
  };
  const since = (at: number): Counts => {
    const from = Math.max(at, context.now - longWindowMs);
    return { failed: sum(errors, from), total: sum(requests, from) };
  };
  return {
    short: { failed: errors.last * windowSeconds, total: requests.last * windowSeconds },
    long: since(0),
    since,
  };
}

/** Requests that come in batches fail in batches: the second of them is no chance, unless it is the first one still. */
const apartMs = 3 * 60_000;
const againMs = 30 * 60_000;

function isAgain({ since, burstAt }: FailingMemory): boolean {
  return since - burstAt > apartMs && since - burstAt <= againMs;
}

/** A detector of requests that fail beyond the usual; `findingOf` says what there is to say of it, and of whom. */
export function createFailingRequests(
  side: FailingSide,
  findingOf: (series: Series, share: number, memory: FailingMemory, context: DetectContext) => Finding | undefined,
): Detector {
  const memories = new Map<Series, FailingMemory>();

  /** What it showed before is not known, so a few failures may be what its start has left. */
  function mayBeStart(memory: FailingMemory, errors: Series, share: number, context: DetectContext): boolean {
    const allowedMs = Math.max(startMs, startWindows * rateWindowTicks * context.tickMs);
    return (
      share < mildShare &&
      errors.lastAt - memory.since < allowedMs &&
      isStillUnknown({ series: errors, baseline: memory.baseline }, context)
    );
  }

  function judge(
    memory: FailingMemory,
    counts: ReturnType<typeof countsOf>,
    { errors, requests }: { readonly errors: Series; readonly requests: Series },
    context: DetectContext,
  ): void {
    const at = errors.lastAt;
    const { short, long } = counts;
    const share = short.total > 0 ? short.failed / short.total : 0;
    const usual = memory.baseline.count >= 12 ? memory.baseline.high : 0;
    const line = Math.max(0.05, 2 * usual + 0.02);
    const now = short.failed >= 2.5 && share >= line;
    const slowly =
      long.failed >= 5 && long.total > 0 && long.failed / long.total >= Math.max(0.1, line) && short.failed > 0;
    if (now || slowly) {
      if (memory.wrong === 0 && !memory.active) memory.since = at;
      memory.wrong++;
      memory.right = 0;
      memory.clean = 0;
      memory.lastWrongAt = at;
      // Only the time since it began: the healthy minutes before would make it look milder than it is.
      const meanwhile = counts.since(memory.since);
      memory.worst = Math.max(line, meanwhile.total > 0 ? meanwhile.failed / meanwhile.total : share);
      memory.active ||=
        memory.wrong >= 2 &&
        !mayBeStart(memory, errors, memory.worst, context) &&
        (isSustained(errors, memory.since, context, (_at, rate) => rate) ||
          isAgain(memory) ||
          isOverwhelming(short, requests, memory.since));
      return;
    }
    if (memory.wrong > 0 && !memory.active) memory.burstAt = at;
    memory.wrong = 0;
    if (memory.active) {
      memory.clean = share > line / 2 ? 0 : memory.clean + short.total / rateWindowTicks;
      memory.right++;
      if (memory.clean < cleanRequests(memory.worst) && at - memory.lastWrongAt < maxDoubtMs) return;
      if (memory.right < 2) return;
      memory.active = false;
      memory.worst = 0;
    }
    if (short.total > 0) memory.baseline.admit(share);
  }

  return {
    name: side.name,
    family: "metric",
    nature: "symptom",
    *detect(context): Iterable<Finding> {
      for (const errors of context.observation.series.select(side.errors)) {
        let memory = memories.get(errors);
        if (!memory) {
          memory = {
            baseline: createBaseline(),
            lastAt: 0,
            wrong: 0,
            right: 0,
            since: 0,
            lastWrongAt: 0,
            burstAt: Number.NEGATIVE_INFINITY,
            worst: 0,
            clean: 0,
            active: false,
            last: undefined,
            rhythm: createRhythm(leastGapMs.felt),
            blamed: undefined,
          };
          memories.set(errors, memory);
        }
        if (errors.lastAt > memory.lastAt) {
          memory.lastAt = errors.lastAt;
          const requests = context.observation.series.get(side.requests, errors.labels);
          if (requests && requests.lastAt === errors.lastAt) {
            const counts = countsOf(errors, requests, context);
            judge(memory, counts, { errors, requests }, context);
            const { failed, total } = counts.short.failed > 0 ? counts.short : counts.long;
            const { active, wrong, since, worst } = memory;
            const known = memory.rhythm.take(errors.lastAt, active, { isOff: wrong > 0, since, away: worst });
            if (!memory.active || (known && worst < mildShare)) {
              memory.last = undefined;
              memory.blamed = undefined;
            } else if (memory.wrong > 0) {
              const share = total > 0 ? failed / total : 0;
              // The window dilutes the share on its way back; what was said at the height of it says more.
              if (!memory.last || share >= 0.6 * (memory.last.value ?? 0)) {
                memory.last = findingOf(errors, share, memory, context);
              }
            }
          }
        }
        if (memory.active && memory.last && context.now - memory.lastAt <= 4 * context.tickMs) {
          yield memory.wrong > 0 ? memory.last : { ...memory.last, fading: true };
        }
      }
      for (const [series, memory] of memories) if (context.now - memory.lastAt > 30 * 60_000) memories.delete(series);
    },
  };
}

/** The usual share of failures; 0 where none was ever seen. */
export const usually = ({ baseline }: FailingMemory) => (baseline.count > 0 ? baseline.median : 0);
/** For the end of a sentence; empty where no usual share is known yet. */
export const usuallyText = (memory: FailingMemory) =>
  memory.baseline.count > 0 ? `; usually ${percent(usually(memory))}` : "";
