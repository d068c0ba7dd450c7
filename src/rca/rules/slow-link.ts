import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import { fullNode, isSaturated, nodesOf } from "./cpu.ts";
import { called, citeLogs, freshLogs, readyPods } from "./patterns.ts";

export const worthwhileSeconds = 0.04;
/** What a server takes longer without anybody calling it slower. */
const sameFactor = 1.25;

/** `45 ms`, `1.9 s`, as titles have it. */
export const secondsText = (seconds: number) =>
  seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1_000).toFixed(0)} ms`;

/** Nearly twice what it was, and by more than `seconds`; false without measurements from before. */
export const grewBy = (shift: Shift, seconds: number) =>
  shift.before !== undefined && shift.after > 1.8 * shift.before && shift.after - shift.before > seconds;

const slower = (shift: Shift) => grewBy(shift, worthwhileSeconds);

export interface SlowLink {
  readonly callee: ObjectRef;
  readonly waited: Shift;
  readonly served: Shift;
}

/**
 * A callee whose caller waits although the callee itself answers about as fast as ever: what is slow lies between them. Not
 * when the caller waits for a connection of its own pool, or waits for everybody it calls.
 */
export function slowLink(open: Case, workload: ObjectRef): SlowLink | undefined {
  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  if (isSaturated(open, workload)) return undefined;
  const calls = open.shifts("client_latency_mean_seconds", match);
  const slow = calls.filter(slower);
  const [waited] = slow;
  if (!waited || slow.length > 1) return undefined;
  const callee = open.topology
    .dependenciesOf(workload, 1)
    .find((ref) =>
      [ref, ...open.topology.servicesOf(ref)].some(({ name }) => name === (waited.labels.peer ?? "").split(/[.:]/)[0]),
    );
  if (!callee || readyPods(open, callee).length === 0) return undefined;
  const served = open.shifts("latency_mean_seconds", {
    namespace: callee.namespace ?? "",
    workload: callee.name,
  })[0];
  const rate = open.shifts("requests_per_second", { namespace: callee.namespace ?? "", workload: callee.name })[0];
  if (!served || slower(served) || (rate?.after ?? 0) < 0.05) return undefined;
  return { callee, waited, served };
}

/**
 * What lies between a caller that waits and a server that does not take longer: the network, or, on a node without CPU, the
 * turn that either of them waits for before it reads what has long arrived.
 */
export function judgeLink(open: Case, workload: ObjectRef, link: SlowLink, explainedByChange: boolean): Candidate {
  const { callee, waited, served } = link;
  const answers =
    served.before === undefined || served.after < sameFactor * served.before
      ? "which itself answers as fast as before"
      : `which itself takes ${secondsText(served.after)} instead of ${secondsText(served.before)}`;
  const told = `${called(workload)} waits ${secondsText(waited.after)} for ${called(callee)}, ${answers}`;
  const full = fullNode(open, nodesOf(open, [workload, callee]));
  const node = makeRef("Node", undefined, full?.labels.node ?? "");
  const specificity = explainedByChange ? 0.5 : 0.8;
  return full
    ? candidate(
        {
          cause: "cpu-saturation",
          culprit: node,
          statement: `node ${node.name} has no CPU left; ${told}`,
          evidence: open.cite(
            metricFinding(full, node),
            metricFinding(waited, workload),
            metricFinding(served, callee),
          ),
          specificity,
          hits: [node, callee, workload],
        },
        open,
      )
    : candidate(
        {
          cause: "network-fault",
          culprit: callee,
          statement: `${told}; packets between them are late or lost`,
          evidence: [
            ...open.cite(metricFinding(waited, workload), metricFinding(served, callee)),
            ...citeLogs(open, freshLogs(open, workload, "timeout", "reset"), 1),
          ],
          specificity,
          hits: [callee, workload],
        },
        open,
      );
}
