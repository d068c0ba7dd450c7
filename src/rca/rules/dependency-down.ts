import { asWorkload } from "../../cluster/kubernetes-types.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { serviceFinding } from "../gather/neighbours.ts";
import { heirOf } from "./heir.ts";
import {
  called,
  citeChange,
  citeLogs,
  crashesOf,
  crashFindings,
  freshLogs,
  isRestarting,
  isSymptomatic,
  readyPods,
  unprovenChange,
  wasKilledByProbe,
} from "./patterns.ts";

function callersLines(open: Case, workload: ObjectRef) {
  const names = [workload, ...open.topology.servicesOf(workload)].map((ref) => ref.name);
  const ips = open.topology
    .servicesOf(workload)
    .map((ref) => open.observation.objects.get("Service", ref.namespace, ref.name)?.spec.clusterIP);
  return open.topology
    .dependentsOf(workload, 1)
    .flatMap((caller) => freshLogs(open, caller, "refused", "timeout", "upstream", "reset", "name-not-found"))
    .filter(
      (fact) =>
        names.some((name) => fact.example.includes(name)) ||
        ips.some((ip) => ip !== undefined && fact.example.includes(ip)),
    );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (workload.kind === "CronJob" || workload.kind === "Job") return [];
  const found = open.observation.objects.find(workload);
  if (!found) return [];
  const dependents = open.topology.dependentsOf(workload);
  if (!isSymptomatic(open, workload) && !dependents.some((caller) => isSymptomatic(open, caller))) return [];
  const wanted = asWorkload(found.object)?.spec.replicas ?? 1;
  const services = open.topology.servicesOf(workload);
  const lines = callersLines(open, workload);
  const proof = () => [
    ...open.cite(...services.slice(0, 1).map((service) => serviceFinding(open.observation, service, open.now))),
    ...citeLogs(open, lines, 2),
  ];

  if (found.deletedAt !== undefined) {
    const change = open
      .changesOf(workload)
      .filter((item) => item.action === "deleted")
      .at(-1);
    // What was replaced is not missing: whoever no longer finds it looks in the old place.
    const heir = heirOf(open, workload);
    return [
      candidate(
        {
          cause: "dependency-down",
          culprit: workload,
          statement: `${called(workload)} was deleted${heir ? `, and ${called(heir)} runs in its place` : ""}`,
          evidence: [...citeChange(open, change), ...proof()],
          specificity: heir ? 0.6 : 0.96,
          since: found.deletedAt,
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  }
  if (wanted === 0 && workload.kind !== "DaemonSet") {
    const change = open
      .changesOf(workload, "replicas")
      .filter((item) => item.fields.some((field) => field.path === "spec.replicas" && field.after === "0"))
      .at(-1);
    const event = open
      .eventsOf(workload)
      .filter((item) => item.reason === "ScalingReplicaSet" && /to 0$/.test(item.message))
      .at(-1);
    const before = Number(change?.fields.find((field) => field.path === "spec.replicas")?.before ?? 1);
    return [
      candidate(
        {
          cause: "dependency-down",
          culprit: workload,
          statement: `${called(workload)} was scaled to zero, so nobody answers its callers`,
          evidence: [...citeChange(open, change), ...open.cite(event && eventFinding(event, workload)), ...proof()],
          specificity: change ? 0.97 : lines.length > 0 ? 0.9 : 0.8,
          ...(change ? { change, since: change.at } : {}),
          facts: { replicas: Math.max(1, Number.isFinite(before) ? before : 1) },
        },
        open,
      ),
    ];
  }
  // Absent for a reason that another rule may know better, or crashed by itself with nothing changed.
  if (readyPods(open, workload).length > 0 || open.podsOf(workload).length === 0 || dependents.length === 0) return [];
  if (isRestarting(open, workload)) return [];
  // What a probe has ended did not end by itself.
  const crash = crashesOf(open, workload).findLast((one) => !wasKilledByProbe(open, one));
  return [
    candidate(
      {
        cause: "dependency-down",
        culprit: workload,
        statement: crash
          ? `${called(workload)} crashes by itself (exit code ${crash.exitCode}), so its callers fail`
          : `no pod of ${called(workload)} is ready, so its callers fail`,
        evidence: [...(crash ? open.cite(...crashFindings(open, crash)) : []), ...proof()],
        specificity: unprovenChange(open, workload) ? 0.5 : crash ? 0.78 : 0.62,
      },
      open,
    ),
  ];
}

function goneServices(open: Case): readonly Candidate[] {
  return open.changes.flatMap((change) => {
    if (
      change.ref.kind !== "Service" ||
      change.action !== "deleted" ||
      open.observation.objects.get("Service", change.ref.namespace, change.ref.name)
    )
      return [];
    const behind = open.topology.workloadsBehind(change.ref);
    const callers = behind.flatMap((workload) => open.topology.dependentsOf(workload, 1));
    if (![...behind, ...callers].some((workload) => isSymptomatic(open, workload))) return [];
    const lines = [...callers, ...open.symptomatic]
      .flatMap((caller) => freshLogs(open, caller, "name-not-found", "refused", "timeout", "upstream"))
      .filter((fact) => fact.example.includes(change.ref.name));
    return [
      candidate(
        {
          cause: "dependency-down",
          culprit: change.ref,
          statement: `${called(change.ref)} was deleted, so its callers no longer find ${behind.map((workload) => workload.name).join(", ") || "it"}`,
          evidence: [...citeChange(open, change), ...citeLogs(open, lines, 2)],
          specificity: 0.96,
          hits: behind,
          since: change.at,
          change,
        },
        open,
      ),
    ];
  });
}

/** Something that others need is absent: scaled to zero, deleted, or without a ready pod. */
export const dependencyDown: Rule = (open) => [
  ...open.scope.flatMap((workload) => judge(open, workload)),
  ...goneServices(open),
];
