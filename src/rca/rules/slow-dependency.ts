import { hostsInFailure } from "../../cluster/host-names.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { refKey, sameRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import { configChangesOf } from "./config-changes.ts";
import { isSaturated, loadGrowth } from "./cpu.ts";
import { lateEverywhere } from "./late-links.ts";
import {
  called,
  citeChange,
  citeLogs,
  freshLogs,
  isRestarting,
  isSettled,
  oddPods,
  podShifts,
  readyPods,
  unprovenChange,
} from "./patterns.ts";
import { grewBy, judgeLink, secondsText, slowLink, worthwhileSeconds } from "./slow-link.ts";
import { hostChange } from "./upstream.ts";

/** What was told of as slow is, although a mean over all the time since may have come down to less than is worth telling. */
function isToldSlow(open: Case, workload: ObjectRef): boolean {
  return open.anomaliesOf(workload).some(({ reason }) => reason === "latency" || reason === "client-latency");
}

interface Slow {
  readonly workload: ObjectRef;
  readonly shifts: readonly Shift[];
  readonly grownSeconds: number;
}

/** How much slower a workload answers, by its own account or else by its callers'. */
function slowness(open: Case, workload: ObjectRef): Slow | undefined {
  const namespace = workload.namespace ?? "";
  const leastSeconds = isToldSlow(open, workload) ? worthwhileSeconds / 4 : worthwhileSeconds;
  const isSlow = (shift: Shift) => grewBy(shift, leastSeconds);
  const own = open.shifts("latency_mean_seconds", { namespace, workload: workload.name });
  const names = [workload, ...open.topology.servicesOf(workload)].map((ref) => ref.name);
  const seen = names.flatMap((peer) => open.shifts("client_latency_mean_seconds", { namespace, peer })).filter(isSlow);
  // A process that hangs finishes nothing, so its own clock has nothing to say.
  const rate = open.shifts("requests_per_second", { namespace, workload: workload.name })[0];
  const hangs = rate?.before !== undefined && rate.before > 0.2 && rate.after < 0.25 * rate.before;
  // Callers that wait for a server whose own clock says all is well wait for the network or for a connection.
  const shifts = own.length > 0 && !hangs ? own.filter(isSlow) : [...own.filter(isSlow), ...seen];
  if (shifts.length === 0) return undefined;
  const grown = Math.max(...shifts.map((shift) => shift.after - (shift.before ?? 0)));
  return { workload, shifts: [...shifts, ...(own.length > 0 ? seen : [])], grownSeconds: grown };
}

function judge(open: Case): readonly Candidate[] {
  const slow = new Map(
    open.scope.flatMap((workload) => slowness(open, workload) ?? []).map((item) => [refKey(item.workload), item]),
  );
  const { links: late } = lateEverywhere(open);
  return [...slow.values()].flatMap((item) => {
    const { workload } = item;
    // Blamed is the deepest: none of what it calls got slower by a share that matters.
    const deeper = open.topology
      .dependenciesOf(workload)
      .some((callee) => (slow.get(refKey(callee))?.grownSeconds ?? 0) > 0.25 * item.grownSeconds);
    if (deeper) return [];
    const callers = open.topology.dependentsOf(workload);
    const slowLines = freshLogs(open, workload, "slow").filter((fact) => fact.level !== "other");
    const throttled = podShifts(open, workload, "container_cpu_throttled_ratio").shifts.some(
      (shift) => shift.peak > 0.3,
    );
    const change = unprovenChange(open, workload, "image", "env", "resources", "command");
    const sick =
      (readyPods(open, workload).length === 0 && !isRestarting(open, workload)) ||
      open
        .podsOf(workload)
        // Pods that a rollout or a restart takes away end as they should.
        .filter((pod) => pod.deletedAt === undefined && pod.terminatingSince === undefined)
        .some((pod) =>
          pod.containers.some((container) => (container.lastExit?.finishedAt ?? 0) >= open.onset - 60_000),
        );
    const outside = outsideHost(open, workload);
    const link = slowLink(open, workload);
    const isOnAllWays = late.some(({ caller }) => sameRef(caller, workload));
    const specificity =
      0.74 +
      (slowLines.length > 0 ? 0.08 : 0) +
      (callers.length > 0 ? 0.04 : -0.2) -
      (throttled ? 0.3 : 0) -
      (change ? 0.2 : 0) -
      (sick ? 0.3 : 0) -
      (link || isOnAllWays ? 0.3 : 0) -
      (loadGrowth(open, workload) > 1.8 && isSaturated(open, workload) ? 0.15 : 0);
    const odd = oddPods(open, workload);
    const evidence = [
      ...open.cite(...item.shifts.slice(0, 3).map((shift) => metricFinding(shift, workload))),
      ...citeLogs(open, slowLines, 2),
    ];
    const found = [
      candidate(
        {
          cause: "slow-dependency",
          culprit: workload,
          statement: `${called(workload)} answers ${secondsText(item.grownSeconds)} slower than before${callers.length > 0 ? ", and its callers wait for it" : ""}; what it calls inside the cluster is not slower`,
          evidence,
          against: citeChange(open, change),
          specificity,
          facts: odd.length === 1 ? { pods: odd.map((pod) => pod.ref) } : {},
        },
        open,
      ),
    ];
    if (link && !outside && !isOnAllWays) {
      const moved = configChangesOf(open, workload).some(
        ({ field, effectiveAt }) => hostChange(field) && !isSettled(open, workload, effectiveAt),
      );
      found.push(judgeLink(open, workload, link, moved || change !== undefined));
    }
    if (outside) {
      found.push(
        candidate(
          {
            cause: "external-dependency",
            culprit: workload,
            statement: `${called(workload)} waits for ${outside.host}, which is outside the cluster`,
            evidence: [...evidence, ...citeLogs(open, [outside.fact])],
            specificity: 0.7,
          },
          open,
        ),
      );
    }
    return found;
  });
}

/** A host in failing calls that is no service of this cluster but a full name on the internet. */
export function outsideHost(open: Case, workload: ObjectRef) {
  for (const fact of freshLogs(
    open,
    workload,
    "refused",
    "timeout",
    "name-not-found",
    "reset",
    "upstream",
    "certificate",
    "rate-limited",
  )) {
    const host = hostsInFailure(fact.example).find(
      (item) =>
        /^[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/.test(item) &&
        /[a-z]{2,}$/.test(item) &&
        !/\.(svc|local|internal)$|\.svc\./.test(item) &&
        open.topology.resolveHost(workload.namespace, item).workloads.length === 0,
    );
    if (host && !/\.(js|ts|py|java|go|rb|json|ya?ml)$/.test(host)) return { host, fact };
  }
  return undefined;
}

/** The deepest service that got slow by itself and makes its callers slow. */
export const slowDependency: Rule = judge;
