import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import type { Change } from "../gather/changes.ts";
import { describeFields } from "../gather/field-words.ts";
import type { LogSign } from "../gather/log-text.ts";
import type { LogFact } from "../gather/logs.ts";
import { metricFinding, type Shift } from "../gather/metrics.ts";
import { type PodFact, podFinding } from "../gather/object-state.ts";
import {
  type Crash,
  called,
  citeChange,
  citeLogs,
  crashesOf,
  crashFindings,
  freshLogs,
  isSettled,
  isSymptomatic,
  podShifts,
  podsSince,
} from "./patterns.ts";
import { isReleaseMark, releaseChange } from "./release-mark.ts";

/** Signs with which a line speaks of somebody else's trouble. */
const ofOthers: ReadonlySet<LogSign> = new Set(["upstream", "refused", "name-not-found", "rate-limited", "pool"]);
/** A pod that is younger may still be starting (ms). */
const startingMs = 25_000;

/** What the pods of a new revision show that those before it, and whom it calls, do not. */
interface Signs {
  /** Errors of its own that only new pods write, and which of them are thrown. */
  readonly errors: readonly LogFact[];
  readonly thrown: readonly LogFact[];
  readonly crash: Crash | undefined;
  readonly failing: readonly Shift[];
  readonly slow: readonly Shift[];
  readonly burnsCpu: boolean;
  readonly unready: readonly PodFact[];
  /** Whom it calls fails or is slow as well. */
  readonly failingCallees: readonly Shift[];
  readonly slowCallees: readonly Shift[];
  /** Pods of the revision before, while they live, that answer with errors just so. */
  readonly failingBefore: readonly Shift[];
}

function releaseSigns(open: Case, workload: ObjectRef, fresh: readonly PodFact[]): Signs {
  const names = new Set(fresh.map((pod) => pod.ref.name));
  const isNew = ({ labels }: Shift) => names.has(labels.pod ?? "");
  const errors = freshLogs(open, workload).filter(
    ({ level, signs, pods }) =>
      (level === "error" || level === "fatal" || signs.includes("exception")) &&
      (signs.includes("exception") || !signs.some((sign) => ofOthers.has(sign))) &&
      [...pods].every((pod) => names.has(pod)),
  );
  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  const ratios = open.shifts("pod_error_ratio", match);
  const latency = podShifts(open, workload, "pod_latency_mean_seconds");
  const usual = latency.usual ?? Number.POSITIVE_INFINITY;
  const cores = podShifts(open, workload, "container_cpu_cores");
  const hasOlder = open.podsOf(workload).some((pod) => !names.has(pod.ref.name) && pod.deletedAt === undefined);
  return {
    errors,
    thrown: errors.filter(({ signs }) => signs.includes("exception")),
    crash: crashesOf(open, workload).find(({ pod }) => names.has(pod.ref.name)),
    failing: ratios.filter((shift) => isNew(shift) && shift.peak > 0.05),
    slow: latency.shifts.filter((shift) => isNew(shift) && shift.after > Math.max(2 * usual, usual + 0.05)),
    burnsCpu: cores.shifts.some(
      (shift) => isNew(shift) && cores.usual !== undefined && shift.after > 3 * cores.usual + 0.05,
    ),
    unready: fresh.filter(
      (pod) =>
        pod.deletedAt === undefined &&
        pod.terminatingSince === undefined &&
        !pod.ready &&
        open.now - pod.createdAt > startingMs,
    ),
    failingCallees: open
      .shifts("client_error_ratio", match)
      .filter((shift) => shift.after > 0.05 && (shift.before ?? 0) < 0.03),
    slowCallees: open
      .shifts("client_latency_mean_seconds", match)
      .filter((shift) => shift.after > 2 * (shift.before ?? shift.after) && shift.after > 0.05),
    failingBefore: hasOlder
      ? ratios.filter((shift) => !isNew(shift) && shift.after > 0.05 && (shift.before ?? 0) < 0.02)
      : [],
  };
}

/** The defect by its plainest sign, and how plain that is. */
function defectIn(signs: Signs, isSick: boolean): readonly [specificity: number, why: string] {
  if (signs.thrown.length > 0) return [0.93, "the code throws errors that were never seen before"];
  if (signs.errors.length > 0 && signs.failing.length > 0) return [0.88, "only the new pods answer with errors"];
  if (signs.crash)
    // A container that ends without a word seen may lack a variable, a file or a right just as well.
    return [
      signs.crash.words.length > 0 ? 0.84 : 0.68,
      `the new container ends with exit code ${signs.crash.exitCode}`,
    ];
  if (signs.slow.length > 0 && signs.slowCallees.length === 0)
    return signs.burnsCpu
      ? [0.86, "the new pods use far more CPU and answer slowly"]
      : [0.82, "the new pods answer slowly although what they call does not"];
  if (signs.failing.length > 0 && signs.failingCallees.length === 0)
    return [0.82, "the new pods answer with errors although what they call does not"];
  if (signs.unready.length > 0) return [0.7, "the new pods do not become ready"];
  if (signs.errors.length > 0) return [0.68, "the new pods write errors that were not seen before"];
  return [isSick ? 0.5 : 0.35, "the symptoms began after it"];
}

function describeRelease(change: Change, workload: ObjectRef): string {
  if (change.action === "created") return "put beside others behind the same Service";
  return describeFields(
    change.fields.filter((field) => field.area === "image" || isReleaseMark(field)),
    workload.name,
  );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const change = releaseChange(open, workload);
  if (!change) return [];
  const fresh = podsSince(open, workload, change);
  if (fresh.length === 0) return [];
  const signs = releaseSigns(open, workload, fresh);
  const [specificity, why] = defectIn(signs, isSymptomatic(open, workload));
  const { thrown, errors, crash, failing, slow, unready, failingBefore, failingCallees } = signs;
  const citeShifts = (shifts: readonly Shift[]) => open.cite(...shifts.map((shift) => metricFinding(shift, workload)));
  // Trouble that begins long after a release that served well is hardly of its making.
  const isOld = isSettled(open, workload, change.at);
  return [
    candidate(
      {
        cause: "bad-release",
        culprit: workload,
        statement: `the new release of ${called(workload)} (${describeRelease(change, workload)}) has a defect: ${why}`,
        evidence: [
          ...citeChange(open, change),
          ...citeLogs(open, thrown.length > 0 ? thrown : errors, 2),
          ...citeShifts([...failing, ...slow].slice(0, 2)),
          ...(crash && thrown.length === 0 ? open.cite(...crashFindings(open, crash)) : []),
          ...(unready[0] && !crash ? open.cite(podFinding(unready[0], open.now)) : []),
        ],
        against: [
          ...citeShifts(failingBefore.slice(0, 1)),
          ...citeShifts(thrown.length > 0 ? [] : failingCallees.slice(0, 1)),
        ],
        specificity: specificity - (failingBefore.length > 0 ? 0.25 : 0) - (isOld ? 0.4 : 0),
        change,
      },
      open,
    ),
  ];
}

/** A new revision with a defect: what is wrong is seen in its pods and not in those of the revision before. */
export const release: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
