import { getOrAdd } from "./get-or-add.ts";
import type { Telemetry } from "./neutral-case.ts";
import { type Request, requestsOf } from "./requests.ts";
import { median } from "./statistics.ts";

/** Of the requests that had a first step, how many had a given second one. */
export interface Habit {
  readonly requests: number;
  readonly followers: ReadonlyMap<string, number>;
}

/** How a group of requests behaved in one window of time, small enough to keep for many windows. */
export interface Profile {
  /** entity, tab, op -> first step -> what followed. */
  readonly spanHabits: ReadonlyMap<string, ReadonlyMap<string, Habit>>;
  readonly logHabits: ReadonlyMap<string, ReadonlyMap<string, Habit>>;
  /** Caller -> callee -> client time minus server time, seconds. */
  readonly gaps: ReadonlyMap<string, ReadonlyMap<string, Gap>>;
}

/** How many calls went that way, and the median of the caller's time of a call less the callee's (s). */
export interface Gap {
  readonly calls: number;
  readonly medianSeconds: number;
}

/** Stands before the first step of every request; whatever occurs in a request at all follows it. */
export const requestStart = "^";
export const requestEnd = "$";
/** Fewer requests say nothing about a habit. */
export const minRequests = 3;

/** Requests of one entity and operation are compared with each other. A tab stands in no name. */
export const requestKey = (request: Request): string => `${request.entity}\t${request.op}`;

/** Each (first, second) pair of a sequence once: every step after the start, and each step after the one before. */
export function pairsOf(steps: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const pairs = new Map<string, Set<string>>([[requestStart, new Set(steps)]]);
  steps.forEach((step, i) => {
    const next = steps[i + 1] ?? requestEnd;
    const known = pairs.get(step);
    if (known) known.add(next);
    else pairs.set(step, new Set([next]));
  });
  return pairs;
}

interface MutableHabit {
  requests: number;
  readonly followers: Map<string, number>;
}
type MutableHabits = Map<string, Map<string, MutableHabit>>;

function learn(habits: MutableHabits, key: string, steps: readonly string[]): void {
  const ofKey = getOrAdd(habits, key, () => new Map<string, MutableHabit>());
  for (const [first, seconds] of pairsOf(steps)) {
    const habit = getOrAdd(ofKey, first, () => ({ requests: 0, followers: new Map() }));
    habit.requests++;
    for (const second of seconds) habit.followers.set(second, (habit.followers.get(second) ?? 0) + 1);
  }
}

/** Learns how the requests that started in `[from, to)` behaved. */
export function profileOf(requests: readonly Request[], from: number, to: number): Profile {
  const spanHabits: MutableHabits = new Map();
  const logHabits: MutableHabits = new Map();
  const gaps = new Map<string, Map<string, number[]>>();
  const withLogs = requests.some((request) => request.logSteps.length > 0);
  for (const request of requests) {
    if (request.startSeconds < from || request.startSeconds >= to) continue;
    const key = requestKey(request);
    learn(spanHabits, key, request.spanSteps);
    if (withLogs) learn(logHabits, key, request.logSteps);
    const caller = requests[request.caller]?.entity;
    if (caller === undefined) continue;
    const ofCaller = getOrAdd(gaps, caller, () => new Map<string, number[]>());
    getOrAdd(ofCaller, request.entity, () => []).push(request.clientSeconds - request.durationSeconds);
  }
  return {
    spanHabits,
    logHabits,
    gaps: new Map(
      [...gaps].map(([caller, callees]) => [
        caller,
        new Map([...callees].map(([callee, all]) => [callee, { calls: all.length, medianSeconds: median(all) }])),
      ]),
    ),
  };
}

/** One normal time is seen as this many windows, so that it also tells how much the usual differs from itself. */
const normalParts = 4;

/** The profiles of a folder of normal telemetry: of its parts and of all of it. */
export function normalWindowsOf(telemetry: Telemetry): readonly { readonly profile: Profile }[] {
  const requests = requestsOf(telemetry);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { startSeconds } of requests) {
    from = Math.min(from, startSeconds);
    to = Math.max(to, startSeconds);
  }
  const partSeconds = (to - from) / normalParts;
  const parts = Array.from({ length: normalParts }, (_, i) => ({
    profile: profileOf(requests, from + i * partSeconds, from + (i + 1) * partSeconds),
  }));
  return [...parts, { profile: profileOf(requests, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) }];
}
