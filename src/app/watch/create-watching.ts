import type { Observation } from "../../cluster/observation.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { HealthLine } from "../../incident/report/health-line.ts";
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
    const { ticks, lastTickMs, series, detectorFailures, activeAnomalies, silencedAnomalies, logLines } = engine.stats;
    const agoMs = performance.now() - tickedAt;
    const blind = active.filter(({ family }) => family === "blind");
    const dropped = options.signalsDropped();
    return [
      {
        name: "Detection",
        state: agoMs > lateAfterMs(tickMs) ? "trouble" : "ok",
        detail: `${ticks} ticks, the last ${Math.round(agoMs / 1_000)} s ago in ${Math.round(lastTickMs)} ms; ${activeAnomalies} anomalies now, ${silencedAnomalies} silenced`,
      },
      {
        name: "Detectors",
        state: detectorFailures > 0 ? "trouble" : "ok",
        detail: detectorFailures > 0 ? `stumbled ${detectorFailures} times since the start` : "none has stumbled",
      },
      {
        name: "Sources",
        state: blind.length > 0 || dropped > 0 ? "trouble" : "ok",
        detail:
          blind.length > 0
            ? blind.map(({ reason }) => reason).join(", ")
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
