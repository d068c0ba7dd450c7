import { seededRandom } from "../../lib/seeded-random.ts";
import type { HealthDecision } from "./decision.ts";
import { errorWindowMs, type HealthVitals, hourOf } from "./health-features.ts";
import { age, type InstanceMake, type InstanceState, restarted, softHealed, viewOf } from "./simulated-instance.ts";

export interface HealthSample {
  /** Unix ms. */
  readonly at: number;
  readonly vitals: HealthVitals;
  readonly decision: HealthDecision;
}

export interface SimulationOptions {
  readonly instances?: number;
  readonly seed?: number;
  /** Unix ms of the first. */
  readonly from?: number;
}

/** Goes into the model file word for word, so that nobody takes its figures for measurements of real applications. */
export const simulationNote =
  "Synthetic: instances with a daily load, one CPU, a memory limit and a garbage collector, simulated one after another in steps of 30 s. Some leak, fill caches, spin, lose workers or connections; some suffer load spikes or outages of a dependency, which no action on them helps. Each sample is labelled with the cheapest of doing nothing, dropping caches and connections, and a restart, by simulating the next 15 minutes with each. It has seen no real application.";

const stepMinutes = 0.5;
const lookAheadMinutes = 15;
/** In minutes of total failure: what an action costs by itself, and what it costs to be killed for memory. */
const price = { none: 0, "soft-heal": 0.5, "hard-restart": 1.5, outOfMemory: 4 } as const;
/** One sample in so many steps. */
const sampleEvery = 24;

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

function cheapest(state: InstanceState, make: InstanceMake, demand: number, outage: number): HealthDecision {
  let best: HealthDecision = "none";
  let least = costOf("none", state, make, demand, outage);
  for (const decision of ["soft-heal", "hard-restart"] as const) {
    const cost = costOf(decision, state, make, demand, outage);
    if (cost < least) {
      best = decision;
      least = cost;
    }
  }
  return best;
}

/** Samples of simulated instances, in order of time; equal seeds give equal samples. */
export function simulateHealth(options: SimulationOptions = {}): HealthSample[] {
  const { instances = 2_000, seed = 1, from = Date.UTC(2000, 0, 1) } = options;
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + (high - low) * random();
  /** Evenly over orders of magnitude. */
  const spread = (low: number, high: number) => low * (high / low) ** random();
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const samples: HealthSample[] = [];
  let now = from;

  for (let instance = 0; instance < instances; instance++) {
    const wrong = random();
    // Caches without a bound fill within hours, leaks take up to days.
    const cacheMinutes = spread(15, 300);
    const leakMinutes = spread(120, 3_000);
    const make: InstanceMake = {
      baseMemory: between(0.15, 0.55),
      loadMemory: between(0.02, 0.2),
      fullRps: spread(5, 300),
      usualErrors: spread(1e-5, 5e-3),
      cachePerMinute: wrong < 0.12 ? 1 / cacheMinutes : 0,
      leakPerMinute: wrong >= 0.12 && wrong < 0.24 ? 1 / leakMinutes : 0,
    };
    const ramp = wrong < 0.24 || wrong > 0.62 ? undefined : wrong < 0.37 ? "spin" : wrong < 0.5 ? "stuck" : "broken";
    const peak = between(0.2, 0.8);
    const busiest = between(9, 20);
    const minutes = between(120, 900);
    // Most are watched in the middle of their life, some from their start.
    let state: InstanceState = { ...restarted(), uptimeSeconds: random() < 0.3 ? 0 : spread(600, 30 * 86_400) };
    if (wrong < 0.24) {
      // What fills has been filling since its start.
      const full = (1 - make.baseMemory - make.loadMemory) * random();
      const filledMinutes = (full * (wrong < 0.12 ? cacheMinutes : leakMinutes)) / (0.7 * peak);
      state = { ...restarted(), [wrong < 0.12 ? "cache" : "leak"]: full, uptimeSeconds: filledMinutes * 60 };
    }
    const rampAt = between(10, minutes);
    const rampMinutes = between(0.5, 40);
    const rampTo = between(0.3, 1);
    let rampEnds = Number.POSITIVE_INFINITY;
    const spikes = Array.from({ length: 3 }, () => ({
      at: between(0, minutes),
      for: between(0.5, 8),
      by: spread(1.3, 4),
    }));
    const outages = random() < 0.15 ? [{ at: between(0, minutes), for: spread(0.5, 20), share: between(0.1, 1) }] : [];
    const errors: number[] = [];
    let operatorAt = Number.POSITIVE_INFINITY;

    for (let minute = 0; minute < minutes; minute += stepMinutes, now += stepMinutes * 60_000) {
      const day = 0.35 + 0.65 * (0.5 + 0.5 * Math.cos(((hourOf(now) - busiest) / 24) * 2 * Math.PI));
      const spike = spikes.find((one) => minute >= one.at && minute < one.at + one.for)?.by ?? 1;
      const usual = peak * day;
      const demand = Math.max(0.01, usual * spike * (1 + 0.08 * bell()));
      const outage = outages.find((one) => minute >= one.at && minute < one.at + one.for)?.share ?? 0;
      age(state, make, demand, stepMinutes);
      if (ramp && minute >= rampAt && minute < rampEnds) {
        state[ramp] = rampTo * Math.min(1, (minute - rampAt) / rampMinutes);
        if (!Number.isFinite(operatorAt)) operatorAt = rampAt + rampMinutes + between(5, 60);
      }
      const view = viewOf(state, make, demand, outage);
      const failed = view.failing * demand * make.fullRps * stepMinutes * 60;
      errors.push(Math.max(0, Math.round(failed + Math.sqrt(failed) * bell())));
      if (errors.length > errorWindowMs / 60_000 / stepMinutes) errors.shift();
      if (random() < 1 / sampleEvery) {
        samples.push({
          at: now,
          vitals: {
            cpuRatio: Math.min(1, Math.max(0, view.cpuRatio * (1 + 0.03 * bell()))),
            memoryRatio: Math.min(1, Math.max(0, view.memoryRatio + 0.01 * bell())),
            errorCount: errors.reduce((sum, count) => sum + count, 0),
            uptimeSeconds: state.uptimeSeconds,
            hour: hourOf(now),
          },
          // A spike passes by itself: what follows is judged under the usual load of the hour.
          decision: cheapest(state, make, usual, outage),
        });
      }
      if (view.outOfMemory || minute >= operatorAt) {
        state = restarted();
        errors.length = 0;
        rampEnds = view.outOfMemory ? rampEnds : minute;
        operatorAt = Number.POSITIVE_INFINITY;
      }
    }
  }
  return samples;
}
