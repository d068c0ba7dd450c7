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

const failureOf = (job: Job) => conditionOf(job, "Failed") ?? conditionOf(job, "FailureTarget");

/** It has what it was to do, by its success policy perhaps before all of its pods have ended: those are stopped then. */
const hasSucceeded = (job: Job) => [conditionOf(job, "Complete"), conditionOf(job, "SuccessCriteriaMet")].some(Boolean);

/** What Jobs have done since: there may be thousands, so they are gone through once. */
interface Successes {
  /** The newest end of a successful run among the Jobs of a CronJob (ms); 0 without one. */
  ofCron(namespace: string | undefined, cron: string): number;
  /** The same of the copies of a Job that kubemend ran: the failed one stays as an object all the same. */
  ofRerun(namespace: string | undefined, job: string): number;
}

function readSuccesses({ observation }: DetectContext): Successes {
  const ends = new Map<string, number>();
  const note = (key: string, at: number) => void ends.set(key, Math.max(at, ends.get(key) ?? 0));
  for (const job of observation.objects.list("Job")) {
    if (!conditionOf(job, "Complete")) continue;
    const { namespace = "", annotations, ownerReferences = [] } = job.metadata;
    const at = timeOf(job.status?.completionTime, 0);
    for (const { kind, name } of ownerReferences) if (kind === "CronJob") note(`cron ${namespace}/${name}`, at);
    const copyOf = annotations?.[rerunOf];
    if (copyOf !== undefined) note(`rerun ${namespace}/${copyOf}`, at);
  }
  return {
    ofCron(namespace, cron) {
      const told = observation.objects.get("CronJob", namespace, cron)?.status?.lastSuccessfulTime;
      return Math.max(ends.get(`cron ${namespace ?? ""}/${cron}`) ?? 0, timeOf(told, 0));
    },
    ofRerun: (namespace, job) => ends.get(`rerun ${namespace ?? ""}/${job}`) ?? 0,
  };
}

/** One failed pod in five that did their part is what many parts cost: spot nodes, a flaky download. */
const failedShare = 0.2;

/** Pods of one run fail again and again, and not just some of many; those that are at work have not failed. */
function keepsFailing({ status = {} }: Job): boolean {
  const { failed = 0, succeeded = 0, active = 0 } = status;
  return failed >= 2 && failed > failedShare * (succeeded + active);
}

/** The schedule's own template was changed and has not succeeded since: its first failure is no accident. */
function changedSinceSuccess(
  cron: string,
  namespace: string | undefined,
  { observation }: DetectContext,
  successes: Successes,
): boolean {
  const versions = observation.objects.versions(makeRef("CronJob", namespace, cron));
  const changedAt = versions.length > 1 ? (versions.at(-1)?.at ?? 0) : 0;
  return changedAt > successes.ofCron(namespace, cron);
}

/** The CronJob that made a Job. */
const cronOf = ({ metadata }: Job) => metadata.ownerReferences?.find(({ kind }) => kind === "CronJob")?.name;

/** Failed for good, or as good as that. */
function isFailure(job: Job, context: DetectContext, successes: Successes): boolean {
  if (failureOf(job) || keepsFailing(job)) return true;
  const cron = cronOf(job);
  const hasFailed = (job.status?.failed ?? 0) > 0;
  return cron !== undefined && hasFailed && changedSinceSuccess(cron, job.metadata.namespace, context, successes);
}

/** A later run of its schedule, or of its copy, did what it was to do. */
function isMadeUpFor(job: Job, at: number, successes: Successes): boolean {
  const { namespace, name } = job.metadata;
  const cron = cronOf(job);
  return (cron === undefined ? successes.ofRerun(namespace, name) : successes.ofCron(namespace, cron)) > at;
}

function summaryOf(job: Job): string {
  const failed = failureOf(job);
  const failures = job.status?.failed ?? 0;
  const why = failed?.reason ?? `${failures} pod${failures === 1 ? "" : "s"}`;
  return `Job ${job.metadata.name} failed (${why})${failed?.message ? `: ${short(failed.message)}` : ""}`;
}

/**
 * Jobs that failed for good or fail again and again. Source: condition Failed (backoff limit or deadline), or two failed
 * pods of one run. A CronJob is judged by its runs together: it stays until a later run succeeds. Not a fault: completed,
 * deleted and suspended Jobs, one failed pod that is retried, some failed pods of a Job of many parts, a failure from before the watch that a success has followed, a Job
 * whose re-run has completed.
 */
export const jobFailed = defineDetector({
  name: "job-failed",
  family: "state",
  nature: "failure",
  *detect(context): Iterable<Finding> {
    const { observation, now } = context;
    const successes = readSuccesses(context);
    for (const job of observation.objects.list("Job")) {
      if (hasSucceeded(job) || job.spec.suspend || job.metadata.deletionTimestamp !== undefined) continue;
      const failed = failureOf(job);
      const at = timeOf(failed?.lastTransitionTime, timeOf(job.status?.startTime, now));
      if (now - at > recentMs) continue;
      if (!isFailure(job, context, successes) || isMadeUpFor(job, at, successes)) continue;
      const cron = cronOf(job);
      yield {
        reason: failed?.reason ?? "PodsFailing",
        target: cron === undefined ? refOf(job) : makeRef("CronJob", job.metadata.namespace, cron),
        seenOn: refOf(job),
        detail: "failed",
        severity: "medium",
        headline: cron === undefined ? "failed" : "has runs that fail",
        summary: summaryOf(job),
        startsAt: timeOf(job.status?.startTime, at),
        value: job.status?.failed ?? 0,
        unit: "pods",
      };
    }
  },
});
