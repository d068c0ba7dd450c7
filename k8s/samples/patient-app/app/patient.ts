/** What ails the patient. Each can be healed from inside but `stuck`, for which only a restart helps. */
export const ailments = ["errors", "memory", "cpu", "stuck"] as const;
export type Ailment = (typeof ailments)[number];

export interface Health {
  /** Share of one core, 0 to 1, over the last second. */
  readonly cpu: number;
  /** Share of the memory limit, 0 to 1. */
  readonly memory: number;
  readonly errorCount: number;
  readonly uptimeSeconds: number;
  readonly status: "ok" | "degraded";
}

export interface Patient {
  suffer(ailment: Ailment): void;
  /** @returns what was healed; `stuck` never is */
  heal(): readonly Ailment[];
  /** One piece of work. @throws while errors or a jam are on it */
  work(): string;
  health(): Health;
}

const chunkBytes = 1024 * 1024;
const mostChunks = 400;
/** Errors older than this are forgotten: a count that never falls says nothing about now. */
const errorsForMs = 60_000;

/**
 * A service that can fall ill.
 * @param memoryLimitBytes what its container may use
 */
export function createPatient(memoryLimitBytes: number, now: () => number = Date.now): Patient {
  const startedAt = now();
  const ill = new Set<Ailment>();
  const hoard: Buffer[] = [];
  let failed: number[] = [];
  let usage = process.cpuUsage();
  let usageAt = performance.now();
  let cpu = 0;

  // Where the illness does its harm, a little every second, so that it is a rise and not a jump.
  const timer = setInterval(() => {
    if (ill.has("memory") && hoard.length < mostChunks) hoard.push(Buffer.alloc(2 * chunkBytes, 1));
    if (ill.has("cpu")) {
      const until = performance.now() + 700;
      while (performance.now() < until) Math.sqrt(Math.random());
    }
    const since = process.cpuUsage(usage);
    cpu = Math.min(1, (since.user + since.system) / 1000 / (performance.now() - usageAt));
    usage = process.cpuUsage();
    usageAt = performance.now();
  }, 1000);
  timer.unref();

  const recent = (): number => {
    failed = failed.filter((at) => at > now() - errorsForMs);
    return failed.length;
  };

  return {
    suffer: (ailment) => void ill.add(ailment),
    heal() {
      const healed = [...ill].filter((ailment) => ailment !== "stuck");
      for (const ailment of healed) ill.delete(ailment);
      hoard.length = 0;
      failed = [];
      return healed;
    },
    work() {
      if (ill.has("stuck") || (ill.has("errors") && Math.random() < 0.6)) {
        if (failed.length < 100_000) failed.push(now());
        throw new Error(
          ill.has("stuck") ? "worker is stuck: no slot became free" : "cannot read record: checksum mismatch",
        );
      }
      return "well";
    },
    health: () => ({
      cpu,
      memory: Math.min(1, process.memoryUsage().rss / memoryLimitBytes),
      errorCount: recent(),
      uptimeSeconds: Math.round((now() - startedAt) / 1000),
      status: ill.size === 0 ? "ok" : "degraded",
    }),
  };
}

const workEveryMs = 250;

/** Has it work without visitors, so that an illness shows in its health on an idle cluster as well. */
export function workByItself(patient: Pick<Patient, "work">): void {
  setInterval(() => {
    try {
      patient.work();
    } catch {
      // Counted by the patient itself.
    }
  }, workEveryMs).unref();
}
