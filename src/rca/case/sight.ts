import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "./case.ts";

/** Kinds of evidence that a diagnosis can have to go by. */
const sightKinds = ["logs", "metrics", "events", "past"] as const;
export type SightKind = (typeof sightKinds)[number];

const beforeMs = 10 * 60_000;
/** Anything shorter shows no "before". */
const pastMs = 60_000;
const maxWorkloads = 12;

function hasLogs(open: Case, workloads: readonly ObjectRef[]): boolean {
  const from = open.onset - beforeMs;
  return workloads.some((workload) =>
    open.topology
      .podNamesOf(workload)
      .some((pod) => open.observation.logs.lines({ namespace: workload.namespace ?? "", pod, from }).length > 0),
  );
}

function hasMetrics(open: Case, workloads: readonly ObjectRef[]): boolean {
  const namespaces = new Set(workloads.map((workload) => workload.namespace));
  const { series } = open.observation;
  return series
    .names()
    .some((name) =>
      [...namespaces].some((namespace) =>
        series
          .select(name, namespace ? { namespace } : {})
          .some((one) => series.window(one, open.onset - beforeMs, open.now).length > 0),
      ),
    );
}

/** True when the objects around were watched for a while before the trouble: only then does a change show as one. */
function hasPast(open: Case): boolean {
  const { objects } = open.observation;
  const seen = ["Service", "Deployment", "StatefulSet", "DaemonSet", "Node"].flatMap((kind) =>
    objects.list(kind).flatMap(({ metadata }) => {
      const first = objects.versions({
        kind,
        name: metadata.name,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      })[0];
      return first ? [first.at] : [];
    }),
  );
  return seen.length > 0 && Math.min(...seen) <= open.onset - pastMs;
}

/** Which kinds of evidence are absent altogether around an incident; their silence proves nothing. */
export function missingSight(open: Case): readonly SightKind[] {
  const workloads = (open.symptomatic.length > 0 ? open.symptomatic : open.scope).slice(0, maxWorkloads);
  const present: Readonly<Record<SightKind, boolean>> = {
    logs: workloads.length === 0 || hasLogs(open, workloads),
    metrics: workloads.length === 0 || hasMetrics(open, workloads),
    events: open.observation.events.between(open.onset - beforeMs, open.now).length > 0,
    past: hasPast(open),
  };
  return sightKinds.filter((kind) => !present[kind]);
}
