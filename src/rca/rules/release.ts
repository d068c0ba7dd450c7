import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { describeFields } from "../gather/field-words.ts";
import { metricFinding } from "../gather/metrics.ts";
import { podFinding } from "../gather/object-state.ts";
import {
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
const ofOthers = ["upstream", "refused", "name-not-found", "rate-limited", "pool"] as const;

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const change = releaseChange(open, workload);
  if (!change) return [];
  const fresh = podsSince(open, workload, change);
  if (fresh.length === 0) return [];
  const freshNames = new Set(fresh.map((pod) => pod.ref.name));
  const before = open.podsOf(workload).filter((pod) => !freshNames.has(pod.ref.name) && pod.deletedAt === undefined);

  const errors = freshLogs(open, workload).filter(
    (fact) => fact.level === "error" || fact.level === "fatal" || fact.signs.includes("exception"),
  );
  const own = errors.filter(
    (fact) =>
      fact.signs.includes("exception") || !fact.signs.some((sign) => (ofOthers as readonly string[]).includes(sign)),
  );
  const onlyNew = own.filter((fact) => [...fact.pods].every((pod) => freshNames.has(pod)));
  const exceptions = onlyNew.filter((fact) => fact.signs.includes("exception"));
  const crash = crashesOf(open, workload).find((item) => freshNames.has(item.pod.ref.name));

  const match = { namespace: workload.namespace ?? "", workload: workload.name };
  const failing = open
    .shifts("pod_error_ratio", match)
    .filter((shift) => freshNames.has(shift.labels.pod ?? "") && shift.peak > 0.05);
  const spared = open
    .shifts("pod_error_ratio", match)
    .filter((shift) => !freshNames.has(shift.labels.pod ?? "") && shift.after > 0.05 && (shift.before ?? 0) < 0.02);
  const callees = open
    .shifts("client_error_ratio", match)
    .filter((shift) => shift.after > 0.05 && (shift.before ?? 0) < 0.03);
  const latency = podShifts(open, workload, "pod_latency_mean_seconds");
  const slow = latency.shifts.filter(
    (shift) =>
      freshNames.has(shift.labels.pod ?? "") &&
      shift.after > Math.max(2 * (latency.usual ?? Number.POSITIVE_INFINITY), (latency.usual ?? 0) + 0.05),
  );
  const calleesSlow = open
    .shifts("client_latency_mean_seconds", match)
    .filter((shift) => shift.after > 2 * (shift.before ?? shift.after) && shift.after > 0.05);
  const burns = podShifts(open, workload, "container_cpu_cores");
  const hot = burns.shifts.some(
    (shift) =>
      freshNames.has(shift.labels.pod ?? "") && burns.usual !== undefined && shift.after > 3 * burns.usual + 0.05,
  );
  const unready = fresh.filter(
    (pod) =>
      pod.deletedAt === undefined &&
      pod.terminatingSince === undefined &&
      !pod.ready &&
      open.now - pod.createdAt > 25_000,
  );

  let specificity = isSymptomatic(open, workload) ? 0.5 : 0.35;
  let why = "symptoms began after";
  if (exceptions.length > 0) [specificity, why] = [0.93, "the code throws errors that were never seen before"];
  else if (onlyNew.length > 0 && failing.length > 0)
    [specificity, why] = [0.88, "only the new pods answer with errors"];
  else if (crash)
    // A container that ends without a word seen may lack a variable, a file or a right just as well.
    [specificity, why] = [
      crash.words.length > 0 ? 0.84 : 0.68,
      `the new container ends with exit code ${crash.exitCode}`,
    ];
  else if (slow.length > 0 && calleesSlow.length === 0)
    [specificity, why] = [
      hot ? 0.86 : 0.82,
      hot
        ? "the new pods use far more CPU and answer slowly"
        : "the new pods answer slowly although what they call does not",
    ];
  else if (failing.length > 0 && callees.length === 0)
    [specificity, why] = [0.82, "the new pods answer with errors although what they call does not"];
  else if (unready.length > 0) [specificity, why] = [0.7, "the new pods do not become ready"];
  else if (onlyNew.length > 0) [specificity, why] = [0.68, "the new pods write errors that were not seen before"];
  // Trouble that begins long after a release that served well is hardly of its making.
  const settled = isSettled(open, workload, change.at);
  const contradicted = spared.length > 0 && before.length > 0;
  return [
    candidate(
      {
        cause: "bad-release",
        culprit: workload,
        statement: `the new release of ${called(workload)} (${
          change.action === "created"
            ? "put beside others behind the same Service"
            : describeFields(
                change.fields.filter((field) => field.area === "image" || isReleaseMark(field)),
                workload.name,
              )
        }) has a defect: ${why === "symptoms began after" ? "the symptoms began after it" : why}`,
        evidence: [
          ...citeChange(open, change),
          ...citeLogs(open, exceptions.length > 0 ? exceptions : onlyNew, 2),
          ...open.cite(...[...failing, ...slow].slice(0, 2).map((shift) => metricFinding(shift, workload))),
          ...(crash && exceptions.length === 0 ? open.cite(...crashFindings(open, crash)) : []),
          ...(unready[0] && !crash ? open.cite(podFinding(unready[0], open.now)) : []),
        ],
        against: [
          ...open.cite(...(contradicted ? spared : []).slice(0, 1).map((shift) => metricFinding(shift, workload))),
          ...(exceptions.length > 0
            ? []
            : open.cite(...callees.slice(0, 1).map((shift) => metricFinding(shift, workload)))),
        ],
        specificity: specificity - (contradicted ? 0.25 : 0) - (settled ? 0.4 : 0),
        change,
      },
      open,
    ),
  ];
}

/** A new revision with a defect: what is wrong is seen in its pods and not in those of the revision before. */
export const release: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
