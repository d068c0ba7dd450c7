import { type DeliverDeps, deliverIncident } from "../bot/slack/deliver.ts";
import { AppError } from "../lib/app-error.ts";
import type { Logger } from "../lib/logger.ts";
import { announcePost, chatPosts, recordEdit, recordPost, whileAlone, withdrawPost } from "../store/chat.ts";
import type { Database } from "../store/database.ts";
import { markDelivered } from "../store/incidents.ts";
import type { Jobs } from "../store/jobs.ts";
import { buildView } from "./build-view.ts";
import { incidentJob, queues } from "./queues.ts";

export interface DeliverJobDeps extends Omit<DeliverDeps, "book"> {
  readonly database: Database;
  readonly jobs: Jobs;
  readonly log: Logger;
}

/** Handles one delivery job: the channel shows the incident as its rows are now, or the job comes again. */
export function deliverJob(deps: DeliverJobDeps): (data: object) => Promise<void> {
  const { database, jobs, log } = deps;
  const book = {
    posts: (id: string) => chatPosts(database, id),
    announce: (id: string, key: string, channel: string) => announcePost(database, id, key, channel),
    withdraw: (id: string, key: string) => withdrawPost(database, id, key),
    record: (id: string, key: string, post: { channel: string; ts: string; contentHash: string }) =>
      recordPost(database, id, key, post),
    recordEdit: (id: string, key: string, hash: string) => recordEdit(database, id, key, hash),
  };
  return async (data) => {
    const { incidentId } = incidentJob.parse(data);
    const outcome = await whileAlone(database, incidentId, async () => {
      const view = await buildView(database, incidentId);
      if (!view) return { type: "done" as const };
      const delivered = await deliverIncident({ ...deps, book }, view);
      // What Slack refuses for good will not get better by asking again; the next change of the incident tries anew.
      if (delivered.type !== "again") await markDelivered(database, incidentId, view.revision);
      return delivered;
    });
    if (outcome === undefined)
      throw new AppError("delivery-busy", "Another process delivers this incident.", { retryable: true });
    if (outcome.type === "refused") log.error({ incident: incidentId, code: outcome.code }, "slack.refused");
    if (outcome.type === "again") {
      log.info({ incident: incidentId, code: outcome.code, seconds: outcome.afterSeconds }, "slack.later");
      await jobs.send(queues.deliver, { incidentId }, { key: incidentId, afterSeconds: outcome.afterSeconds });
    }
  };
}
