import type { ObjectRef } from "../../incident/object-ref.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { changeFinding } from "../gather/changes.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import type { PodFact } from "../gather/object-state.ts";
import { hadCpu, hangOf, shortOfCpu } from "./hanging.ts";
import { called, citeChange, isSymptomatic, lastFields, movedQuantity, podShifts } from "./patterns.ts";

/** Something of the workload is at its limit: throttled, or requests queue for a connection. */
export function isSaturated(open: Case, workload: ObjectRef): boolean {
  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  return (
    podShifts(open, workload, "container_cpu_throttled_ratio").shifts.some((shift) => shift.after > 0.2) ||
    open.shifts("pool_waiting", match).some((shift) => shift.after >= 1) ||
    open.shifts("eventloop_lag_seconds", match).some((shift) => shift.after > 0.1)
  );
}

/** A node this full gives a process its turn late, whether it filled up or always was; a virtual one never reaches 100 %. */
const full = 0.85;

/** Names of the nodes on which live pods of these workloads are; a pod that is not placed yet has none. */
export function nodesOf(open: Case, workloads: readonly ObjectRef[]): ReadonlySet<string> {
  return new Set(workloads.flatMap((one) => open.topology.podsOf(one).flatMap(({ spec }) => spec.nodeName ?? [])));
}

/** CPU use of the fullest of these nodes when nothing worth mention is left of it. */
export function fullNode(open: Case, names: ReadonlySet<string>): Shift | undefined {
  return open
    .shifts("node_cpu_ratio", {})
    .filter(({ labels, after }) => names.has(labels.node ?? "") && after >= full)
    .sort((a, b) => b.after - a.after)[0];
}

/** A program that starts takes all the CPU that it may: this long (ms) after it says nothing of what it needs for its work. */
const startMs = 60_000;

/** Throttled at its work, and not only while it starts. */
function lasts(shift: Shift, pod: PodFact | undefined): boolean {
  const container = pod?.containers.find(({ name }) => name === shift.labels.container);
  const startedAt = Math.max(pod?.createdAt ?? 0, container?.lastExit?.finishedAt ?? 0);
  return shift.points.some(({ at, value }) => value > shortOfCpu && at > startedAt + startMs);
}

/** Requests a second now against before; 1 when unknown. */
export function loadGrowth(open: Case, workload: ObjectRef): number {
  const shift = open.shifts("requests_per_second", { namespace: workload.namespace ?? "", workload: workload.name })[0];
  return shift?.before && shift.before > 0.2 ? shift.after / shift.before : 1;
}

function throttling(open: Case, workload: ObjectRef): readonly Candidate[] {
  const { usual, shifts } = podShifts(open, workload, "container_cpu_throttled_ratio");
  const live = new Map(
    open
      .podsOf(workload)
      .filter((pod) => pod.deletedAt === undefined)
      .map((pod) => [pod.ref.name, pod]),
  );
  const throttled = shifts.filter(
    (shift) =>
      live.has(shift.labels.pod ?? "") && shift.peak > shortOfCpu && shift.after > 2 * Math.max(usual ?? 0, 0.05),
  );
  const first = throttled[0];
  if (!first) return [];
  const resources = lastFields(open, workload, "resources");
  const lowered = resources?.fields.find(
    (field) => /limits(\.|\[)?cpu/.test(field.path) && movedQuantity(field) === "down",
  );
  const growth = loadGrowth(open, workload);
  const container = lowered?.container ?? first.labels.container ?? workload.name;
  const image = open.lastChange(workload, "image");
  const latency = open.shifts("latency_mean_seconds", { namespace: workload.namespace ?? "", workload: workload.name });
  const change = lowered ? resources?.change : undefined;
  if (!lowered && !throttled.some((shift) => lasts(shift, live.get(shift.labels.pod ?? "")))) return [];
  const hang = lowered ? undefined : hangOf(open, workload);
  const startsAgain = hang !== undefined && hadCpu(hang, throttled);
  return [
    candidate(
      {
        cause: "cpu-throttling",
        culprit: workload,
        statement: lowered
          ? `the CPU limit of container ${container} of ${called(workload)} was lowered from ${lowered.before ?? "none"} to ${lowered.after}, and the kernel now throttles it`
          : `container ${container} of ${called(workload)} is throttled at its CPU limit${growth > 1.5 ? " since the load rose" : ""}`,
        evidence: [
          ...open.cite(...throttled.slice(0, 2).map((shift) => metricFinding(shift, workload))),
          ...open.cite(...latency.map((shift) => metricFinding(shift, workload))),
          ...citeChange(open, change),
        ],
        // A limit that was enough until the demand multiplied is not what is wrong.
        specificity: lowered ? 0.97 : startsAgain ? 0.4 : growth > 2.5 ? 0.62 : image ? 0.6 : 0.75,
        facts: { container },
        ...(change ? { change } : {}),
      },
      open,
    ),
  ];
}

function saturation(open: Case): readonly Candidate[] {
  return open.shifts("node_cpu_ratio", {}).flatMap((shift) => {
    if (shift.after < 0.92 || (shift.before ?? 0) > full) return [];
    const node = makeRef("Node", undefined, shift.labels.node ?? "");
    const hungry = open.topology.workloads
      .map((workload) => {
        const { usual = 0, shifts } = podShifts(open, workload, "container_cpu_cores");
        const cores = shifts.reduce((sum, item) => sum + Math.max(0, item.after - (item.before ?? usual)), 0);
        return { workload, cores, shift: shifts[0] };
      })
      .sort((a, b) => b.cores - a.cores)[0];
    const slowed = open.symptomatic.filter((workload) =>
      open
        .shifts("latency_mean_seconds", { namespace: workload.namespace ?? "", workload: workload.name })
        .some(({ before, after }) => before !== undefined && after > 2 * before && after - before > 0.02),
    ).length;
    const blamed = hungry && hungry.cores > 0.3 ? hungry.workload : node;
    // What burns CPU because it is asked for more does its work; what burns it unasked starves its neighbours.
    const unasked = blamed !== node && loadGrowth(open, blamed) < 1.5;
    const change = unasked ? open.lastChange(blamed, "image", "env", "command", "replicas") : undefined;
    return [
      candidate(
        {
          cause: "cpu-saturation",
          culprit: blamed,
          statement:
            blamed === node
              ? `node ${node.name} has no CPU left`
              : `${called(blamed)} uses the CPU of node ${node.name} up`,
          evidence: open.cite(
            metricFinding(shift, node),
            hungry?.shift && blamed !== node ? metricFinding(hungry.shift, blamed) : undefined,
            change && changeFinding(change),
          ),
          // Everything on a full node gets slow at once; one slow service fills no node.
          specificity: (blamed === node || unasked) && slowed >= 3 ? 0.93 : 0.6,
          hits: [blamed, ...open.symptomatic],
          ...(change ? { change } : {}),
        },
        open,
      ),
    ];
  });
}

function spike(open: Case): readonly Candidate[] {
  const grown = open.scope.filter((workload) => isSymptomatic(open, workload) && loadGrowth(open, workload) > 1.8);
  // The first that the demand reaches is the one that no other of them calls.
  const first = grown.find(
    (workload) =>
      !open.topology.dependentsOf(workload).some((caller) => grown.some((other) => other.name === caller.name)),
  );
  if (!first) return [];
  const shift = open.shifts("requests_per_second", { namespace: first.namespace ?? "", workload: first.name })[0];
  return [
    candidate(
      {
        cause: "load-spike",
        culprit: first,
        statement: `demand on ${called(first)} rose to ${loadGrowth(open, first).toFixed(1)} times the usual`,
        evidence: open.cite(shift && metricFinding(shift, first)),
        // More demand than usual is no trouble in itself; it is when something runs full.
        specificity: !grown.some((workload) => isSaturated(open, workload))
          ? 0.4
          : loadGrowth(open, first) > 2.5
            ? 0.78
            : 0.66,
        hits: grown,
      },
      open,
    ),
  ];
}

/** Too little CPU: throttled at a limit, a full node, or more demand than the service was made for. */
export const cpu: Rule = (open) => [
  ...open.scope.flatMap((workload) => throttling(open, workload)),
  ...saturation(open),
  ...spike(open),
];
