import { usualRange } from "./normal-times.ts";
import { type Habit, minRequests, requestEnd, requestStart } from "./profile.ts";

/** A habit of requests that is outside what any two normal windows showed. */
export interface Break {
  readonly first: string;
  readonly second: string;
  /** Share now minus the nearest usual share, less for a change that means little; positive when the step is new. */
  readonly shift: number;
  readonly text: string;
}

type Habits = ReadonlyMap<string, Habit> | undefined;

/** Smallest shift times root of requests that counts: about one and a half standard errors of a share. */
const minEffect = 0.7;
/** A step that requests newly take is as often another choice of their users as it is a fault. */
const moreWeight = 0.5;
/** Most requests: more than half. */
const mostShare = 0.5;
const percent = (share: number) => `${Math.round(share * 100)} %`;

const isFailure = (step: string) => step.startsWith("error ");

/** Largest share of requests that wrote one kind of error. */
function failingShare(habits: Habits): number {
  const all = habits?.get(requestStart);
  let share = 0;
  for (const [step, count] of all?.followers ?? [])
    if (isFailure(step)) share = Math.max(share, count / (all?.requests ?? 1));
  return share;
}

/**
 * True for a window in which most of these requests failed that now do not: it was not normal for them, whatever it is
 * called. Normal times are often recorded soon after an incident.
 */
export const failsMoreThan = (window: Habits, now: Habits): boolean =>
  failingShare(window) - failingShare(now) > mostShare;

const isComplaint = (step: string) => /^(error|warn) /.test(step);

/** What a change of this step says: complaints that cease say nothing, doing more than usual says half. */
function meaning(step: string, shift: number): number {
  if (isComplaint(step)) return shift < 0 ? 0 : 1;
  const doesLess = (step === requestEnd) === shift > 0;
  return doesLess ? 1 : moreWeight;
}

/** Every habit of one kind of request that is outside of what the normal windows showed. */
export function breaksOf(now: Habits, normal: readonly Habits[]): readonly Break[] {
  const found: Break[] = [];
  for (const [first, habit] of now ?? []) {
    if (habit.requests < minRequests) continue;
    const known = normal.flatMap((habits) => {
      const same = habits?.get(first);
      return same && same.requests >= minRequests ? [same] : [];
    });
    if (known.length === 0) continue;
    // The share of a few requests is uncertain on either side of the comparison.
    const compared = known.reduce((sum, other) => sum + other.requests, 0);
    const effective = (habit.requests * compared) / (habit.requests + compared);
    const seconds = new Set([...habit.followers.keys(), ...known.flatMap((other) => [...other.followers.keys()])]);
    for (const second of seconds) {
      const share = (habit.followers.get(second) ?? 0) / habit.requests;
      const usual = usualRange(known.map((other) => (other.followers.get(second) ?? 0) / other.requests));
      if (!usual) continue;
      const shift = share > usual.high ? share - usual.high : Math.min(0, share - usual.low);
      if (Math.abs(shift) * Math.sqrt(effective) <= minEffect) continue;
      const weighed = shift * meaning(second, shift);
      if (weighed === 0) continue;
      const after = first === requestStart ? "" : ` after "${first}"`;
      const nearest = shift > 0 ? `at most ${percent(usual.high)}` : `at least ${percent(usual.low)}`;
      const step = second === requestEnd ? "nothing more" : `"${second}"`;
      const text = `${step}${after} in ${percent(share)} of ${habit.requests} requests, usually ${nearest} (${known.length} normal windows)`;
      found.push({ first, second, shift: weighed, text });
    }
  }
  const gone = new Set(
    found.flatMap(({ first, second, shift }) => (first === requestStart && shift < 0 ? [second] : [])),
  );
  // A step that still comes, only not next, was pushed back by one that is new.
  return found.map((one) =>
    one.shift < 0 && one.first !== requestStart && one.second !== requestEnd && !gone.has(one.second)
      ? { ...one, shift: one.shift * moreWeight }
      : one,
  );
}
