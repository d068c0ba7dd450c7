import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import { called, citeChange, isSymptomatic, unprovenChange } from "./patterns.ts";
import { isReleaseMark } from "./release-mark.ts";

/** So many times as many calls for one of its own requests is no chance, nor another mix of pages. */
const leastFactor = 2;
/** Requests a second below which a share says nothing. */
const leastRate = 0.3;

interface More {
  readonly callee: ObjectRef;
  readonly factor: number;
  readonly calls: Shift;
  readonly requests: Shift;
}

/** What the caller asks of others for each of its own requests, where that is far more than before. */
function moreOf(open: Case, caller: ObjectRef): readonly More[] {
  const match = { namespace: caller.namespace ?? "", workload: caller.name };
  const requests = open.shifts("requests_per_second", match)[0];
  if (!requests?.before || requests.before < leastRate || requests.after < leastRate) return [];
  const before = requests.before;
  return open.shifts("client_requests_per_second", match).flatMap((calls): More[] => {
    const [callee] = open.topology.resolveHost(caller.namespace, calls.labels.peer ?? "").workloads;
    if (!callee || !calls.before || calls.before < leastRate) return [];
    const factor = calls.after / requests.after / (calls.before / before);
    return factor >= leastFactor ? [{ callee, factor, calls, requests }] : [];
  });
}

function judge(open: Case, caller: ObjectRef): readonly Candidate[] {
  const change = unprovenChange(open, caller, "image", "env", "command");
  if (!change) return [];
  const more = moreOf(open, caller).filter(({ callee }) => isSymptomatic(open, callee));
  const [most] = [...more].sort((a, b) => b.factor - a.factor);
  if (!most) return [];
  const isRelease = change.fields.some((field) => field.area === "image" || isReleaseMark(field));
  return [
    candidate(
      {
        cause: isRelease ? "bad-release" : "bad-config",
        culprit: caller,
        statement: `since it was changed, ${called(caller)} asks ${called(most.callee)} ${most.factor.toFixed(1)} times as often for each of its own requests, and that is more than it can serve`,
        evidence: [
          ...citeChange(open, change),
          ...open.cite(metricFinding(most.calls, caller), metricFinding(most.requests, caller)),
        ],
        specificity: 0.92,
        hits: [caller, ...more.map(({ callee }) => callee)],
        change,
      },
      open,
    ),
  ];
}

/** A caller that a change made ask for more than whom it calls can serve: retries without pause, a lost cache, a loop. */
export const asksMore: Rule = (open) => open.scope.flatMap((caller) => judge(open, caller));
