import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";
import { wasEndedFromOutside } from "./killed-starting.ts";
import { type ChangedFields, called, citeChange, podsSince } from "./patterns.ts";

/** A new readiness probe and a new pod that is not ready: the usual seconds of every start, or the probe. */
export function notReadyYet(
  open: Case,
  workload: ObjectRef,
  { change, fields }: ChangedFields,
  stuck: readonly PodFact[],
): readonly Candidate[] {
  const since = podsSince(open, workload, change);
  const pod = stuck.find((one) => since.includes(one));
  const container = fields[0]?.container;
  if (!pod || !container) return [];
  return [
    candidate(
      {
        cause: "bad-readiness-probe",
        culprit: workload,
        statement: `the readiness probe of ${called(workload)} was changed, and the new pod is not ready so far`,
        evidence: [...open.cite(podFinding(pod, open.now)), ...citeChange(open, change)],
        specificity: 0.72,
        facts: { container, probe: "readiness" },
        change,
      },
      open,
    ),
  ];
}

/**
 * A new liveness or start-up probe, and containers of the new revision that are ended again and again without an error of
 * their own. That the kubelet killed them would be in events; they are kept for an hour at most, and not everybody may read them.
 */
export function killedUnheard(
  open: Case,
  workload: ObjectRef,
  { change, fields }: ChangedFields,
  probe: "liveness" | "startup",
): readonly Candidate[] {
  const container = fields[0]?.container;
  const pod = podsSince(open, workload, change).find(({ containers }) =>
    containers.some((fact) => fact.name === container && fact.restarts > 0 && wasEndedFromOutside(fact)),
  );
  if (!pod || !container) return [];
  return [
    candidate(
      {
        cause: "bad-liveness-probe",
        culprit: workload,
        statement: `the ${probe} probe of ${called(workload)} was changed, and containers of the new pod are ended from outside since`,
        evidence: [...open.cite(podFinding(pod, open.now)), ...citeChange(open, change)],
        specificity: 0.86,
        facts: { container, probe },
        change,
      },
      open,
    ),
  ];
}
