import { bytesQuantity } from "../../cluster/quantity.ts";
import type { Series } from "../../cluster/series-store.ts";
import { sameRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { timeLeftText } from "../time-left.ts";
import { trendOf } from "./trend.ts";
import { ownerOfPod } from "./who.ts";

const windowMs = 5 * 60_000;
const minWindowMs = 150_000;
/** A process fills caches and compiles code first; that growth ends. */
const warmUpMs = 60_000;
const horizonMs = 30 * 60_000;
const maxPoints = 36;
/** A pause of the scrapes (ms) in which growth may have gone on; of a longer one nobody knows what was before. */
const longestPauseMs = 150_000;

interface Memory {
  evaluatedAt: number;
  positive: number;
  since: number;
  last: Finding | undefined;
}

/** Points since the container started anew (a fall by a third), after its warm-up, thinned to `maxPoints`. */
function windowOf(series: Series, now: number): { times: number[]; values: number[] } | undefined {
  let start = series.length - 1;
  for (; start > 0 && series.timeAt(start - 1) >= now - windowMs - warmUpMs; start--) {
    if (
      series.valueAt(start) < 0.67 * series.valueAt(start - 1) ||
      series.timeAt(start) - series.timeAt(start - 1) > longestPauseMs
    )
      break;
  }
  const bornInWindow = start === 0 || series.timeAt(start - 1) >= now - windowMs - warmUpMs;
  const from = Math.max(now - windowMs, series.timeAt(start) + (bornInWindow ? warmUpMs : 0));
  while (start < series.length && series.timeAt(start) < from) start++;
  const count = series.length - start;
  if (count < 8 || series.lastAt - series.timeAt(start) < minWindowMs) return undefined;
  const step = Math.max(1, Math.ceil(count / maxPoints));
  const times: number[] = [];
  const values: number[] = [];
  for (let i = series.length - 1; i >= start; i -= step) {
    times.unshift(series.timeAt(i));
    values.unshift(series.valueAt(i));
  }
  return { times, values };
}

/** A container that has used as much for this long, and no more at the end, has filled what it fills. */
const settledMs = 5 * 60_000;

/** What it used last when it had stopped growing; undefined while it grows, or when it has not been seen for long enough. */
function settledLevel(series: Series, limit: number): number | undefined {
  const from = series.lastAt - settledMs;
  if (series.timeAt(0) > from - warmUpMs) return undefined;
  let most = 0;
  let i = series.length - 1;
  for (; i > 0 && series.timeAt(i) >= from; i--) most = Math.max(most, series.valueAt(i));
  return series.last - series.valueAt(i) < 0.04 * limit ? most : undefined;
}

/** Older containers of this kind came as far and stopped there: until it has passed them, it fills up as they did. */
function fillsAsOthersDid(series: Series, limit: number, context: DetectContext): boolean {
  const { namespace = "", container = "", pod } = series.labels;
  const owner = ownerOfPod(series, context);
  return context.observation.series
    .select("container_memory_working_set_bytes", { namespace, container })
    .some(
      (other) =>
        other.labels.pod !== pod &&
        other.timeAt(0) < series.timeAt(0) &&
        sameRef(ownerOfPod(other, context), owner) &&
        (settledLevel(other, limit) ?? 0) >= series.last,
    );
}

/** Of what it has grown by, so much must be the process's own. */
const ownShare = 0.5;

/**
 * The working set counts files that were read lately: a database or a log shipper fills its limit with them, and the kernel
 * gives them back before it kills (https://github.com/kubernetes/kubernetes/issues/43916). Files that live in memory it cannot.
 */
function isCacheOfFiles(series: Series, from: number, grown: number, { observation, now }: DetectContext): boolean {
  const { namespace = "", pod = "" } = series.labels;
  const own = observation.series.get("container_memory_anonymous_bytes", series.labels);
  const [first, ...rest] = own ? observation.series.window(own, from, now) : [];
  const last = rest.at(-1);
  if (!first || !last || now - last.at > longestPauseMs) return false;
  const found = observation.objects.get("Pod", namespace, pod);
  if (found?.spec.volumes?.some(({ emptyDir }) => emptyDir?.medium === "Memory")) return false;
  return last.value - first.value < ownShare * grown;
}

/**
 * Memory that grows towards its limit: says when it will run out, before it happens. Source: robust trend of the working
 * set over the last minutes against the limit. Not a fault: warm-up, also a long one that the pods before had as well, growth that flattens, a level that is high but steady,
 * files that are read or written and stay in the kernel's cache, anything that would take more than half an hour.
 */
export const memoryForecast = (): Detector => {
  // Forgotten with the series itself.
  const memories = new WeakMap<Series, Memory>();

  function evaluate(series: Series, limit: number, context: DetectContext): Omit<Finding, "startsAt"> | undefined {
    const window = windowOf(series, context.now);
    if (!window) return undefined;
    const grown = (window.values.at(-1) ?? 0) - (window.values[0] ?? 0);
    // Cheap and true of almost every series; the slopes of all pairs are neither.
    if (grown < 0.08 * limit) return undefined;
    const trend = trendOf(window.times, window.values);
    if (!trend || trend.slope <= 0) return undefined;
    const room = limit - series.last;
    const leftMs = (room / trend.slope) * 1_000;
    if (leftMs > horizonMs || trend.rising < 0.85 || trend.recent < 0.65 * trend.slope) return undefined;
    if (fillsAsOthersDid(series, limit, context)) return undefined;
    if (isCacheOfFiles(series, window.times[0] ?? 0, grown, context)) return undefined;
    const when = timeLeftText(series.lastAt, {
      leftMs,
      soonestMs: (room / Math.max(trend.fast, trend.slope)) * 1_000,
      ...(trend.slow > 0 ? { latestMs: (room / trend.slow) * 1_000 } : {}),
    });
    const { pod = "", container = "" } = series.labels;
    return {
      reason: "memory-exhaustion",
      target: ownerOfPod(series, context),
      seenOn: { kind: "Pod", namespace: series.labels.namespace, name: pod },
      detail: container,
      severity: leftMs < 10 * 60_000 ? "high" : "medium",
      score: trend.rising,
      headline: `will run out of memory ${when}`,
      summary: `Container ${container} of pod ${pod} uses ${Math.round(series.last / 2 ** 20)} MiB and grows by ${((trend.slope * 60) / 2 ** 20).toFixed(1)} MiB a minute; it reaches its limit of ${bytesQuantity(limit)} ${when}`,
      series: { name: "container_memory_working_set_bytes", labels: series.labels },
      value: series.last,
      expected: limit,
      unit: "bytes",
    };
  }

  return {
    name: "memory-forecast",
    family: "prediction",
    nature: "fault",
    *detect(context): Iterable<Finding> {
      for (const series of context.observation.series.select("container_memory_working_set_bytes")) {
        const limit = context.observation.series.get("container_memory_limit_bytes", series.labels)?.last;
        // Below a third of the limit nothing runs out within half an hour that later points would not show in time.
        if (limit === undefined || series.last < limit / 3 || context.now - series.lastAt > 60_000) {
          memories.delete(series);
          continue;
        }
        const memory = memories.get(series) ?? { evaluatedAt: 0, positive: 0, since: 0, last: undefined };
        memories.set(series, memory);
        if (context.now - memory.evaluatedAt >= 10_000) {
          memory.evaluatedAt = context.now;
          const found = evaluate(series, limit, context);
          if (found) {
            memory.positive = Math.min(4, memory.positive + 1);
            if (memory.since === 0) memory.since = windowOf(series, context.now)?.times[0] ?? context.now;
            memory.last = { ...found, startsAt: memory.since };
          } else {
            memory.positive--;
            if (memory.positive <= 0) {
              memory.positive = 0;
              memory.since = 0;
            }
          }
        }
        if (memory.last && memory.since > 0 && memory.positive >= (memory.evaluatedAt === context.now ? 2 : 1))
          yield memory.last;
      }
    },
  };
};
