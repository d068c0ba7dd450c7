import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import { judgedSeries } from "../forecast/judged-series.ts";

/** Of a workload itself: its traffic, which is judged nowhere else, and its calls, which are elsewhere held against the far side. */
const ownWords: Readonly<Partial<Record<DerivedSeriesName, string>>> = {
  pod_network_receive_bytes_per_second: "the traffic that it receives",
  pod_network_transmit_bytes_per_second: "the traffic that it sends",
  client_latency_mean_seconds: "the mean time of its calls",
  client_error_ratio: "the share of failed calls",
};

/** One coordinate of a workload's vector for people; with `peer` the one whom its calls go to. */
export function vectorWords(name: DerivedSeriesName, peer?: string): string {
  const words = ownWords[name] ?? judgedSeries[name]?.what.replace(/ (?:of|in) container$/, "") ?? name;
  return peer === undefined ? words : `${words} to ${peer}`;
}
