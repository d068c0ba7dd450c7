import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { Observation } from "../../cluster/observation.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { Clock } from "../../lib/clock.ts";
import { addGauge } from "./add-gauge.ts";
import { addTotal } from "./add-total.ts";
import { addDroppedMetrics } from "./dropped-metrics.ts";
import { addSourceMetrics, type SourceMetricsOptions } from "./source-metrics.ts";
import { addWatchMetrics } from "./watch-metrics.ts";

const shareReadMs = 5 * 60_000;

export interface OwnMetrics {
  readonly registry: Registry;
  readonly incidents: Counter<"event">;
}

/** What kubemend tells about itself at /metrics. Values are read when asked for. */
export function createMetrics(sources: {
  /** Stands on every metric, so that several kubemends under one Prometheus are told apart. */
  cluster: string;
  /** Time of the cluster, by which log lines are dated. */
  clock: Pick<Clock, "now">;
  engine: DetectionEngine;
  observation: Observation;
  sources: SourceMetricsOptions["sources"];
  capture: SourceMetricsOptions["capture"];
  forecaster: SourceMetricsOptions["forecaster"];
}): OwnMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ cluster: sources.cluster });
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number | undefined) => addGauge(registry, name, help, read);
  const total = (name: string, help: string, read: () => number | undefined) => addTotal(registry, name, help, read);
  const { engine, observation, clock } = sources;
  total("detection_ticks", "Ticks of detection", () => engine.stats.ticks);
  gauge("detection_tick_seconds", "Time the last tick took", () => engine.stats.lastTickMs / 1_000);
  gauge("detection_series", "Derived series held", () => engine.stats.series);
  gauge("detection_active_anomalies", "Anomalies active now", () => engine.stats.activeAnomalies);
  total("detection_failures", "Detectors that threw", () => engine.stats.detectorFailures);
  total("log_lines", "Log lines read", () => engine.stats.logLines);
  total("log_lines_unread", "Log lines of pods that are not known", () => engine.stats.logLinesUnread);
  total("log_lines_ahead", "Log lines of a clock that is ahead", () => engine.stats.logLinesAhead);
  total(
    "log_lines_not_taken",
    "Log lines left out because more came than could be read",
    () => sources.sources.signals.droppedLogLines,
  );
  gauge("log_share_read", "Share of the log lines of the last five minutes that could be read, 0 to 1", () =>
    observation.logs.shareRead(clock.now() - shareReadMs),
  );
  total("signals_dropped", "Signals nobody read in time", () => sources.sources.signals.dropped);
  total("log_lines_dropped", "Log lines that gave way to newer ones", () => observation.logs.dropped.lines);
  total("events_dropped", "Events that gave way to newer ones", () => observation.events.dropped);
  total("series_refused", "Series refused because there were too many", () => observation.series.dropped.series);
  gauge(
    "open_incidents",
    "Incidents that are not resolved",
    () => engine.incidents().filter((incident) => incident.status !== "resolved").length,
  );
  const incidents = new Counter({
    name: "kubemend_incident_events_total",
    help: "What happened to incidents",
    labelNames: ["event"] as const,
    registers: [registry],
  });
  addSourceMetrics({ registry, ...sources });
  addWatchMetrics(registry, sources.sources.watches);
  addDroppedMetrics(registry, { detection: () => engine.stats, observation, sources: sources.sources.stats });
  return { registry, incidents };
}
