import { seededRandom } from "../../lib/seeded-random.ts";
import { type HealthDecision, healthDecisions } from "./decision.ts";
import { errorWindowMs, type HealthVitals, hourOf } from "./health-features.ts";
import { type Fate, type Fates, usualFates } from "./simulated-fates.ts";
import { age, type InstanceMake, type InstanceState, restarted, softHealed, viewOf } from "./simulated-instance.ts";
import { lookBack, newPast, remember, rememberHeal, stepMinutes } from "./simulated-past.ts";

export interface HealthSample {
  /** Unix ms. */
  readonly at: number;
  readonly vitals: HealthVitals;
  readonly decision: HealthDecision;
  /** Minutes of failure that each decision costs, in the order of the decisions; known of simulations alone. */
  readonly costs?: readonly [none: number, softHeal: number, hardRestart: number];
}

export interface SimulationOptions {
  readonly instances?: number;
  readonly seed?: number;
  /** Unix ms of the first. */
  readonly from?: number;
  /** How the instances are built and what befalls them. */
  readonly fates?: Fates;
}

/** Goes into the model file word for word, so that nobody takes its figures for measurements of real applications. */
export const simulationNote =
  "Synthetic: instances with a daily load, one CPU, a memory limit and a garbage collector, simulated one after another in steps of 30 s. Some leak, fill caches, spin, lose workers or connections; some suffer load spikes or outages of a dependency, which no action on them helps. Some are asked to heal themselves when they look ill, whether that can help or not, and are watched further. Each sample is labelled with the cheapest of doing nothing, dropping caches and connections, and a restart, by simulating the next 15 minutes with each; the dearer one must be worth it. It has seen no real application.";

const lookAheadMinutes = 15;
/** In minutes of total failure: what an action costs by itself, and what it costs to be killed for memory. */
const price = { none: 0, "soft-heal": 0.5, "hard-restart": 1.5, outOfMemory: 4 } as const;
/** What saves less than this (minutes of total failure) is as good as the cheaper one: nobody could tell them apart. */
const worthIt = 0.5;
/** One sample in so many steps. */
const sampleEvery = 24;
/** One sample in so many is of an instance that has just come into view. */
const firstSightEvery = 8;

/** Failed minutes of the next quarter of an hour when `decision` is taken now. */
function costOf(
  decision: HealthDecision,
  state: InstanceState,
  make: InstanceMake,
  demand: number,
  outage: number,
): number {
  let ahead = { "soft-heal": softHealed, "hard-restart": restarted, none: (same: InstanceState) => ({ ...same }) }[
    decision
  ](state);
  let cost: number = price[decision];
  for (let minute = 0; minute < lookAheadMinutes; minute += stepMinutes) {
    age(ahead, make, demand, stepMinutes);
    const view = viewOf(ahead, make, demand, outage);
    cost += view.failing * stepMinutes;
    if (!view.outOfMemory) continue;
    cost += price.outOfMemory;
    ahead = restarted();
  }
  return cost;
}

/** The cheapest decision; a dearer action must be worth it. */
function cheapest(costs: readonly [number, number, number]): HealthDecision {
  const [none, soft, hard] = costs;
  if (none - worthIt <= Math.min(soft, hard)) return "none";
  return soft - worthIt <= hard ? "soft-heal" : "hard-restart";
}

/** The spike or the outage of a minute. */
function during<T extends { readonly at: number; readonly for: number }>(all: readonly T[], minute: number) {
  return all.find((one) => minute >= one.at && minute < one.at + one.for);
}

/** Load of an hour as a share of that in the busiest one. */
function shareOfDay(hour: number, busiest: number): number {
  return 0.35 + 0.65 * (0.5 + 0.5 * Math.cos(((hour - busiest) / 24) * 2 * Math.PI));
}

/** What an instance lives through in a minute: the load that is usual for the hour and what comes on top, in shares of its CPU. */
function weatherOf(fate: Fate, minute: number, hour: number) {
  const usual = fate.peak * shareOfDay(hour, fate.busiest);
  const spike = during(fate.spikes, minute)?.by ?? 1;
  return { usual, load: usual * spike, outage: during(fate.outages, minute)?.share ?? 0 };
}

/** What is right to do now. A spike passes by itself: what follows is judged under the usual load of the hour. */
function labelOf(state: InstanceState, make: InstanceMake, usual: number, outage: number) {
  const [none, soft, hard] = healthDecisions.map((one) => costOf(one, state, make, usual, outage));
  const costs = [none ?? 0, soft ?? 0, hard ?? 0] as const;
  return { decision: cheapest(costs), costs };
}

/** Samples of one instance while it meets its fate. */
function* lifeOf(fate: Fate, from: number, random: () => number): Generator<HealthSample> {
  const { make: built, ramp } = fate;
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const unfilled: InstanceMake = { ...built, cachePerMinute: 0, leakPerMinute: 0 };
  let state = fate.start;
  let past = newPast();
  let rampEnds = Number.POSITIVE_INFINITY;
  let operatorAt = Number.POSITIVE_INFINITY;
  let illMinutes = 0;

  for (let minute = 0; minute < fate.minutes; minute += stepMinutes) {
    const now = from + minute * 60_000;
    const { usual, load, outage } = weatherOf(fate, minute, hourOf(now));
    const demand = Math.max(0.01, load * (1 + 0.08 * bell()));
    const make = minute < fate.fillsFrom ? unfilled : built;
    age(state, make, demand, stepMinutes);
    if (ramp && minute >= ramp.at && minute < rampEnds) {
      state[ramp.of] = ramp.to * Math.min(1, (minute - ramp.at) / ramp.minutes);
      if (!Number.isFinite(operatorAt)) operatorAt = ramp.at + ramp.minutes + fate.operatorAfter;
    }
    const view = viewOf(state, make, demand, outage);
    const failed = view.failing * demand * make.fullRps * stepMinutes * 60;
    const look = {
      errors: Math.max(0, Math.round(failed + Math.sqrt(failed) * bell())),
      cpuRatio: Math.min(1, Math.max(0, view.cpuRatio * (1 + 0.03 * bell()))),
      memoryRatio: Math.min(1, Math.max(0, view.memoryRatio + 0.01 * bell())),
      usualErrors: make.usualErrors * usual * make.fullRps * (errorWindowMs / 1_000),
    };
    remember(past, look);
    if (random() < 1 / sampleEvery)
      yield {
        at: now,
        vitals: {
          cpuRatio: look.cpuRatio,
          memoryRatio: look.memoryRatio,
          uptimeSeconds: state.uptimeSeconds,
          hour: hourOf(now),
          ...lookBack(past, random() < 1 / firstSightEvery),
        },
        ...labelOf(state, make, usual, outage),
      };
    // Whoever watches sees failing requests and full memory, and not why.
    illMinutes = view.failing > 0.1 || view.memoryRatio > 0.9 ? illMinutes + stepMinutes : 0;
    const mayHeal = fate.heals && (past.minutesSinceHeal ?? Number.POSITIVE_INFINITY) > 30;
    if (mayHeal && illMinutes >= fate.healAfter) {
      state = softHealed(state);
      if (ramp?.of === "broken") rampEnds = minute;
      rememberHeal(past);
    }
    if (view.outOfMemory || minute >= operatorAt) {
      state = restarted();
      past = newPast();
      rampEnds = view.outOfMemory ? rampEnds : minute;
      operatorAt = Number.POSITIVE_INFINITY;
    }
  }
}

/** Samples of simulated instances, in order of time; equal seeds give equal samples. */
export function simulateHealth(options: SimulationOptions = {}): HealthSample[] {
  const { instances = 4_000, seed = 1, from = Date.UTC(2000, 0, 1), fates = usualFates } = options;
  const random = seededRandom(seed);
  const samples: HealthSample[] = [];
  let now = from;
  for (let instance = 0; instance < instances; instance++) {
    const fate = fates(random);
    samples.push(...lifeOf(fate, now, random));
    now += Math.ceil(fate.minutes / stepMinutes) * stepMinutes * 60_000;
  }
  return samples;
}
