import { isKind } from "../cluster/kubernetes-types.ts";
import type { Observation } from "../cluster/observation.ts";
import type { SourceWatch } from "./blind/source-silence.ts";
import type { LiveAnomaly } from "./live-anomaly.ts";
import type { Transitions } from "./transitions.ts";

/** A metric that has had no point for this long while its scrape works cannot be confirmed either way; it is let go. */
const unconfirmedMs = 5 * 60_000;

export interface EndContext {
  readonly observation: Observation;
  readonly transitions: Transitions;
  readonly sources: Pick<SourceWatch, "blind">;
  readonly now: number;
}

/**
 * A detector has gone quiet about an anomaly. Does that prove recovery? Not while its source is blind, not while the
 * workload is still being rolled out, and for a metric only when new points have come since, or its pod is gone.
 */
export function mayEnd(live: LiveAnomaly, { observation, transitions, sources, now }: EndContext): boolean {
  const { anomaly } = live;
  if (sources.blind(anomaly.family, now)) return false;
  if (transitions.inProgress(anomaly.target) && anomaly.family !== "blind") return false;
  if (!anomaly.series) return true;
  const series = observation.series.get(anomaly.series.name, anomaly.series.labels);
  if (!series) return true;
  if (series.lastAt > live.lastSeenAt) return true;
  const { namespace, pod } = anomaly.series.labels;
  if (pod !== undefined && !isKind(observation.objects.get("Pod", namespace, pod), "Pod")) return true;
  return now - live.lastSeenAt >= unconfirmedMs;
}
