import type { CronJob } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { type CronSchedule, dueTimes, parseCron } from "./cron-schedule.ts";
import { zoneOffset } from "./zone-offset.ts";

/** The controller looks every ten seconds, and may be busy or restarting. */
const graceMs = 5 * 60_000;

/** When it was last told to run, or could first have run: made, changed or resumed. */
function runsSince(cron: CronJob, { observation }: DetectContext): number {
  const versions = observation.objects.versions(refOf(cron));
  const changed = versions.length > 1 ? (versions.at(-1)?.at ?? 0) : 0;
  return Math.max(timeOf(cron.status?.lastScheduleTime, 0), timeOf(cron.metadata.creationTimestamp, 0), changed);
}

/** When its last run ended (ms): one that forbids others had kept those waiting until then. */
function lastRunEnded({ metadata }: CronJob, { observation }: DetectContext): number {
  const ends = observation.objects
    .list("Job", metadata.namespace)
    .filter((job) =>
      job.metadata.ownerReferences?.some(({ kind, name }) => kind === "CronJob" && name === metadata.name),
    )
    .flatMap(({ status }) => [
      timeOf(status?.completionTime, 0),
      ...(status?.conditions ?? []).map(({ lastTransitionTime }) => timeOf(lastTransitionTime, 0)),
    ]);
  return Math.max(0, ...ends);
}

const maxMissed = 100;

/** Times at which it should have run and did not, with time for the controller to be late. */
function missedRuns(cron: CronJob, schedule: CronSchedule, context: DetectContext): readonly number[] {
  const { concurrencyPolicy, timeZone, schedule: text } = cron.spec;
  const forbids = concurrencyPolicy === "Forbid";
  if (forbids && (cron.status?.active?.length ?? 0) > 0) return [];
  const since = runsSince(cron, context);
  // Without a zone of its own it is the controller's, which is UTC in almost every cluster.
  const offsetAt = zoneOffset(timeZone ?? /^(?:CRON_)?TZ=(\S+)/.exec(text)?.[1] ?? "UTC");
  if (since === 0 || !offsetAt) return [];
  const dueSince = (from: number) => dueTimes(schedule, from, context.now - graceMs, maxMissed, offsetAt);
  const due = dueSince(since);
  return due.length >= 2 && forbids ? dueSince(Math.max(since, lastRunEnded(cron, context))) : due;
}

/**
 * CronJobs that should have run by now and have not, and those whose schedule nobody can read. Source: `schedule` against
 * `status.lastScheduleTime`, in its own time zone. Two runs must be missing. Not a fault: a suspended CronJob, one
 * that waits for its last run to end (Forbid) or has just done so, one that was made, changed or resumed since.
 */
export const cronScheduleMissed = defineDetector({
  name: "cron-schedule-missed",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { observation, now } = context;
    for (const cron of observation.objects.list("CronJob")) {
      const { schedule, suspend, timeZone } = cron.spec;
      if (suspend || schedule.startsWith("@every")) continue;
      const target = refOf(cron);
      const parsed = parseCron(schedule);
      if (!parsed) {
        yield {
          reason: "ScheduleInvalid",
          target,
          severity: "medium",
          headline: "has a schedule that cannot be read",
          summary: `CronJob ${target.name} has the schedule ${JSON.stringify(schedule.slice(0, 80))}, which is none: it never runs`,
          startsAt: timeOf(cron.metadata.creationTimestamp, now),
        };
        continue;
      }
      const due = missedRuns(cron, parsed, context);
      const [first] = due;
      if (first === undefined || due.length < 2) continue;
      const last = cron.status?.lastScheduleTime;
      yield {
        reason: "ScheduleMissed",
        target,
        severity: "medium",
        headline: "has not run when it should have",
        summary: `CronJob ${target.name} (${schedule}${timeZone ? `, ${timeZone}` : ""}) ${last ? `ran last at ${last}` : "has never run"}; ${due.length === maxMissed ? `${maxMissed} or more` : due.length} runs are missing`,
        startsAt: first,
        value: due.length,
        unit: "runs",
      };
    }
  },
});
