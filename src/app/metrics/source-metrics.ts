import { Counter, type Registry } from "prom-client";
import type { CaptureStats } from "../../detection/collect/capture.ts";
import type { Forecaster } from "../../detection/metrics/forecast/forecaster.ts";
import type { ClusterSources } from "../sources/cluster-sources.ts";
import { addGauge } from "./add-gauge.ts";
import { addTotal } from "./add-total.ts";

export interface SourceMetricsOptions {
  readonly registry: Registry;
  readonly sources: ClusterSources;
  readonly capture: () => CaptureStats | undefined;
  readonly forecaster: () => Forecaster["stats"];
}

/** What sources have taken and left out, what capture has written, what the forecaster follows. */
export function addSourceMetrics({ registry, sources, capture, forecaster }: SourceMetricsOptions): void {
  const registers = [registry];
  const total = (name: string, help: string, read: () => number | undefined) => addTotal(registry, name, help, read);
  const gauge = (name: string, help: string, read: () => number | undefined) => addGauge(registry, name, help, read);
  const { signals, stats } = sources;
  gauge("signals_queued", "Signals that wait to be read", () => signals.queued);

  total("prometheus_queries", "Queries sent to Prometheus", () => stats.prometheus?.queries);
  total("prometheus_queries_failed", "Queries that Prometheus did not answer", () => stats.prometheus?.failedQueries);
  total("prometheus_points", "Values taken from Prometheus", () => stats.prometheus?.points);
  total(
    "prometheus_points_dropped",
    "Values left out: no number, unknown pod, too many",
    () => stats.prometheus?.dropped,
  );
  gauge(
    "prometheus_families_left_out",
    "Metric families beyond those asked for",
    () => stats.prometheus?.familiesLeftOut,
  );

  gauge("log_containers_followed", "Containers whose logs are followed", () => stats.logs?.followed);
  gauge("log_containers_waiting", "Containers whose logs are not read: no place is free", () => stats.logs?.waiting);

  total("loki_lines", "Log lines taken from Loki", () => stats.loki?.lines);
  total("loki_polls_failed", "Polls that Loki did not answer", () => stats.loki?.failedPolls);
  total(
    "loki_skipped_seconds",
    "Time of log given up because there was too much",
    () => (stats.loki?.skippedMs ?? 0) / 1_000,
  );

  total("log_stream_lines", "Log lines taken from the stream", () => stats.stream?.lines);
  total("log_stream_messages", "Messages taken from the stream", () => stats.stream?.messages);
  total("log_stream_lost_messages", "Messages that the stream threw away unread", () => stats.stream?.lostMessages);
  total("log_stream_repeated", "Messages that came again and were not counted again", () => stats.stream?.repeated);
  total("log_stream_malformed", "Messages that hold no lines", () => stats.stream?.malformed);
  total("log_stream_failures", "Times reading of a partition ended with an error", () => stats.stream?.failures);
  gauge("log_stream_behind", "Messages of the stream that wait for this watcher", () => stats.stream?.behind);

  total("log_push_requests", "Deliveries of log lines", () => stats.pushed.requests);
  total("log_push_requests_refused", "Deliveries of log lines that were refused", () => stats.pushed.refusedRequests);
  total("log_push_lines", "Log lines taken from deliveries", () => stats.pushed.lines);
  new Counter({
    name: "kubemend_log_lines_left_out_total",
    help: "Lines of Loki and of deliveries that were left out, or cut, and why",
    labelNames: ["why"] as const,
    registers,
    collect() {
      this.reset();
      for (const why of ["withoutPlace", "otherNamespace", "cut"] as const)
        this.inc({ why }, stats.pushed[why] + (stats.loki?.[why] ?? 0));
      this.inc({ why: "wrongTime" }, stats.pushed.wrongTime);
    },
  });

  total("trace_requests", "Deliveries of spans", () => stats.traces.requests);
  total("trace_requests_refused", "Deliveries of spans that were refused", () => stats.traces.refusedRequests);
  total("trace_calls", "Calls between workloads taken from spans", () => stats.traces.calls);
  new Counter({
    name: "kubemend_trace_calls_left_out_total",
    help: "Client spans that were left out, and why",
    labelNames: ["why"] as const,
    registers,
    collect() {
      this.reset();
      for (const why of ["unplaced", "wrongTime", "tooMany"] as const) this.inc({ why }, stats.traces[why]);
    },
  });

  total("alerts", "Alerts taken from Alertmanagers", () => stats.alerts.alerts);
  total("alerts_dropped", "Alerts left out: too many in one notification, or no start", () => stats.alerts.dropped);
  total("alert_requests_refused", "Notifications that were refused", () => stats.alerts.refusedRequests);

  total("capture_samples", "Samples taken of nodes, pods and deployments", () => capture()?.samples);
  total("capture_written", "Writes of samples that the database took", () => capture()?.written);
  gauge("capture_queued", "Writes of samples that wait", () => capture()?.queued);
  total("capture_writes_dropped", "Writes that gave way because the database was away", () => capture()?.droppedWrites);
  total("capture_writes_refused", "Writes that the database refused for what they hold", () => capture()?.refused);
  total("capture_pods_dropped", "Pods left out of samples", () => capture()?.droppedPods);
  total("capture_failures", "Attempts to write that failed", () => capture()?.failures);

  gauge("forecast_series", "Series that the forecaster follows", () => forecaster().series);
  total("forecast_series_refused", "Times a series found no place with the forecaster", () => forecaster().refused);
  total("forecast_series_evicted", "Series that ended or gave their place to others", () => forecaster().evicted);
}
