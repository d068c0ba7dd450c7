import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import { createAlertIntake } from "../../detection/collect/alertmanager.ts";
import { type HealthReader, healthSource } from "../../detection/collect/health.ts";
import { type LiveReader, type LiveSignals, liveSignals } from "../../detection/collect/live-signals.ts";
import type { LogStreamStats } from "../../detection/collect/logs/log-stream-source.ts";
import type { LogSourceStats } from "../../detection/collect/logs/logs.ts";
import { type LokiReader, type LokiStats, lokiSource } from "../../detection/collect/logs/loki.ts";
import {
  type PrometheusReader,
  type PrometheusStats,
  prometheusSource,
} from "../../detection/collect/prometheus/prometheus.ts";
import { createLogIntake } from "../../detection/collect/push/log-intake.ts";
import { createTraceIntake } from "../../detection/collect/push/trace-intake.ts";
import type { ScrapeStats } from "../../detection/collect/scrape/scrape.ts";
import type { SourceContext } from "../../detection/collect/source-context.ts";
import { nodeStorage, workloadLookup, workloadNames } from "../../detection/collect/workload-of.ts";
import type { Clock } from "../../lib/clock.ts";
import type { StreamedLogs } from "./nats-logs.ts";
import { createWatchBook, type WatchBook } from "./watch-book.ts";

export interface ClusterSourcesDeps {
  readonly config: Config;
  readonly observation: Observation;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly reader: LiveReader & HealthReader;
  /** Instead of scraping. */
  readonly prometheus?: PrometheusReader | undefined;
  /** The share of this process, of logs and metrics. Default all. */
  readonly reads?: (namespace: string) => boolean;
  /** Needed when logs come through a stream. */
  readonly streamed?: StreamedLogs | undefined;
  /** Needed when logs come from a Loki. */
  readonly loki?: LokiReader | undefined;
}

type LogIntake = ReturnType<typeof createLogIntake>;
type TraceIntake = ReturnType<typeof createTraceIntake>;
type AlertIntake = ReturnType<typeof createAlertIntake>;

export interface ClusterSources {
  readonly signals: LiveSignals;
  /** For the web server. */
  readonly pushLogs: LogIntake["push"];
  readonly notifyAlerts: AlertIntake["notify"];
  readonly pushTraces: TraceIntake["push"];
  /** How the watches on the API server stand. */
  readonly watches: Pick<WatchBook, "states" | "failures">;
  readonly stats: {
    readonly prometheus: PrometheusStats | undefined;
    readonly scrape: ScrapeStats | undefined;
    readonly loki: LokiStats | undefined;
    readonly logs: LogSourceStats | undefined;
    readonly pushed: LogIntake["stats"];
    readonly stream: LogStreamStats | undefined;
    readonly alerts: AlertIntake["stats"];
    readonly traces: TraceIntake["stats"];
  };
}

/** Everything that tells about the cluster, as configured, in one stream: objects and events always, metrics and logs from one place each. */
export function clusterSources(deps: ClusterSourcesDeps): ClusterSources {
  const { config, observation, prometheus, loki, streamed } = deps;
  const watches = createWatchBook();
  const reader = watches.noted(deps.reader);
  const { objects } = observation;
  const logsFrom = config.logs.source;
  const workloadOf = workloadLookup(objects);
  const alerts = createAlertIntake();
  const pushed = createLogIntake({ namespaces: config.kubernetes.namespaces });
  const intervalMs = config.detection.scrapeSeconds * 1_000;
  const traces = createTraceIntake({ intervalMs });
  const stats: { prometheus?: PrometheusStats; scrape?: ScrapeStats; loki?: LokiStats; logs?: LogSourceStats } = {};

  const sources: ((context: SourceContext) => Promise<void>)[] = [(context) => alerts.source(context)];
  if (!prometheus) sources.push((context) => traces.source(context));
  if (logsFrom === "push") sources.push((context) => pushed.source(context));
  if (streamed) sources.push((context) => streamed.source(context));
  if (logsFrom === "loki" && loki) {
    const { query } = config.loki;
    sources.push((context) =>
      lokiSource({
        ...context,
        reader: loki,
        ...(query === undefined ? {} : { selector: query }),
        onStats: (latest) => {
          stats.loki = latest;
        },
      }),
    );
  }
  if (prometheus) {
    sources.push((context) =>
      prometheusSource({
        ...context,
        reader: prometheus,
        workloadOf,
        workloadNames: workloadNames(objects),
        nodeStorage: nodeStorage(objects),
        intervalMs,
        labels: config.prometheus.labels,
        matchers: config.prometheus.matchers,
        latencies: new Set(config.detection.latencyHistograms),
        onStats: (latest) => {
          stats.prometheus = latest;
        },
      }),
    );
  }
  if (config.health.enabled) {
    sources.push((context) =>
      healthSource({
        ...context,
        reader,
        workloadOf,
        annotationsOf: (pod) => objects.find(objects.topOwner(pod))?.object.metadata.annotations ?? {},
        intervalMs: config.health.seconds * 1_000,
      }),
    );
  }
  return {
    signals: liveSignals({
      reader,
      clock: deps.clock,
      signal: deps.signal,
      namespaces: config.kubernetes.namespaces,
      ...(deps.reads ? { reads: deps.reads } : {}),
      scrapeIntervalMs: intervalMs,
      scrape: prometheus === undefined,
      onScrapeStats: (latest) => {
        stats.scrape = latest;
      },
      logs: logsFrom === "kubernetes",
      onLogStats: (latest) => {
        stats.logs = latest;
      },
      sources,
    }),
    async pushLogs(request) {
      if (streamed) return await streamed.push(request);
      if (logsFrom === "push") return await pushed.push(request);
      // Taken as well, every line would count twice.
      return { outcome: "unsupported", detail: `logs come from ${logsFrom}; set logs.source to push to deliver them` };
    },
    notifyAlerts: (body) => alerts.notify(body),
    async pushTraces(request) {
      if (!prometheus) return await traces.push(request);
      // What its service graph says of the same calls would stand beside them.
      return { outcome: "unsupported", detail: "metrics come from Prometheus: let a service graph write there" };
    },
    watches,
    stats: {
      get prometheus() {
        return stats.prometheus;
      },
      get scrape() {
        return stats.scrape;
      },
      get loki() {
        return stats.loki;
      },
      get logs() {
        return stats.logs;
      },
      get pushed() {
        return streamed?.intake ?? pushed.stats;
      },
      get stream() {
        return streamed?.stats;
      },
      get traces() {
        return traces.stats;
      },
      get alerts() {
        return alerts.stats;
      },
    },
  };
}
