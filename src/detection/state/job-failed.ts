import type { Job } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { rerunOf } from "../../incident/fix/rerun-of.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { short } from "./container-states.ts";

/** A failed Job stays as an object; one from long ago is history. */
const recentMs = 60 * 60_000;

function conditionOf(job: Job, type: string) {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
}

/** The newest end of a successful run among the Jobs of the same owner (ms). */
function lastSuccess(owner: string, namespace: string | undefined, { observation }: DetectContext): number {
  let last = 0;
  for (const job of observation.objects.list("Job", namespace)) {
    if (!job.metadata.ownerReferences?.some(({ name, kind }) => kind === "CronJob" && name === owner)) continue;
    if (conditionOf(job, "Complete")) last = Math.max(last, timeOf(job.status?.completionTime, 0));
  }
  const cron = observation.objects.get("CronJob", namespace, owner);
  return Math.max(last, timeOf(cron?.status?.lastSuccessfulTime, 0));
}

/** Whether a copy of this Job that kubemend ran has done its work: the failed one stays as an object all the same. */
function wasRunAgain(
  { metadata: { name, namespace } }: Job,
  failedAt: number,
  { observation }: DetectContext,
): boolean {
  return observation.objects
    .list("Job", namespace)
    .some(
      (other) =>
        other.metadata.annotations?.[rerunOf] === name &&
        conditionOf(other, "Complete") !== undefined &&
        timeOf(other.status?.completionTime, 0) > failedAt,
    );
}

/** The schedule's own template was changed and has not succeeded since: its first failure is no accident. */
function changedSinceSuccess(cron: string, namespace: string | undefined, context: DetectContext): boolean {
  const versions = context.observation.objects.versions(makeRef("CronJob", namespace, cron));
  const changedAt = versions.length > 1 ? (versions.at(-1)?.at ?? 0) : 0;
  return changedAt > lastSuccess(cron, namespace, context);
}

/**
 * Jobs that failed for good or fail again and again. Source: condition Failed (backoff limit or deadline), or two failed
 * pods of one run. A CronJob is judged by its runs together: it stays until a later run succeeds. Not a fault: completed
 * and suspended Jobs, one failed pod that is retried, a failure from before the watch that a success has followed, a Job
 * whose re-run has completed.
 */
export const jobFailed = defineDetector({
  name: "job-failed",
  family: "state",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { observation, now } = context;
    for (const job of observation.objects.list("Job")) {
      if (conditionOf(job, "Complete") || job.spec.suspend) continue;
      const failed = conditionOf(job, "Failed") ?? conditionOf(job, "FailureTarget");
      const failures = job.status?.failed ?? 0;
      const at = timeOf(failed?.lastTransitionTime, timeOf(job.status?.startTime, now));
      if (now - at > recentMs) continue;
      const cron = job.metadata.ownerReferences?.find(({ kind }) => kind === "CronJob")?.name;
      const { namespace } = job.metadata;
      const changed = cron !== undefined && failures > 0 && changedSinceSuccess(cron, namespace, context);
      if (!failed && failures < 2 && !changed) continue;
      if (cron !== undefined && lastSuccess(cron, namespace, context) > at) continue;
      if (cron === undefined && wasRunAgain(job, at, context)) continue;
      yield {
        reason: failed?.reason ?? "PodsFailing",
        target: cron === undefined ? refOf(job) : makeRef("CronJob", namespace, cron),
        seenOn: refOf(job),
        detail: "failed",
        severity: "medium",
        headline: cron === undefined ? "failed" : "has runs that fail",
        summary: `Job ${job.metadata.name} failed (${failed?.reason ?? `${failures} pod${failures === 1 ? "" : "s"}`})${failed?.message ? `: ${short(failed.message)}` : ""}`,
        startsAt: timeOf(job.status?.startTime, at),
        value: failures,
        unit: "pods",
      };
    }
  },
});
