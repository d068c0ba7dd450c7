/** What is wrong inside an instance; all shares 0..1. */
export interface InstanceState {
  /** Memory that the application could drop (caches), of its limit. */
  cache: number;
  /** Memory that only a restart gives back. */
  leak: number;
  /** CPU that a runaway loop burns. */
  spin: number;
  /** Workers that wait for ever. */
  stuck: number;
  /** Pooled connections that are broken; opening them anew helps. */
  broken: number;
  uptimeSeconds: number;
}

/** How an instance is built, and how what is wrong in it grows. */
export interface InstanceMake {
  /** Memory without load, and with all of its CPU in use, of the limit. */
  readonly baseMemory: number;
  readonly loadMemory: number;
  /** Requests a second that keep its whole CPU busy. */
  readonly fullRps: number;
  /** Share of requests that fail on a good day. */
  readonly usualErrors: number;
  readonly cachePerMinute: number;
  readonly leakPerMinute: number;
}

export interface InstanceView {
  readonly cpuRatio: number;
  readonly memoryRatio: number;
  /** Share of the requests that fail. */
  readonly failing: number;
  /** The kernel ends it. */
  readonly outOfMemory: boolean;
}

/** Below this the garbage collector is no burden; towards the limit it takes up to half of the CPU. */
const easyMemory = 0.85;
const startSeconds = 60;

/**
 * What an instance shows under a demand (CPU that the requests would need, of its CPU) while `outage` of the requests fail
 * for reasons outside of it.
 */
export function viewOf(state: InstanceState, make: InstanceMake, demand: number, outage: number): InstanceView {
  const working = demand * (1 - 0.8 * state.broken) * (1 - 0.6 * outage);
  // Requests that wait for a stuck worker are held in memory.
  const memory =
    make.baseMemory + make.loadMemory * (Math.min(1, working) + 2 * state.stuck) + state.cache + state.leak;
  const collecting = 0.5 * Math.min(1, Math.max(0, (memory - easyMemory) / (1 - easyMemory))) ** 2;
  const starting = state.uptimeSeconds < startSeconds ? 1 - state.uptimeSeconds / startSeconds : 0;
  const capacity = Math.max(0, 1 - state.spin - collecting - 0.5 * starting) * (1 - state.stuck);
  const overload = working > capacity ? 1 - capacity / working : 0;
  const failing =
    1 - (1 - make.usualErrors) * (1 - overload) * (1 - state.broken) * (1 - outage) * (1 - 0.05 * starting);
  return {
    cpuRatio: Math.min(1, Math.min(working, capacity) + state.spin + collecting + 0.6 * starting),
    memoryRatio: Math.min(1, memory),
    failing,
    outOfMemory: memory >= 1,
  };
}

/** As after a start of the process. */
export function restarted(): InstanceState {
  return { cache: 0, leak: 0, spin: 0, stuck: 0, broken: 0, uptimeSeconds: 0 };
}

/** Caches and broken connections go; what leaks, spins or waits for ever stays, and so does the process's age. */
export function softHealed(state: InstanceState): InstanceState {
  return { ...state, cache: 0, broken: 0 };
}

/** Lets `minutes` pass for memory that grows with the work done, and for the process's age. */
export function age(state: InstanceState, make: InstanceMake, demand: number, minutes: number): void {
  const work = Math.min(1, demand);
  state.cache += make.cachePerMinute * work * minutes;
  state.leak += make.leakPerMinute * work * minutes;
  state.uptimeSeconds += minutes * 60;
}
