import type { Observation } from "../../cluster/observation.ts";
import { collect } from "../../cluster/reach.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident } from "../../incident/incident.ts";
import { type ObjectRef, refKey, uniqueRefs } from "../../incident/object-ref.ts";
import { findChanges } from "../gather/changes.ts";
import { gistOfKept, levelOfKept } from "../gather/read-once.ts";

/** Changes until here may have brought the trouble that an incident begins with (ms after its onset). */
const changesAfterMs = 60_000;
/** What is usual is known from so long before the onset (ms). */
const beforeMs = 10 * 60_000;
/** Trouble that is quiet for this long has paused (ms). */
const pauseMs = 40_000;
/** A repair is noisy for a moment; what is said for longer than that, and so often, is trouble (ms). */
const noiseMs = 20_000;
const leastLines = 3;
/** Detectors that look at windows date one thing as differently as this (ms). */
const datedMs = 30_000;
const maxWorkloads = 20;
const maxLinesPerPod = 20_000;

interface Cluster {
  readonly observation: Observation;
  readonly topology: Topology;
}

/** When severe lines of a kind were written that nobody wrote before the onset (ms, rising). */
type Kinds = ReadonlyMap<string, readonly number[]>;

function newKinds(workloads: readonly ObjectRef[], onset: number, now: number, cluster: Cluster): Kinds {
  const { observation, topology } = cluster;
  const found = new Map<string, number[]>();
  const usual = new Set<string>();
  for (const workload of workloads.slice(0, maxWorkloads)) {
    const namespace = workload.namespace ?? "";
    for (const pod of topology.podNamesOf(workload)) {
      const lines = observation.logs.lines({ namespace, pod, from: onset - beforeMs, to: now });
      for (const line of lines.slice(-maxLinesPerPod)) {
        const level = levelOfKept(line);
        if (level !== "error" && level !== "fatal") continue;
        const kind = `${refKey(workload)} ${gistOfKept(line).kind}`;
        if (line.at < onset) usual.add(kind);
        else collect(found, kind, line.at);
      }
    }
  }
  for (const kind of usual) found.delete(kind);
  for (const times of found.values()) times.sort((a, b) => a - b);
  return found;
}

interface Pause {
  readonly from: number;
  readonly to: number;
}

/** When none of all that was written, latest first. */
function pausesIn(kinds: Kinds): readonly Pause[] {
  const times = [...kinds.values()].flat().sort((a, b) => a - b);
  return times
    .flatMap((to, i) => ({ from: times[i - 1] ?? to, to }))
    .filter(({ from, to }) => to - from >= pauseMs)
    .reverse();
}

/** Is something said from then on, and for long enough, that nobody said before? */
const saysNews = (kinds: Kinds, since: number): boolean =>
  [...kinds.values()].some(
    ([first = 0, ...more]) =>
      first >= since && more.length + 1 >= leastLines && (more.at(-1) ?? first) - first >= noiseMs,
  );

/** Was what an anomaly measures back halfway to usual in the pause? What is no log line and was there all the time has not paused. */
function hasPaused(anomaly: Anomaly, { from, to }: Pause, { observation }: Cluster): boolean {
  const { series: of, value, expected } = anomaly;
  const series = of && observation.series.get(of.name, of.labels);
  if (!series || value === undefined || expected === undefined) return false;
  return observation.series
    .window(series, from, to)
    .some((point) => Math.abs(point.value - expected) <= 0.5 * Math.abs(value - expected));
}

/**
 * Since when an incident is about another trouble than at its beginning (ms): something around it was changed again, what was
 * seen at the beginning paused, and what has come since says what nobody said before. Undefined while it may be the same one: a
 * repair that did not help leaves the same words behind.
 */
export function laterTroubleSince(
  incident: Incident,
  symptomatic: readonly ObjectRef[],
  now: number,
  cluster: Cluster,
): number | undefined {
  const { onset, anomalies } = incident;
  const { observation, topology } = cluster;
  const near = uniqueRefs([...symptomatic, ...symptomatic.flatMap((ref) => topology.dependenciesOf(ref, 1))]);
  const about = new Set(near.flatMap((ref) => [ref, ...topology.usesOf(ref).map((use) => use.ref)]).map(refKey));
  const [turn] = findChanges(observation, onset + changesAfterMs + 1, now).filter(({ ref }) => about.has(refKey(ref)));
  if (!turn) return undefined;
  const kinds = newKinds(symptomatic, onset, now, cluster);
  const pause = pausesIn(kinds).find(({ to }) => to >= turn.at && saysNews(kinds, to));
  if (!pause) return undefined;
  const goesOn = anomalies.some(
    (anomaly) =>
      anomaly.endsAt === undefined &&
      anomaly.family !== "log" &&
      anomaly.startsAt < pause.to - datedMs &&
      !hasPaused(anomaly, pause, cluster),
  );
  return goesOn ? undefined : pause.to;
}

/** An incident as if it had begun then (ms): without what was over by that time. */
export function asOf(incident: Incident, since: number): Incident {
  const anomalies = incident.anomalies
    .filter(({ endsAt }) => endsAt === undefined || endsAt >= since)
    .map((anomaly) => ({ ...anomaly, startsAt: Math.max(anomaly.startsAt, since) }));
  const affected = uniqueRefs(anomalies.map(({ target }) => target));
  const target = affected.some((ref) => refKey(ref) === refKey(incident.target)) ? incident.target : affected[0];
  return { ...incident, onset: since, anomalies, affected, target: target ?? incident.target };
}
