import type { CronJob } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { dueTimes, parseCron } from "./cron-schedule.ts";

/** The controller looks every ten seconds, and may be busy or restarting. */
const graceMs = 5 * 60_000;

/** When it was last told to run, or could first have run: made, changed or resumed. */
function runsSince(cron: CronJob, { observation }: DetectContext): number {
  const versions = observation.objects.versions(refOf(cron));
  const changed = versions.length > 1 ? (versions.at(-1)?.at ?? 0) : 0;
  return Math.max(timeOf(cron.status?.lastScheduleTime, 0), timeOf(cron.metadata.creationTimestamp, 0), changed);
}

/**
 * CronJobs that should have run by now and have not, and those whose schedule nobody can read. Source: `schedule` against
 * `status.lastScheduleTime`. Two runs must be missing, which no time zone explains. Not a fault: a suspended CronJob, one
 * that waits for its last run to end (Forbid), one that was made, changed or resumed since.
 */
export const cronScheduleMissed = defineDetector({
  name: "cron-schedule-missed",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { observation, now } = context;
    for (const cron of observation.objects.list("CronJob")) {
      const { schedule, suspend, concurrencyPolicy, timeZone } = cron.spec;
      if (suspend) continue;
      const target = refOf(cron);
      const parsed = schedule.startsWith("@every") ? undefined : parseCron(schedule);
      if (!parsed) {
        if (schedule.startsWith("@every")) continue;
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
      if (concurrencyPolicy === "Forbid" && (cron.status?.active?.length ?? 0) > 0) continue;
      const since = runsSince(cron, context);
      if (since === 0) continue;
      const due = dueTimes(parsed, since, now - graceMs, 100);
      const [first] = due;
      if (first === undefined || due.length < 2) continue;
      yield {
        reason: "ScheduleMissed",
        target,
        severity: "medium",
        headline: "has not run when it should have",
        summary: `CronJob ${target.name} (${schedule}${timeZone ? `, ${timeZone}` : ""}) ${cron.status?.lastScheduleTime ? `ran last at ${cron.status.lastScheduleTime}` : "has never run"}; ${due.length === 100 ? "100 or more" : due.length} runs are missing`,
        startsAt: first,
        value: due.length,
        unit: "runs",
      };
    }
  },
});
