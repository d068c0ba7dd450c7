import { Counter, type Registry } from "prom-client";
import type { Observation } from "../../cluster/observation.ts";
import type { DetectionStats } from "../../detection/engine/detection-stats.ts";
import type { ClusterSources } from "../sources/cluster-sources.ts";

/** What metric detection has refused, and why: a bound that is hit must show, or a quiet cluster and a blind bot look alike. */
export function addDroppedMetrics(
  registry: Registry,
  read: {
    readonly detection: () => DetectionStats;
    readonly observation: Observation;
    readonly sources: ClusterSources["stats"];
  },
): void {
  const byReason = (name: string, help: string, counts: () => Readonly<Record<string, number>>) =>
    new Counter({
      name: `kubemend_${name}_total`,
      help,
      labelNames: ["why"] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const [why, count] of Object.entries(counts())) this.inc({ why }, count);
      },
    });
  byReason("samples_dropped", "Samples left out: stale, no number, a wrong time, too many series or groups", () => {
    const { stale, notFinite, wrongTime, refusedSeries, refusedGroups } = read.detection().samplesDropped;
    return { stale, notFinite, wrongTime, refusedSeries, refusedGroups };
  });
  byReason(
    "points_dropped",
    "Points of derived series left out: stale, no number, too many series, or of their seasons",
    () => {
      const { pointsDropped, seasons } = read.detection();
      const { stale, notFinite, series } = pointsDropped;
      return { stale, notFinite, series, season: seasons.refused };
    },
  );
  byReason(
    "scrapes",
    "Scrapes of kubelets and pods, those that failed, and pods left out while their container does not run",
    () => {
      const { scrapes = 0, failed = 0, notRunning = 0 } = read.sources.scrape ?? {};
      return { answered: scrapes - failed, failed, "not-running": notRunning };
    },
  );
  byReason("scraped_samples_dropped", "Scraped lines left out: no sample, or a target with too many series", () => {
    const { malformed = 0, refused = 0 } = read.sources.scrape ?? {};
    return { malformed, refused };
  });
  byReason(
    "objects_dropped",
    "Objects and events left out: they lack what their kind must have, or there are too many; places whose last news is forgotten; and values of ConfigMaps of which not all is kept",
    () => ({
      malformed: read.detection().objectsMalformed,
      "place-forgotten": read.detection().placesForgotten,
      bound: read.observation.objects.dropped.objects,
      "config-value": read.observation.objects.dropped.values,
    }),
  );
  byReason("firing_alerts_dropped", "Firing alerts that found no place", () => ({
    bound: read.observation.alerts.dropped,
  }));
  byReason("anomalies_dropped", "Anomalies beyond the bound", () => ({
    bound: read.detection().droppedAnomalies,
  }));
}
