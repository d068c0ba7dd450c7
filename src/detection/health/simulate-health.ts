import { seededRandom } from "../../lib/seeded-random.ts";
import { type HealthDecision, healthDecisions } from "./decision.ts";
import { errorWindowMs, type HealthVitals, hourOf } from "./health-features.ts";
import { type Fates, usualFates } from "./simulated-fates.ts";
import { age, type InstanceMake, type InstanceState, restarted, softHealed, viewOf } from "./simulated-instance.ts";

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

const stepMinutes = 0.5;
const lookAheadMinutes = 15;
/** In minutes of total failure: what an action costs by itself, and what it costs to be killed for memory. */
const price = { none: 0, "soft-heal": 0.5, "hard-restart": 1.5, outOfMemory: 4 } as const;
/** What saves less than this (minutes of total failure) is as good as the cheaper one: nobody could tell them apart. */
const worthIt = 0.5;
/** One sample in so many steps. */
const sampleEvery = 24;
/** One sample in so many is of an instance that has just come into view. */
const firstSightEvery = 8;
/** A stretch shorter than this is not blown up further. */
const leastSteps = 2;
/** So long an application has to be watched until it is known what is usual for it (minutes). */
const usualAfter = 20;
const windowSteps = errorWindowMs / 60_000 / stepMinutes;

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

/** What has been seen of an instance, as far back as two windows of errors. */
interface Past {
  readonly errors: number[];
  readonly cpu: number[];
  readonly memory: number[];
  /** Memory just before the last heal, and what it has freed. */
  memoryAtHeal: number;
  freedByHeal: number | undefined;
  minutesSinceHeal: number | undefined;
  /** Errors that five minutes always bring; 0 until they are known. */
  usualErrors: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The same that the detector reads from the answers of a health endpoint. */
function lookBack({ errors, cpu, memory, minutesSinceHeal, freedByHeal, usualErrors }: Past, firstSight: boolean) {
  const unusual = (counted: number) => (counted > 2 * usualErrors ? Math.round(counted - usualErrors) : 0);
  // What was before a heal is history; of a shorter stretch as many as five minutes would bring.
  const healSteps = minutesSinceHeal === undefined ? windowSteps : Math.max(1, minutesSinceHeal / stepMinutes);
  const steps = Math.min(windowSteps, healSteps);
  const errorCount = unusual(sum(errors.slice(-steps)) * Math.min(windowSteps / steps, windowSteps / leastSteps));
  if (firstSight) return { errorCount };
  const before = memory.at(-1 - windowSteps);
  const now = memory.at(-1);
  const cpuBefore = cpu.at(-1 - windowSteps);
  const cpuNow = cpu.at(-1);
  return {
    errorCount,
    ...(before !== undefined && now !== undefined
      ? { memoryGrowth: (now - before) / (windowSteps * stepMinutes) }
      : {}),
    ...(errors.length > windowSteps
      ? { errorsBefore: unusual(sum(errors.slice(-2 * windowSteps, -windowSteps))) }
      : {}),
    ...(minutesSinceHeal === undefined ? {} : { minutesSinceHeal, freedByHeal }),
    ...(cpuBefore !== undefined && cpuNow !== undefined ? { cpuGrowth: cpuNow - cpuBefore } : {}),
  };
}

/** Samples of simulated instances, in order of time; equal seeds give equal samples. */
export function simulateHealth(options: SimulationOptions = {}): HealthSample[] {
  const { instances = 4_000, seed = 1, from = Date.UTC(2000, 0, 1), fates = usualFates } = options;
  const random = seededRandom(seed);
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const samples: HealthSample[] = [];
  let now = from;

  for (let instance = 0; instance < instances; instance++) {
    const {
      make: built,
      start,
      fillsFrom,
      ramp,
      peak,
      busiest,
      minutes,
      spikes,
      outages,
      heals,
      healAfter,
      operatorAfter,
    } = fates(random);
    const unfilled: InstanceMake = { ...built, cachePerMinute: 0, leakPerMinute: 0 };
    let state = start;
    let rampEnds = Number.POSITIVE_INFINITY;
    let operatorAt = Number.POSITIVE_INFINITY;
    let illMinutes = 0;
    const newPast = (): Past => ({
      errors: [],
      cpu: [],
      memory: [],
      memoryAtHeal: 0,
      freedByHeal: undefined,
      minutesSinceHeal: undefined,
      usualErrors: 0,
    });
    let past = newPast();
    let watched = 0;

    for (let minute = 0; minute < minutes; minute += stepMinutes, now += stepMinutes * 60_000) {
      const day = 0.35 + 0.65 * (0.5 + 0.5 * Math.cos(((hourOf(now) - busiest) / 24) * 2 * Math.PI));
      const spike = spikes.find((one) => minute >= one.at && minute < one.at + one.for)?.by ?? 1;
      const usual = peak * day;
      const demand = Math.max(0.01, usual * spike * (1 + 0.08 * bell()));
      const outage = outages.find((one) => minute >= one.at && minute < one.at + one.for)?.share ?? 0;
      const make = minute < fillsFrom ? unfilled : built;
      age(state, make, demand, stepMinutes);
      if (ramp && minute >= ramp.at && minute < rampEnds) {
        state[ramp.of] = ramp.to * Math.min(1, (minute - ramp.at) / ramp.minutes);
        if (!Number.isFinite(operatorAt)) operatorAt = ramp.at + ramp.minutes + operatorAfter;
      }
      const view = viewOf(state, make, demand, outage);
      const failed = view.failing * demand * make.fullRps * stepMinutes * 60;
      past.errors.push(Math.max(0, Math.round(failed + Math.sqrt(failed) * bell())));
      past.cpu.push(Math.min(1, Math.max(0, view.cpuRatio * (1 + 0.03 * bell()))));
      past.memory.push(Math.min(1, Math.max(0, view.memoryRatio + 0.01 * bell())));
      if (past.errors.length > 2 * windowSteps) past.errors.shift();
      if (past.memory.length > 2 * windowSteps) past.memory.shift();
      if (past.cpu.length > 2 * windowSteps) past.cpu.shift();
      watched += stepMinutes;
      past.usualErrors = watched < usualAfter ? 0 : make.usualErrors * usual * make.fullRps * (errorWindowMs / 1_000);
      if (past.minutesSinceHeal !== undefined) {
        past.minutesSinceHeal += stepMinutes;
        // Memory is compared a minute after.
        if (past.minutesSinceHeal <= 1) past.freedByHeal = past.memoryAtHeal - (past.memory.at(-1) ?? 0);
      }
      if (random() < 1 / sampleEvery) {
        // A spike passes by itself: what follows is judged under the usual load of the hour.
        const [none, soft, hard] = healthDecisions.map((one) => costOf(one, state, make, usual, outage));
        const costs = [none ?? 0, soft ?? 0, hard ?? 0] as const;
        samples.push({
          at: now,
          vitals: {
            cpuRatio: past.cpu.at(-1) ?? 0,
            memoryRatio: past.memory.at(-1) ?? 0,
            uptimeSeconds: state.uptimeSeconds,
            hour: hourOf(now),
            ...lookBack(past, random() < 1 / firstSightEvery),
          },
          decision: cheapest(costs),
          costs,
        });
      }
      // Whoever watches sees failing requests and full memory, and not why.
      illMinutes = view.failing > 0.1 || view.memoryRatio > 0.9 ? illMinutes + stepMinutes : 0;
      const healAgain = (past.minutesSinceHeal ?? Number.POSITIVE_INFINITY) > 30;
      if (heals && illMinutes >= healAfter && healAgain) {
        state = softHealed(state);
        if (ramp?.of === "broken") rampEnds = minute;
        past.minutesSinceHeal = 0;
        past.memoryAtHeal = past.memory.at(-1) ?? 0;
        past.freedByHeal = undefined;
      }
      if (view.outOfMemory || minute >= operatorAt) {
        state = restarted();
        past = newPast();
        watched = 0;
        rampEnds = view.outOfMemory ? rampEnds : minute;
        operatorAt = Number.POSITIVE_INFINITY;
      }
    }
  }
  return samples;
}
