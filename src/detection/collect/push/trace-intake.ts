import type { RawSeries, Sample } from "../../../cluster/signal.ts";
import { rest } from "../../../lib/clock.ts";
import type { SourceContext } from "../source-context.ts";
import type { PushRequest } from "./read-push.ts";
import { readTraces, type TracedCall } from "./read-traces.ts";

export type TraceAnswer =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "malformed" | "too-large" | "unsupported"; readonly detail: string }
  | { readonly outcome: "not-ready"; readonly retryAfterSeconds: number };

/** Takes spans as collectors deliver them, and keeps nothing of them but who called whom, how often, how it went. */
export interface TraceIntake {
  push(request: PushRequest): Promise<TraceAnswer>;
  /** To be run as one of the sources of `liveSignals`: until then nothing is taken. */
  source(context: SourceContext): Promise<void>;
  readonly stats: {
    readonly requests: number;
    readonly refusedRequests: number;
    readonly calls: number;
    /** Client spans left out: they name nobody whom they called, their time is wrong, or there are too many pairs. */
    readonly unplaced: number;
    readonly wrongTime: number;
    readonly tooMany: number;
  };
}

export interface TraceIntakeOptions {
  /** How often counters are told on; the interval of scrapes. */
  readonly intervalMs: number;
  /** Pairs of caller and called that are counted at a time. */
  readonly maxPairs?: number;
}

/** The usual buckets of client libraries (s). */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Number.POSITIVE_INFINITY];
const maxAgeMs = 10 * 60_000;
const maxAheadMs = 2 * 60_000;
/** A pair that has not called for this long is forgotten, and its counters with it. */
const forgetMs = 30 * 60_000;

interface Counted {
  readonly series: RawSeries;
  value: number;
}

interface Pair {
  readonly calls: Counted;
  readonly failed: Counted;
  readonly sum: Counted;
  readonly count: Counted;
  readonly buckets: readonly (Counted & { readonly le: number })[];
  lastAt: number;
}

/** Counters as a collector's service graph has them, so that what follows reads both by the same rules. */
function pairOf({ client, clientNamespace, server }: TracedCall): Pair {
  const labels = {
    job: "traces",
    client,
    server,
    ...(clientNamespace === "" ? {} : { client_k8s_namespace_name: clientNamespace }),
  };
  const counted = (part: string, more = {}): Counted => ({
    series: { name: `traces_service_graph_request_${part}`, labels: { ...labels, ...more } },
    value: 0,
  });
  return {
    calls: counted("total"),
    failed: counted("failed_total"),
    sum: counted("client_seconds_sum"),
    count: counted("client_seconds_count"),
    buckets: bounds.map((le) => ({
      le,
      ...counted("client_seconds_bucket", { le: Number.isFinite(le) ? String(le) : "+Inf" }),
    })),
    lastAt: 0,
  };
}

/**
 * At most `maxPairs` (2,000 by default) pairs, one forgotten after 30 minutes without a call; calls of more, and those
 * whose time is more than 10 minutes ago or 2 ahead, are counted and left out.
 */
export function createTraceIntake(options: TraceIntakeOptions): TraceIntake {
  const { intervalMs, maxPairs = 2_000 } = options;
  const pairs = new Map<string, Pair>();
  const counts = { requests: 0, refusedRequests: 0, calls: 0, unplaced: 0, wrongTime: 0, tooMany: 0 };
  let context: SourceContext | undefined;

  const refused = <T extends TraceAnswer>(answer: T): T => {
    counts.refusedRequests++;
    return answer;
  };

  function count(call: TracedCall, now: number): void {
    if (!(call.at >= now - maxAgeMs && call.at <= now + maxAheadMs)) return void counts.wrongTime++;
    const key = `${call.clientNamespace}\u0000${call.client}\u0000${call.server}`;
    let pair = pairs.get(key);
    if (!pair) {
      if (pairs.size >= maxPairs) return void counts.tooMany++;
      pair = pairOf(call);
      pairs.set(key, pair);
    }
    counts.calls++;
    pair.lastAt = now;
    pair.calls.value++;
    if (call.failed) pair.failed.value++;
    pair.sum.value += call.seconds;
    pair.count.value++;
    for (const bucket of pair.buckets) if (call.seconds <= bucket.le) bucket.value++;
  }

  function samples(at: number): Sample[] {
    const taken: Sample[] = [];
    for (const [key, pair] of pairs) {
      if (at - pair.lastAt > forgetMs) {
        pairs.delete(key);
        continue;
      }
      for (const { series, value } of [pair.calls, pair.failed, pair.sum, pair.count, ...pair.buckets])
        taken.push({ series, value, at });
    }
    return taken;
  }

  return {
    async push(request) {
      counts.requests++;
      if (!context) return refused({ outcome: "not-ready", retryAfterSeconds: 5 });
      const { clock } = context;
      const read = await readTraces(request);
      if (!read.ok) return refused({ outcome: read.reason, detail: read.detail });
      counts.unplaced += read.unplaced;
      const now = clock.now();
      for (const call of read.calls) count(call, now);
      return { outcome: "accepted" };
    },
    async source(given) {
      context = given;
      const { clock, emit, signal } = given;
      while (!signal.aborted) {
        const at = clock.now();
        const taken = samples(at);
        if (taken.length > 0) emit({ type: "samples", at, samples: taken, delivered: true });
        await rest(clock, intervalMs, signal);
      }
      context = undefined;
    },
    get stats() {
      return { ...counts };
    },
  };
}
