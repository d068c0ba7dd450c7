import { deliverIncident } from "../../bot/slack/deliver/deliver.ts";
import type { DeliverDeps } from "../../bot/slack/deliver/deliver-deps.ts";
import type { PostBook } from "../../bot/slack/deliver/deliver-once.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { markDelivered } from "../../store/incidents/incidents.ts";
import type { Jobs } from "../../store/jobs.ts";
import { type Lease, ranOut, whileAlone } from "../../store/leases.ts";
import { announcePost, chatPosts, forgetPost, recordEdit, recordPost, withdrawPost } from "../../store/people/chat.ts";
import { incidentJob, queues } from "../queues.ts";
import { buildView } from "../view/build-view.ts";

/** An incident that no channel takes is offered again after this. */
const refusedAgainSeconds = 60;
/** One that another process delivers, or was delivering when it died, is looked at again after this. */
const busyAgainSeconds = 2;

/** Places where a process may die or stand still while it delivers; tests make it do so there. */
export type DeliveryCrashPoint =
  | "alone"
  | "viewed"
  | `${"before" | "after"}-${keyof PostBook | "find" | "post" | "update"}`
  | "delivered"
  | "marked";

export interface DeliverJobDeps extends Omit<DeliverDeps, "book"> {
  readonly database: Database;
  readonly jobs: Pick<Jobs, "send">;
  readonly log: Logger;
  /** Under which people reach the pages. */
  readonly webUrl?: string | undefined;
  /** How long others wait for a process that died while it delivered (ms). Longer than any single call of Slack takes. */
  readonly leaseMs?: number;
  readonly crashPoint?: (name: DeliveryCrashPoint) => void | Promise<void>;
}

/** What chat shows, as rows; with a lease only as long as that is ours. */
export function postBook(database: Database, lease?: Lease): PostBook {
  return {
    posts: (id) => chatPosts(database, id),
    announce: (id, key, channel) => announcePost(database, id, key, channel, lease),
    withdraw: (id, key) => withdrawPost(database, id, key, lease),
    record: (id, key, post) => recordPost(database, id, key, post, lease),
    recordEdit: (id, key, hash) => recordEdit(database, id, key, hash, lease),
    forget: (id, key) => forgetPost(database, id, key, lease),
  };
}

/** Handles one delivery job: the channel shows the incident as its rows are now, or the job comes again. */
export function deliverJob(deps: DeliverJobDeps): (data: object) => Promise<void> {
  const { database, jobs, log, crashPoint } = deps;
  /** The same function, with a place to die before and after it, and not run at all by who has lost the lease meanwhile. */
  const guarded =
    <A extends unknown[], R>(
      lease: Lease,
      name: keyof PostBook | "find" | "post" | "update",
      run: (...args: A) => Promise<R>,
    ) =>
    async (...args: A): Promise<R> => {
      await crashPoint?.(`before-${name}`);
      // A process that was stopped here wakes up after another has taken over, and must not speak any more.
      if (!lease.held()) throw ranOut("the delivery");
      const result = await run(...args);
      await crashPoint?.(`after-${name}`);
      return result;
    };
  const depsFor = (lease: Lease): DeliverDeps => {
    const { slack } = deps;
    const book = postBook(database, lease);
    return {
      ...deps,
      slack: {
        ...slack,
        find: guarded(lease, "find", slack.find.bind(slack)),
        post: guarded(lease, "post", slack.post.bind(slack)),
        update: guarded(lease, "update", slack.update.bind(slack)),
      },
      book: {
        posts: guarded(lease, "posts", book.posts),
        announce: guarded(lease, "announce", book.announce),
        withdraw: guarded(lease, "withdraw", book.withdraw),
        record: guarded(lease, "record", book.record),
        recordEdit: guarded(lease, "recordEdit", book.recordEdit),
        forget: guarded(lease, "forget", book.forget),
      },
    };
  };
  return async (data) => {
    const { incidentId } = incidentJob.parse(data);
    const work = async (lease: Lease) => {
      await crashPoint?.("alone");
      const view = await buildView(database, incidentId, deps.webUrl);
      if (!view) return { type: "done" as const };
      await crashPoint?.("viewed");
      const delivered = await deliverIncident(depsFor(lease), view);
      await crashPoint?.("delivered");
      // A part of the thread that Slack refuses for good will not get better by asking again. A message that no channel takes
      // is another matter: somebody may set the channel or the token right.
      const shown = delivered.type === "done" || (delivered.type === "refused" && !delivered.unseen);
      if (shown && lease.held()) await markDelivered(database, incidentId, view.revision);
      await crashPoint?.("marked");
      return delivered;
    };
    const outcome = await whileAlone(database, `deliver:${incidentId}`, work, deps.leaseMs);
    if (outcome === undefined) {
      // Not as a failure: failures come again ever later, and a dead process holds its lease for a while only.
      await jobs.send(queues.deliver, { incidentId }, { key: incidentId, afterSeconds: busyAgainSeconds });
      return;
    }
    if (outcome.type === "refused") log.error({ incident: incidentId, code: outcome.code }, "slack.refused");
    if (outcome.type === "refused" && outcome.unseen)
      await jobs.send(queues.deliver, { incidentId }, { key: incidentId, afterSeconds: refusedAgainSeconds });
    if (outcome.type === "again") {
      log.info({ incident: incidentId, code: outcome.code, seconds: outcome.afterSeconds }, "slack.later");
      // What is missing of threads comes after messages that nobody has seen yet.
      const { afterSeconds, onlyThread } = outcome;
      const priority = onlyThread ? -1 : 0;
      await jobs.send(queues.deliver, { incidentId }, { key: incidentId, afterSeconds, priority });
    }
  };
}
