import { metricRole } from "./metric-role.ts";
import type { NeutralCase } from "./neutral-case.ts";
import { median } from "./statistics.ts";

/** Fewer samples on either side of a rollout show no trend. */
const minSamples = 8;
const quarters = 4;
/** A climb that was there before at a third of the pace is not the rollout's. */
const paceRatio = 3;

interface Trend {
  /** Medians of the quarters of the time. */
  readonly levels: readonly number[];
  /** From the first to the last quarter. */
  readonly rise: number;
  readonly seconds: number;
}

function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  if (values.length < minSamples) return undefined;
  const levels = Array.from({ length: quarters }, (_, i) =>
    median(values.slice(Math.floor((i * values.length) / quarters), Math.floor(((i + 1) * values.length) / quarters))),
  );
  return {
    levels,
    rise: (levels.at(-1) ?? 0) - (levels[0] ?? 0),
    seconds: Math.max(1, (times.at(-1) ?? 0) - (times[0] ?? 0)),
  };
}

/**
 * The metric of an entity that was level until `since` and has climbed from then until the first sign: what a leak, a
 * growing queue or a filling disk shows. Its rollout is to blame however long ago it was. Requests and latency climb
 * for other reasons and are left out.
 */
export function climbSince(input: NeutralCase, entity: string, since: number, until: number): string | undefined {
  for (const [metric, { times, values }] of input.metrics.get(entity) ?? []) {
    if (metricRole(metric) !== "other") continue;
    const rows = [...times.keys()];
    const pick = (keep: (time: number) => boolean) => {
      const kept = rows.filter((row) => keep(times[row] ?? 0));
      return trendOf(
        kept.map((row) => times[row] ?? 0),
        kept.map((row) => values[row] ?? 0),
      );
    };
    const before = pick((time) => time < since);
    const after = pick((time) => time >= since && time <= until);
    if (!before || !after) continue;
    const isSteady = after.levels.every((level, i) => i === 0 || level > (after.levels[i - 1] ?? 0));
    const isFaster = after.rise / after.seconds > (paceRatio * Math.abs(before.rise)) / before.seconds;
    const usual = before.levels.reduce((most, level) => Math.max(most, level));
    if (isSteady && isFaster && (after.levels.at(-1) ?? 0) > usual + Math.abs(usual) / 2) return metric;
  }
  return undefined;
}
