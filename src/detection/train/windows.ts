import { seededRandom } from "../../lib/seeded-random.ts";
import { featureCount, writePhase } from "../metrics/forecast/series-features.ts";
import type { Run } from "./steps.ts";

/** Training examples of equal length, one after the other. */
export interface Windows {
  readonly count: number;
  readonly length: number;
  /** count x length x features. */
  readonly inputs: Float32Array;
  /** count x length. */
  readonly targets: Float32Array;
}

export interface WindowOptions {
  readonly length: number;
  /** Windows that end after this (ms) are not made. */
  readonly before: number;
  /** Windows that begin before this are not made. */
  readonly after: number;
  readonly most: number;
  readonly seed: number;
  /**
   * Gives every window another time of day. Data of a few hours knows nothing about the rest of the day: a model that had
   * seen only the evening would take noon for something unheard of.
   */
  readonly anyTimeOfDay: boolean;
}

/** Windows overlap: a point early in one, where little is known yet, is late in another. */
const windowsPerPoint = 3;
const dayMs = 86_400_000;

/** A window in which nothing moves has nothing to teach; clusters are full of them. */
function isStill(run: Run, from: number, length: number): boolean {
  for (let i = from; i < from + length; i++) if (run.moves[i] !== 0) return false;
  return true;
}

/** Cuts runs into windows; a fair sample of them when there are more than `most` (reservoir sampling, Vitter 1985). */
export function windowsOf(runs: Iterable<Run>, options: WindowOptions): Windows {
  const { length, before, after, most } = options;
  const stride = Math.max(1, Math.floor(length / windowsPerPoint));
  const random = seededRandom(options.seed);
  const kept: { readonly run: Run; readonly from: number }[] = [];
  let offered = 0;
  for (const run of runs) {
    for (let from = 0; from + length <= run.moves.length; from += stride) {
      if ((run.times[from] as number) < after || (run.nextTimes[from + length - 1] as number) >= before) continue;
      if (isStill(run, from, length)) continue;
      offered++;
      if (kept.length < most) kept.push({ run, from });
      else {
        const place = Math.floor(random() * offered);
        if (place < most) kept[place] = { run, from };
      }
    }
  }
  const inputs = new Float32Array(kept.length * length * featureCount);
  const targets = new Float32Array(kept.length * length);
  kept.forEach(({ run, from }, w) => {
    inputs.set(run.rows.subarray(from * featureCount, (from + length) * featureCount), w * length * featureCount);
    targets.set(run.moves.subarray(from, from + length), w * length);
    if (!options.anyTimeOfDay) return;
    const shift = random() * dayMs;
    for (let i = 0; i < length; i++)
      writePhase((run.times[from + i] as number) + shift, inputs, (w * length + i) * featureCount);
  });
  return { count: kept.length, length, inputs, targets };
}
