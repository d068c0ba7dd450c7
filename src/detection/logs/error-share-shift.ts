import { refKey } from "../../incident/object-ref.ts";
import type { Detector, Finding } from "../detector.ts";
import { scoreOf } from "../metrics/who.ts";
import type { WorkloadTally } from "./log-tally.ts";

const bucketMs = 30_000;
/** The present: three minutes. */
const windowBuckets = 6;
const minErrors = 20;
/** Standard errors. Of a normal deviate this is one in a thousand million, which leaves room for shares that are none. */
const minZ = 6;
const maxWorkloads = 20_000;

interface Bucket {
  readonly errors: number;
  readonly lines: number;
}

/** What is usual: counts that fade over the time of learning, and how much more a bucket varies than chance alone would. */
interface Usual {
  errors: number;
  lines: number;
  buckets: number;
  dispersion: number;
}

interface Memory {
  readonly window: Bucket[];
  readonly usual: Usual;
  bucketFrom: number;
  active: boolean;
  since: number;
}

const shareOf = ({ errors, lines }: Bucket): number => (lines > 0 ? errors / lines : 0);
const usualShare = ({ errors, lines }: Usual): number => (errors + 0.5) / (lines + 1);

function admit(usual: Usual, { errors, lines }: Bucket, learnMs: number): void {
  if (lines === 0) return;
  const p = usualShare(usual);
  if (usual.buckets > 0) {
    const off = (errors - lines * p) ** 2 / Math.max(1e-6, lines * p * (1 - p));
    usual.dispersion += (off - usual.dispersion) / Math.min(usual.buckets, 40);
  }
  const kept = 1 - bucketMs / Math.max(learnMs, 10 * bucketMs);
  usual.errors = usual.errors * kept + errors;
  usual.lines = usual.lines * kept + lines;
  usual.buckets++;
}

/**
 * When the share rose, told finer than in half minutes: the first raised bucket is raised for as much of its time as its
 * share makes up of the share of those after it.
 */
export function risenAt(window: readonly Bucket[], usual: number, now: number): number {
  const first = window.findIndex((bucket) => shareOf(bucket) > 1.5 * usual);
  const later = window.slice(first + 1);
  const level = later.reduce((sum, bucket) => sum + shareOf(bucket), 0) / Math.max(1, later.length);
  const begun = window[first];
  const part = begun && level > 0 ? Math.min(1, shareOf(begun) / level) : 1;
  return now - (later.length + part) * bucketMs;
}

/** How many standard errors the share of the window is above what is usual, with the usual share's own uncertainty. */
function excess(window: Bucket, usual: Readonly<Usual>): number {
  const p = usualShare(usual);
  const variance =
    Math.max(1, usual.dispersion) * window.lines * p * (1 - p) + (window.lines ** 2 * p * (1 - p)) / (usual.lines + 1);
  return (window.errors - window.lines * p) / Math.sqrt(Math.max(variance, 1e-6));
}

/**
 * The share of severe lines of a workload has risen to a new level: not many at once, but more than ever, for minutes.
 * Source: counts of severe and of all lines in half minutes. Not a fault: a burst (that is another detector's), a load that
 * brings more of everything, a load that drops and leaves the usual errors a larger share, a share that has always swung
 * so far, a workload that hardly writes.
 */
export const errorShareShift = (): Detector => {
  const memories = new Map<string, Memory>();

  function remember(tally: WorkloadTally, now: number): Memory {
    const key = refKey(tally.workload);
    let memory = memories.get(key);
    if (!memory) {
      if (memories.size >= maxWorkloads) memories.clear();
      const usual = { errors: 0, lines: 0, buckets: 0, dispersion: 1 };
      memory = { window: [], usual, bucketFrom: now, active: false, since: 0 };
      memories.set(key, memory);
    }
    return memory;
  }

  function judge(memory: Memory, now: number, learnMs: number, runAt: number): void {
    const { window, usual } = memory;
    const sum = { errors: 0, lines: 0 };
    for (const { errors, lines } of window) {
      sum.errors += errors;
      sum.lines += lines;
    }
    const p = usualShare(usual);
    const learned = usual.buckets >= Math.max(10, learnMs / 2 / bucketMs);
    const raised = window.filter((bucket) => shareOf(bucket) > 1.5 * p).length;
    const more = sum.errors > 1.5 * (usual.errors / Math.max(1, effectiveBuckets(usual, learnMs))) * window.length;
    const wrong =
      learned &&
      window.length === windowBuckets &&
      raised >= windowBuckets - 1 &&
      sum.errors >= minErrors &&
      shareOf(sum) > 2 * p + 0.01 &&
      more &&
      excess(sum, usual) >= minZ;
    if (wrong && !memory.active) {
      memory.active = true;
      // Where there was no severe line at all before, the first one dates it exactly.
      memory.since = Math.max(risenAt(window, p, now), runAt);
    } else if (memory.active && window.slice(-2).every((bucket) => shareOf(bucket) < 1.5 * p + 0.005)) {
      memory.active = false;
    }
  }

  return {
    name: "log-error-share-shift",
    family: "log",
    nature: "symptom",
    corroborates: true,
    *detect({ logs, now, learnMs }): Iterable<Finding> {
      for (const tally of logs.workloads()) {
        const memory = remember(tally, now);
        if (now - memory.bucketFrom >= bucketMs) {
          const bucket = { errors: tally.errorsSince(memory.bucketFrom), lines: tally.linesSince(memory.bucketFrom) };
          memory.bucketFrom = now;
          memory.window.push(bucket);
          const old = memory.window.length > windowBuckets ? memory.window.shift() : undefined;
          if (old && !memory.active) admit(memory.usual, old, learnMs);
          judge(memory, now, learnMs, tally.errorRunAt);
        }
        if (!memory.active) continue;
        const latest = memory.window.slice(-2);
        const share = Math.max(0, ...latest.map(shareOf));
        const p = usualShare(memory.usual);
        yield {
          reason: "error-share-shift",
          target: tally.workload,
          severity: "medium",
          score: scoreOf(share, p, 0.01),
          headline: `logs a larger share of errors: ${(100 * share).toFixed(1)} %`,
          summary: `${(100 * share).toFixed(1)} % of the lines of ${tally.workload.name} are severe, for ${Math.round((now - memory.since) / 60_000)} min; usually ${(100 * p).toFixed(1)} %`,
          startsAt: memory.since,
          fading: latest.some((bucket) => shareOf(bucket) < 1.5 * p + 0.005),
          value: share,
          expected: p,
          unit: "share",
        };
      }
    },
  };
};

/** Half minutes that the fading counts stand for. */
function effectiveBuckets({ buckets }: Usual, learnMs: number): number {
  const limit = Math.max(learnMs, 10 * bucketMs) / bucketMs;
  return limit * (1 - (1 - 1 / limit) ** buckets);
}
