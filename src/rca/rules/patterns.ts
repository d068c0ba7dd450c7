import { parseQuantity } from "../../cluster/quantity.ts";
import type { DerivedSeriesName } from "../../cluster/series-names.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { sameRef } from "../../incident/object-ref.ts";
import { beganAt } from "../case/began-at.ts";
import type { Case } from "../case/case.ts";
import { type Change, changeFinding, fieldsOf } from "../gather/changes.ts";
import type { FieldArea, FieldChange } from "../gather/field-diff.ts";
import type { LogSign } from "../gather/log-text.ts";
import { isFresh, type LogFact, lastLines, lastLinesFinding, logFinding } from "../gather/logs.ts";
import type { Shift } from "../gather/metrics.ts";
import { type ContainerFact, type PodFact, podFinding } from "../gather/object-state.ts";

/** A container that ended badly, or waits to be started again, around the onset or since. */
export interface Crash {
  readonly pod: PodFact;
  readonly container: ContainerFact;
  readonly exitCode: number;
  readonly endedAt: number;
  /** What it wrote last; termination message included. */
  readonly words: readonly string[];
}

const recentMs = 3 * 60_000;

/** Crashes of a workload's containers since shortly before the onset, out-of-memory kills left out. */
export function crashesOf(open: Case, workload: ObjectRef): readonly Crash[] {
  const found: Crash[] = [];
  for (const pod of open.podsOf(workload)) {
    for (const container of pod.containers) {
      const exit = container.lastExit;
      if (!exit || exit.exitCode === 0 || exit.reason === "OOMKilled" || exit.finishedAt < open.onset - recentMs)
        continue;
      // A pod that is told to go may end with 137 or 143; that is no crash.
      if (pod.terminatingSince !== undefined && exit.finishedAt >= pod.terminatingSince - 1_000) continue;
      if (
        pod.deletedAt !== undefined &&
        exit.finishedAt >= pod.deletedAt - 35_000 &&
        container.restarts === 0 &&
        [137, 143].includes(exit.exitCode)
      )
        continue;
      const lines = lastLines(open.observation, pod.ref, container.name, exit.finishedAt);
      found.push({
        pod,
        container,
        exitCode: exit.exitCode,
        endedAt: exit.finishedAt,
        words: exit.message ? [exit.message, ...lines] : lines,
      });
    }
  }
  return found;
}

/** The kubelet ends a container within its grace period of saying so (ms). */
const graceMs = 40_000;

/** The kubelet ended the container because of its liveness or start-up probe: the exit code tells how, and not why. */
export const wasKilledByProbe = (open: Case, { pod, endedAt, exitCode }: Crash): boolean =>
  [137, 143].includes(exitCode) &&
  open.observation.events
    .about(pod.ref)
    .some(
      ({ reason, message, at }) =>
        reason === "Killing" && /failed (?:liveness|startup) probe/i.test(message) && Math.abs(endedAt - at) < graceMs,
    );

/** The state of the pod, and what the container wrote last where that was kept. */
export function crashFindings(open: Case, crash: Crash) {
  const { pod, container } = crash;
  return [
    podFinding(pod, open.now),
    crash.words.length > 0
      ? lastLinesFinding(pod.ref, pod.workload, container.name, crash.words, crash.endedAt)
      : undefined,
  ];
}

/** Log shapes with these signs that are new or clearly more frequent since the onset. */
export function freshLogs(open: Case, workload: ObjectRef, ...signs: readonly LogSign[]): readonly LogFact[] {
  return open.logsOf(workload, ...signs).filter((fact) => isFresh(fact, open.window));
}

/**
 * Ids of the evidence, the first `limit` facts only; none of a fact for which the book has no room. The same fact has
 * the same id.
 */
export function citeLogs(open: Case, facts: readonly LogFact[], limit = 3): readonly string[] {
  return open.cite(...facts.slice(0, limit).map((fact) => logFinding(fact, open.onset, open.now)));
}

/** Empty without a change, so that it can be spread into evidence. */
export function citeChange(open: Case, change: Change | undefined): readonly string[] {
  return change ? open.cite(changeFinding(change)) : [];
}

/** Series of a workload's pods, with what was usual before over all of them: pods of a new revision have no past of their own. */
export function podShifts(
  open: Case,
  workload: ObjectRef,
  name: DerivedSeriesName,
): { readonly usual?: number; readonly shifts: readonly Shift[] } {
  const names = new Set(open.topology.podNamesOf(workload));
  const family = open.observation.series
    .select(name, { namespace: workload.namespace ?? "" })
    .filter((series) => names.has(series.labels.pod ?? ""));
  const usual: number[] = [];
  for (const series of family) {
    for (const point of open.observation.series.window(series, open.onset - 10 * 60_000, open.onset - 30_000))
      usual.push(point.value);
  }
  usual.sort((a, b) => a - b);
  const shifts = open
    .shifts(name, { namespace: workload.namespace ?? "" })
    .filter((shift) => names.has(shift.labels.pod ?? ""));
  const middle = usual[usual.length >> 1];
  return middle === undefined ? { shifts } : { usual: middle, shifts };
}

/** A change, and those of its fields that lie in the areas asked for. */
export interface ChangedFields {
  readonly change: Change;
  readonly fields: readonly FieldChange[];
}

/** The fields of the newest change in an area, with the change. */
export function lastFields(open: Case, ref: ObjectRef, ...areas: readonly FieldArea[]): ChangedFields | undefined {
  const change = open.lastChange(ref, ...areas);
  return change ? { change, fields: fieldsOf(change, ...areas) } : undefined;
}

/** True when a limit or request got smaller (`down`) or larger (`up`); an absent limit is infinite. */
export function movedQuantity(field: FieldChange): "down" | "up" | "same" {
  const before = parseQuantity(field.before);
  const after = parseQuantity(field.after);
  if (before === after) return "same";
  if (before === undefined) return field.path.includes(".limits") ? "down" : "up";
  if (after === undefined) return field.path.includes(".limits") ? "up" : "down";
  return after < before ? "down" : "up";
}

/** Pods that run what a change brought: created since. */
export function podsSince(open: Case, workload: ObjectRef, change: Change): readonly PodFact[] {
  return open.podsOf(workload).filter((pod) => pod.createdAt >= change.at - 2_000);
}

/** A change that nobody suffered from for this long is not what broke it all at once. */
const settledMs = 5 * 60_000;

/** True when what took effect at `at` (unix ms) had served well for minutes before the workload's first symptom. */
export function isSettled(open: Case, workload: ObjectRef, at: number): boolean {
  const starts = open.anomaliesOf(workload).map(({ startsAt }) => startsAt);
  return at < (beganAt(starts) ?? open.onset) - settledMs;
}

/** The newest change in these areas that has not yet proved itself. */
export function unprovenChange(open: Case, workload: ObjectRef, ...areas: readonly FieldArea[]): Change | undefined {
  const change = open.lastChange(workload, ...areas);
  return change && !isSettled(open, workload, change.at) ? change : undefined;
}

/** An anomaly of the incident is about it or one of its pods; a workload that others only blame is not. */
export function isSymptomatic(open: Case, workload: ObjectRef): boolean {
  return open.symptomatic.some((ref) => sameRef(ref, workload));
}

/** Live pods that are ready. */
export function readyPods(open: Case, workload: ObjectRef): readonly PodFact[] {
  return open.podsOf(workload).filter((pod) => pod.deletedAt === undefined && pod.ready);
}

/** Longer than most containers take to become ready. */
const startingMs = 60_000;

/** True when all its pods were started anew well after the trouble began: they are on their way, and nobody's cause. */
export function isRestarting(open: Case, workload: ObjectRef): boolean {
  const live = open.podsOf(workload).filter((pod) => pod.deletedAt === undefined && pod.terminatingSince === undefined);
  return (
    live.length > 0 &&
    live.every(
      (pod) =>
        pod.createdAt > open.onset + startingMs &&
        open.now - pod.createdAt < startingMs &&
        pod.containers.every((container) => container.restarts === 0 && container.state !== "waiting"),
    )
  );
}

/** `Deployment carts`: kind and name for sentences; the namespace is told once elsewhere. */
export function called(ref: ObjectRef): string {
  return `${ref.kind} ${ref.name}`;
}

/** Pods that answer far worse than their siblings do: one bad replica, not a bad workload. Empty when all or most are. */
export function oddPods(open: Case, workload: ObjectRef): readonly PodFact[] {
  const pods = open.podsOf(workload).filter((pod) => pod.deletedAt === undefined && pod.terminatingSince === undefined);
  if (pods.length < 2) return [];
  const of = (name: DerivedSeriesName, pod: PodFact) =>
    open.shifts(name, { namespace: workload.namespace ?? "", pod: pod.ref.name })[0]?.after;
  const rows = pods.map((pod) => ({
    pod,
    errors: of("pod_error_ratio", pod) ?? 0,
    seconds: of("pod_latency_mean_seconds", pod) ?? 0,
    unready: !pod.ready && open.now - pod.createdAt > 30_000,
  }));
  const odd = rows.filter((row) => {
    const others = rows.filter((other) => other !== row);
    const calm = Math.max(...others.map((other) => other.errors)) < 0.03 && !others.some((other) => other.unready);
    return (
      (row.unready && calm) ||
      (row.errors > 0.1 && calm) ||
      (row.seconds > 0.2 && row.seconds > 4 * Math.max(...others.map((other) => other.seconds)))
    );
  });
  return odd.length < pods.length / 2 + 0.5 ? odd.map((row) => row.pod) : [];
}
