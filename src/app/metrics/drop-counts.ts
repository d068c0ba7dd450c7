import type { DetectorsOverview } from "../../bot/web/pages-port.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { DetectionEngine } from "../../detection/engine/engine.ts";
import type { ClusterSources } from "../sources/cluster-sources.ts";

/**
 * What every bound on the way of a signal has cost since start, for people. Lines and events that were read and have since
 * made room for newer ones are not among them: that is no loss, and goes on all the time.
 */
export function dropCounts(
  engine: Pick<DetectionEngine, "stats">,
  observation: Observation,
  sources: ClusterSources,
): DetectorsOverview["drops"] {
  const { stats } = engine;
  const { samplesDropped: samples, pointsDropped: points } = stats;
  const { traces } = sources.stats;
  return [
    { what: "signals that nobody read in time", count: sources.signals.dropped },
    { what: "log lines left out because more came than could be read", count: sources.signals.droppedLogLines },
    { what: "log lines of pods that are not known", count: stats.logLinesUnread },
    { what: "log templates beyond the bound", count: stats.templatesDropped },
    {
      what: "samples that were stale, no number, or of a wrong time",
      count: samples.stale + samples.notFinite + samples.wrongTime,
    },
    { what: "samples of too many series or groups", count: samples.refusedSeries + samples.refusedGroups },
    {
      what: "computed points that came late, twice, or as no number",
      count: points.stale + points.notFinite + points.series,
    },
    { what: "series beyond the bound", count: observation.series.dropped.series },
    { what: "anomalies beyond the bound", count: stats.droppedAnomalies },
    { what: "deliveries of log lines that were refused", count: sources.stats.pushed.refusedRequests },
    { what: "calls of traces left out", count: traces.unplaced + traces.wrongTime + traces.tooMany },
    { what: "alerts left out", count: sources.stats.alerts.dropped },
  ];
}
