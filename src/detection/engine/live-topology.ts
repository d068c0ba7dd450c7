import type { Observation } from "../../cluster/observation.ts";
import { buildTopology, type Topology } from "../../cluster/topology.ts";
import { measuredBy } from "../../cluster/unaccounted.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";

/** Who depends on whom, kept from tick to tick: building it is the dear part of a tick. */
export interface LiveTopology {
  at(now: number): Topology;
  /** The one that grouping used last. */
  latest(): Topology;
  /** The next tick builds anew. */
  objectsChanged(): void;
  /** Before grouping: a log in trouble may be all that tells whose trouble it is. */
  readCallsOf(active: readonly LiveAnomaly[]): void;
}

/** Objects change all the time; a topology this old is still good for grouping. */
const maxAgeMs = 60_000;
/** Where no series tells who calls whom, failing calls do, in the log of who makes them: so many newest lines a pod, so far back (ms), of so many workloads. */
const callLines = 60;
const callLinesMs = 5 * 60_000;
const maxMute = 200;
const callMetrics = ["client_requests_per_second", "client_latency_mean_seconds"] as const;

/** Built at most once a tick, and at least once a minute while it is asked for. */
export function createLiveTopology(observation: Observation): LiveTopology {
  const { series } = observation;
  let kept: { readonly at: number; readonly built: Topology } | undefined;
  let changed = false;
  /** Workloads in trouble, and whom they call, of which no series tells whom they call. */
  let mute: ReadonlySet<string> = new Set();

  const at = (now: number): Topology => {
    if (!kept || (changed && now !== kept.at) || now - kept.at > maxAgeMs) {
      kept = {
        at: now,
        built: buildTopology(observation, {
          logLinesPerPod: mute.size > 0 ? callLines : 0,
          logsSince: now - callLinesMs,
          logsOf: (workload) => mute.has(refKey(workload)),
        }),
      };
      changed = false;
    }
    return kept.built;
  };

  return {
    at,
    latest: () => at(kept?.at ?? 0),
    objectsChanged() {
      changed = true;
    },
    readCallsOf(active) {
      if (active.length === 0) {
        mute = new Set();
        return;
      }
      const next = new Set<string>();
      const read = ({ kind, namespace = "", name }: ObjectRef) => {
        const labels = { namespace, workload: name };
        if (next.size < maxMute && callMetrics.every((metric) => series.select(metric, labels).length === 0))
          next.add(refKey({ kind, namespace, name }));
      };
      for (const { anomaly } of active) {
        if (anomaly.family !== "log" && !measuredBy.has(anomaly.detector)) continue;
        read(anomaly.target);
        // Whom it calls in vain may call in vain as well, and be told of only later.
        for (const callee of kept?.built.dependenciesOf(anomaly.target) ?? []) read(callee);
      }
      if (next.size === 0 || [...next].every((key) => mute.has(key))) return;
      // Who is well again keeps what its log has told, until nobody is in trouble.
      mute = new Set([...mute, ...next]);
      kept = undefined;
    },
  };
}
