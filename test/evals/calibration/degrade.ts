import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { refOf } from "../../../src/cluster/object-store.ts";
import { refKey } from "../../../src/incident/object-ref.ts";
import type { Recording } from "../../../src/replay/recording/load-recording.ts";

/** Ways to take evidence away from a recording, as it happens to clusters: rights not given, sources not connected, a late start. */
export const degradations = [
  "none",
  "no-logs",
  "few-logs",
  "no-events",
  "no-metrics",
  "no-configuration",
  "objects-only",
  "late",
  "late-no-logs",
  "late-no-revisions",
  "late-bare",
] as const;
export type Degradation = (typeof degradations)[number];

const configuration: ReadonlySet<string> = new Set([
  "ConfigMap",
  "Secret",
  "Role",
  "RoleBinding",
  "ResourceQuota",
  "Node",
]);
/** A process that starts late finds the trouble going on. */
const lateMs = 45_000;
const fewEvery = 12;

/** The recording as somebody saw it who began to watch at `from`: the state of then, and what came later. */
function seenFrom(recording: Recording, from: number): Recording {
  const state = new Map<string, KubeObject>(recording.objects.map((object) => [refKey(refOf(object)), object]));
  for (const { at, change, object } of recording.changes) {
    if (at > from) break;
    if (change === "DELETED") state.delete(refKey(refOf(object)));
    else state.set(refKey(refOf(object)), object);
  }
  return {
    ...recording,
    start: from,
    objects: [...state.values()],
    changes: recording.changes.filter(({ at }) => at > from),
    events: recording.events.filter(({ at }) => at > from),
    logs: recording.logs.filter(({ at }) => at > from),
    series: recording.series.map((series) => {
      const first = series.times.findIndex((at) => at > from);
      const keep = first < 0 ? series.times.length : first;
      return { ...series, times: series.times.slice(keep), values: series.values.slice(keep) };
    }),
  };
}

function without(recording: Recording, drop: (object: KubeObject) => boolean): Recording {
  return {
    ...recording,
    objects: recording.objects.filter((object) => !drop(object)),
    changes: recording.changes.filter(({ object }) => !drop(object)),
  };
}

const isOldRevision = (object: KubeObject) =>
  object.kind === "ReplicaSet" && ((object.spec as { replicas?: number } | undefined)?.replicas ?? 0) === 0;

/** @param injectedAt when the fault began (unix ms) */
export function degrade(recording: Recording, how: Degradation, injectedAt: number): Recording {
  const late = () => seenFrom(recording, injectedAt + lateMs);
  switch (how) {
    case "none":
      return recording;
    case "no-logs":
      return { ...recording, logs: [] };
    case "few-logs":
      return { ...recording, logs: recording.logs.filter((_line, i) => i % fewEvery === 0) };
    case "no-events":
      return { ...recording, events: [] };
    case "no-metrics":
      return { ...recording, series: [] };
    case "no-configuration":
      return without(recording, (object) => configuration.has(object.kind));
    case "objects-only":
      return { ...recording, logs: [], events: [], series: [] };
    case "late":
      return late();
    case "late-no-logs":
      return { ...late(), logs: [] };
    case "late-no-revisions":
      return without(late(), isOldRevision);
    case "late-bare":
      return { ...without(late(), isOldRevision), logs: [], events: [] };
  }
}
