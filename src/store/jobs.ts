import { createHash } from "node:crypto";
import { PgBoss } from "pg-boss";
import { messageOf } from "../lib/app-error.ts";
import { type Logger, silentLogger } from "../lib/logger.ts";
import { openDatabase } from "./database.ts";

export interface SendOptions {
  /** Folds waiting jobs of the same matter into one. */
  readonly key?: string;
  readonly afterSeconds?: number;
  /** Of those that are due, the higher one (default 0) comes first. */
  readonly priority?: number;
  /**
   * For rounds that send whatever is not done yet: nothing is sent while a job of this key waits for another try after a
   * failure. Without it each round would add one to those that fail already.
   */
  readonly unlessWaiting?: boolean;
  /** Into the queue of this cluster, whose own processes do it; by default our own. */
  readonly cluster?: string;
}

/** Work that must happen even if this process does not live to do it. */
export interface Jobs extends AsyncDisposable {
  send(queue: string, data: object, options?: SendOptions): Promise<void>;
  /** Runs `handler` for each job of the queue; a throw means "later again", with backoff. */
  work(queue: string, handler: (data: object) => Promise<void>, options?: { concurrency?: number }): Promise<void>;
  /**
   * Sends `data` whenever the clock of the time zone says so, once across all replicas; undefined as `cron` ends it.
   * `key` tells schedules of one queue apart. Five fields: minute, hour, day, month, weekday.
   */
  schedule(queue: string, key: string, cron: string | undefined, data: object, timeZone: string): Promise<void>;
  stop(): Promise<void>;
}

const retryLimit = 12;
const retryDelaySeconds = 1;
const retryDelayMaxSeconds = 60;
/** A worker that died is noticed after this; its job is taken up by another within 35 s. */
const heartbeatSeconds = 15;

/** The name of a cluster's queue: letters that the queue allows, and a digest, so that no two clusters share one. */
export function queueOf(queue: string, cluster?: string): string {
  if (cluster === undefined) return queue;
  const digest = createHash("sha256").update(cluster).digest("hex").slice(0, 10);
  return `${queue}/${cluster.replace(/[^\w-]+/g, "-").slice(0, 40)}.${digest}`;
}

/** Jobs in PostgreSQL by pg-boss, in its own schema beside our tables. */
export async function startJobs(
  databaseUrl: string,
  options: {
    readonly log?: Logger;
    readonly pollSeconds?: number;
    /** Whose jobs: clusters that share a database have queues of their own. Without it the queues bear their plain names. */
    readonly cluster?: string;
  } = {},
): Promise<Jobs> {
  const log = options.log ?? silentLogger;
  const pollSeconds = options.pollSeconds ?? 0.5;
  // Our own pool, because of its deadlines: a job queue that waits for a dead network takes no more jobs.
  const database = openDatabase(databaseUrl, { maxConnections: 4, ...(options.log ? { log: options.log } : {}) });
  const boss = new PgBoss({
    db: { executeSql: async (text: string, values?: unknown[]) => await database.pool.query(text, values) },
  });
  boss.on("error", (error) => log.warn({ error: messageOf(error) }, "jobs.error"));
  await boss.start();
  const named = (queue: string, cluster = options.cluster) => queueOf(queue, cluster);
  const known = new Set<string>();
  const ensure = async (name: string) => {
    if (known.has(name)) return;
    await boss.createQueue(name, {
      // `short`: at most one job a singleton key waits; one more may run, so that nothing said meanwhile is lost.
      policy: "short",
      retryLimit,
      retryDelay: retryDelaySeconds,
      retryBackoff: true,
      retryDelayMax: retryDelayMaxSeconds,
      heartbeatSeconds,
      expireInSeconds: 300,
    });
    known.add(name);
  };
  const stop = async () => {
    await boss.stop({ graceful: true, timeout: 10_000 });
    await database.close();
  };
  return {
    async send(queue, data, { key, afterSeconds, priority, unlessWaiting, cluster } = {}) {
      const name = named(queue, cluster);
      await ensure(name);
      if (key && unlessWaiting && (await boss.findJobs(name, { key, queued: true })).length > 0) return;
      await boss.send(name, data, {
        ...(key ? { singletonKey: key } : {}),
        ...(afterSeconds ? { startAfter: afterSeconds } : {}),
        ...(priority ? { priority } : {}),
      });
    },
    async work(queue, handler, { concurrency = 1 } = {}) {
      await ensure(named(queue));
      await boss.work<object>(
        named(queue),
        { pollingIntervalSeconds: pollSeconds, localConcurrency: concurrency, batchSize: 1 },
        async (jobs) => {
          for (const job of jobs) {
            try {
              await handler(job.data);
            } catch (error) {
              log.warn({ queue, job: job.id, error: messageOf(error) }, "jobs.failed");
              throw error;
            }
          }
        },
      );
    },
    async schedule(queue, key, cron, data, timeZone) {
      await ensure(named(queue));
      if (cron === undefined) await boss.unschedule(named(queue), key);
      else await boss.schedule(named(queue), cron, data, { tz: timeZone, key });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
