import { isUnaccounted } from "../../cluster/unaccounted.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { wholeWords } from "../../lib/whole-words.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding } from "../gather/metrics.ts";
import { podFinding } from "../gather/object-state.ts";
import {
  called,
  citeChange,
  citeLogs,
  crashesOf,
  crashFindings,
  freshLogs,
  isSymptomatic,
  oddPods,
  unprovenChange,
  wasKilledByProbe,
} from "./patterns.ts";

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isSymptomatic(open, workload)) return [];
  const health = open.anomaliesOf(workload).filter((anomaly) => anomaly.family === "health");
  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  const failing = open
    .shifts("error_ratio", match)
    .filter((shift) => shift.after > 0.03 && shift.after > 2 * (shift.before ?? 0));
  const callees = open
    .shifts("client_error_ratio", match)
    .filter((shift) => shift.after > 0.03 && shift.after > 2 * (shift.before ?? 0));
  const own = freshLogs(open, workload).filter(
    (fact) => (fact.level === "error" || fact.level === "fatal") && !fact.signs.includes("upstream"),
  );
  const crash = crashesOf(open, workload).findLast((one) => !wasKilledByProbe(open, one));
  // One replica of several that is sick by itself: the others serve.
  const sick = oddPods(open, workload);
  const alone = sick.length === 1;
  if (health.length === 0 && failing.length === 0 && !crash && sick.length === 0) return [];
  // Some of its calls fail, and yet its own counters say that this is not what its callers suffer from.
  const failingPeers = callees.flatMap(
    ({ labels }) => open.topology.resolveHost(workload.namespace, labels.peer ?? "").workloads,
  );
  const proven =
    failingPeers.length > 0 &&
    open.anomaliesOf(workload).some((anomaly) => isUnaccounted(anomaly, workload, failingPeers, open));
  const upstream = callees.length > 0 && !proven;
  const change = unprovenChange(open, workload);
  const specificity =
    health.length > 0 ? 0.72 : alone ? 0.74 : crash ? 0.6 : own.length > 0 && !upstream ? (proven ? 0.66 : 0.58) : 0.42;
  return [
    candidate(
      {
        cause: "application-degraded",
        culprit: workload,
        statement: crash
          ? `container ${crash.container.name} of ${called(workload)} ends with exit code ${crash.exitCode} for a reason that lies in the application`
          : health.length > 0
            ? `${called(workload)} reports itself unhealthy`
            : alone
              ? `one pod of ${called(workload)} does not serve while the others do`
              : `${called(workload)} answers with errors for a reason of its own`,
        evidence: [
          ...(crash ? open.cite(...crashFindings(open, crash)) : []),
          ...citeLogs(open, own, 2),
          ...open.cite(
            ...failing.slice(0, 1).map((shift) => metricFinding(shift, workload)),
            sick[0] && podFinding(sick[0], open.now),
          ),
        ],
        against: [
          ...open.cite(...(upstream ? callees.slice(0, 1) : []).map((shift) => metricFinding(shift, workload))),
          ...citeChange(open, change),
        ],
        specificity,
        facts: alone ? { pods: sick.map((pod) => pod.ref) } : {},
      },
      open,
    ),
  ];
}

function blind(open: Case): readonly Candidate[] {
  const anomalies = open.incident.anomalies.filter((anomaly) => anomaly.family === "blind");
  const first = anomalies[0];
  if (!first) return [];
  return [
    candidate(
      {
        cause: "monitoring-blind",
        culprit: first.target,
        statement: wholeWords(first.reason === "source-silent" ? `the source ${first.summary}` : first.summary, 300),
        evidence: open.cite({
          source: "object",
          about: first.target,
          query: "kubemend doctor",
          text: first.summary,
          at: first.startsAt,
        }),
        specificity: 0.95,
        hits: anomalies.map((anomaly) => anomaly.target),
      },
      open,
    ),
  ];
}

/** What is left when nothing more exact is seen: the application itself is sick, or the data about it is missing. */
export const degraded: Rule = (open) => [...open.scope.flatMap((workload) => judge(open, workload)), ...blind(open)];
