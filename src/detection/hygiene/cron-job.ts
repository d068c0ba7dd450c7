import { refOf } from "../../cluster/object-store.ts";
import { timeOf } from "../detector.ts";
import { type HygieneCheck, isOurs } from "./finding.ts";

const longMs = 7 * 24 * 60 * 60_000;

/** CronJobs that have been suspended for a week: somebody may have forgotten to resume them. */
export const cronJobs: HygieneCheck = function* (observation, now) {
  for (const cron of observation.objects.list("CronJob").filter(isOurs)) {
    const { name, creationTimestamp } = cron.metadata;
    const lastRun = timeOf(cron.status?.lastScheduleTime, timeOf(creationTimestamp, now));
    if (!cron.spec.suspend || now - lastRun < longMs) continue;
    yield {
      code: "cron-job-suspended",
      target: refOf(cron),
      level: "untidy",
      text: `CronJob ${name} is suspended and has not run for ${Math.floor((now - lastRun) / 86_400_000)} days`,
      advice: "Resume it, or delete it when it is no longer needed.",
    };
  }
};
