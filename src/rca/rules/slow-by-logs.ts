import { hostsInFailure } from "../../cluster/host-names.ts";
import { farSideOf } from "../../cluster/named-clients.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { LogFact } from "../gather/logs.ts";
import {
  called,
  citeChange,
  citeLogs,
  crashesOf,
  freshLogs,
  isRestarting,
  readyPods,
  unprovenChange,
} from "./patterns.ts";

/** How long its requests take is not measured, neither by itself nor by those who call it: then its log has to tell. */
export function isUnmeasured(open: Case, workload: ObjectRef): boolean {
  const namespace = workload.namespace ?? "";
  const names = [workload, ...open.topology.servicesOf(workload)].map(({ name }) => name);
  return (
    open.shifts("latency_mean_seconds", { namespace, workload: workload.name }).length === 0 &&
    names.every((peer) => open.shifts("client_latency_mean_seconds", { namespace, peer }).length === 0)
  );
}

/** Calls of a workload that were given up for lack of an answer, with whom they were for. */
export function unanswered(
  open: Case,
  caller: ObjectRef,
): readonly { readonly fact: LogFact; readonly callee: ObjectRef }[] {
  return freshLogs(open, caller, "timeout").flatMap((fact) =>
    // Who waits for a connection of its own has asked nobody yet.
    fact.signs.includes("pool")
      ? []
      : hostsInFailure(fact.example)
          .flatMap((host) => farSideOf(host, caller, open.topology).workloads)
          .filter((callee) => !sameRef(callee, caller))
          .map((callee) => ({ fact, callee })),
  );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  if (!isUnmeasured(open, workload)) return [];
  const waits = open.topology
    .dependentsOf(workload, 1)
    .flatMap((caller) => unanswered(open, caller))
    .filter(({ callee }) => sameRef(callee, workload));
  // Blamed is the deepest, and only who is there to answer.
  if (waits.length === 0 || unanswered(open, workload).length > 0) return [];
  if (readyPods(open, workload).length === 0 || isRestarting(open, workload) || crashesOf(open, workload).length > 0)
    return [];
  const slowLines = freshLogs(open, workload, "slow").filter(({ level }) => level !== "other");
  const change = unprovenChange(open, workload, "image", "env", "resources", "command");
  return [
    candidate(
      {
        cause: "slow-dependency",
        culprit: workload,
        statement: `${called(workload)} is up but does not answer in time; its callers give up waiting${slowLines.length > 0 ? ", and it says itself that it is slow" : ""}`,
        evidence: [
          ...citeLogs(
            open,
            waits.map(({ fact }) => fact),
            2,
          ),
          ...citeLogs(open, slowLines, 1),
        ],
        against: citeChange(open, change),
        specificity: (slowLines.length > 0 ? 0.78 : 0.58) - (change ? 0.2 : 0),
      },
      open,
    ),
  ];
}

/** A service for which its callers wait in vain, where nobody measures how long requests take. */
export const slowByLogs: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
