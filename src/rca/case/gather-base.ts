import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import { derivedSeries } from "../../cluster/series-names.ts";
import type { PastIncident } from "../../incident/diagnosis/past-incident.ts";
import { makeRef, refKey } from "../../incident/object-ref.ts";
import { changeFinding } from "../gather/changes.ts";
import { eventFinding } from "../gather/events.ts";
import { isFresh, logFinding } from "../gather/logs.ts";
import { metricFinding } from "../gather/metrics.ts";
import { neighboursFinding } from "../gather/neighbours.ts";
import { nodeFinding } from "../gather/node.ts";
import { podFinding } from "../gather/object-state.ts";
import { similarFinding } from "../gather/similar.ts";
import type { Case } from "./case.ts";

const maxWorkloads = 12;

/**
 * Quotes what belongs to every incident whatever its cause: what changed around it, how the workloads with symptoms and their
 * pods are, what they write, who their neighbours are. Rules quote what proves a cause; this lets a person check it.
 */
export function gatherBase(open: Case, similar: readonly PastIncident[]): void {
  const scope = new Set(open.scope.map(refKey));
  const namespaces = new Set(open.scope.map((workload) => workload.namespace));
  const near = open.changes.filter(
    (change) =>
      scope.has(refKey(change.ref)) ||
      change.ref.kind === "Node" ||
      (namespaces.has(change.ref.namespace) && change.at > open.onset - 15 * 60_000),
  );
  for (const change of near.slice(-20)) open.cite(changeFinding(change));
  for (const anomaly of open.incident.anomalies.slice(0, 20)) {
    if (!anomaly.series || !(anomaly.series.name in derivedSeries)) continue;
    const shift = open.shifts(anomaly.series.name as DerivedSeriesName, anomaly.series.labels)[0];
    if (shift) open.cite(metricFinding(shift, anomaly.target));
  }
  const nodes = new Set<string>();
  for (const workload of open.symptomatic.slice(0, maxWorkloads)) {
    for (const pod of open.podsOf(workload)) {
      if (pod.pod.spec.nodeName) nodes.add(pod.pod.spec.nodeName);
      if (pod.deletedAt === undefined && !pod.ready) open.cite(podFinding(pod, open.now));
    }
    for (const event of open
      .eventsOf(workload)
      .filter((item) => item.warning)
      .slice(-2))
      open.cite(eventFinding(event, workload));
    for (const fact of open
      .logsOf(workload)
      .filter((item) => isFresh(item, open.window))
      .slice(0, 2))
      open.cite(logFinding(fact, open.onset, open.now));
    open.cite(neighboursFinding(open.topology, workload, open.now));
  }
  for (const name of [...nodes].slice(0, 3))
    open.cite(nodeFinding(open.observation, makeRef("Node", undefined, name), open.now));
  for (const past of similar.slice(0, 3)) open.cite(similarFinding(past));
}
