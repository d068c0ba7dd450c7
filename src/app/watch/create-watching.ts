import type { Observation } from "../../cluster/observation.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { HealthLine } from "../../incident/report/health-line.ts";
import { duration } from "../../lib/duration.ts";
import type { Watching } from "../desk/watching.ts";
import { lateAfterMs } from "./readiness.ts";

export interface CreateWatchingOptions {
  readonly engine: Pick<DetectionEngine, "stats">;
  readonly observation: Observation;
  readonly tickMs: number;
  /** Signals that nobody read in time, so far. */
  readonly signalsDropped: () => number;
  readonly silencesChanged: () => Promise<void>;
}

/** Keeps what the last tick has shown, for those who ask; `record` is told of each tick. */
export function createWatching(options: CreateWatchingOptions): Watching & {
  readonly record: (tick: { readonly active: readonly Anomaly[] }) => void;
} {
  const { engine, observation, tickMs, silencesChanged } = options;
  let active: readonly Anomaly[] = [];
  let tickedAt = performance.now();
  const health = (): readonly HealthLine[] => {
    const { lastTickMs, series, detectorFailures, activeAnomalies, silencedAnomalies, logLines } = engine.stats;
    const agoMs = performance.now() - tickedAt;
    const blind = active.filter(({ family }) => family === "blind");
    const dropped = options.signalsDropped();
    return [
      {
        name: "Detection",
        state: agoMs > lateAfterMs(tickMs) ? "trouble" : "ok",
        detail: `looked ${duration(agoMs)} ago, for ${Math.round(lastTickMs)} ms; ${activeAnomalies === 0 ? "nothing" : activeAnomalies} abnormal now${silencedAnomalies > 0 ? `, ${silencedAnomalies} more silenced` : ""}`,
      },
      {
        name: "Detectors",
        state: detectorFailures > 0 ? "trouble" : "ok",
        detail:
          detectorFailures > 0
            ? `failed ${detectorFailures} times since the start; the log says which (detector.failed)`
            : "all work",
      },
      {
        name: "Sources",
        state: blind.length > 0 || dropped > 0 ? "trouble" : "ok",
        detail:
          blind.length > 0
            ? `${[...new Set(blind.map(({ target }) => target.name))].slice(0, 5).join(", ")} ${blind.length === 1 ? "does" : "do"} not deliver`
            : `${observation.objects.size} objects, ${series} series, ${logLines} log lines read${dropped > 0 ? `; ${dropped} signals dropped` : ""}`,
      },
    ];
  };
  return {
    observation,
    active: () => active,
    health,
    silencesChanged,
    record(tick) {
      active = tick.active;
      tickedAt = performance.now();
    },
  };
}
