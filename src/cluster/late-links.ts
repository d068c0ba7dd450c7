import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import type { Observation } from "./observation.ts";
import type { Series } from "./series-store.ts";
import type { Topology } from "./topology.ts";
import { usualOf } from "./usual.ts";

/** More time on the way than usual, by a factor and by what somebody feels (s). */
const leastSeconds = 0.04;
const leastFactor = 3;
/** Who answers as slowly as this, measured by the usual, may be what its callers wait for (share of what they wait longer). */
const ownShare = 0.5;
/** Samples that are older say nothing about now (ms). */
const staleMs = 60_000;

/** Calls of one workload to another that arrive late. */
export interface LateLink {
  readonly caller: ObjectRef;
  readonly callee: ObjectRef;
}

interface Measured {
  readonly now: number;
  readonly observation: Observation;
  readonly topology: Topology;
}

const labelsOf = ({ namespace = "", name }: ObjectRef) => ({ namespace, workload: name });

/** Seconds that a series shows above its usual; undefined while either is not known. */
function growth(series: Series | undefined, { observation, now }: Measured) {
  if (!series || now - series.lastAt > staleMs) return undefined;
  const usual = usualOf(series, observation.series, now);
  return usual === undefined ? undefined : { seconds: series.last - usual, usual };
}

const known = new WeakMap<Topology, { readonly now: number; readonly links: readonly LateLink[] }>();

/**
 * Calls that take far longer than usual for who makes them and not for who answers them: what is late is the way between.
 * Only those of which both ends are measured, and the callee still serves.
 */
export function lateLinks(measured: Measured): readonly LateLink[] {
  const { observation, topology, now } = measured;
  const before = known.get(topology);
  if (before?.now === now) return before.links;
  const links = topology.workloads.flatMap((caller) =>
    observation.series.select("client_latency_mean_seconds", labelsOf(caller)).flatMap((series): LateLink[] => {
      const waited = growth(series, measured);
      if (!waited || waited.seconds < leastSeconds || waited.seconds < (leastFactor - 1) * waited.usual) return [];
      const [callee] = topology.resolveHost(caller.namespace, series.labels["peer"] ?? "").workloads;
      if (!callee || refKey(callee) === refKey(caller)) return [];
      const served = growth(observation.series.get("latency_mean_seconds", labelsOf(callee)), measured);
      return served && served.seconds < ownShare * waited.seconds ? [{ caller, callee }] : [];
    }),
  );
  known.set(topology, { now, links });
  return links;
}
