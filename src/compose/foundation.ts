import type { KubeConfig } from "@kubernetes/client-node";
import type { Policy } from "../actions/policy/policy-file.ts";
import { createPrivacy, type Privacy } from "../app/privacy.ts";
import { queues } from "../app/queues.ts";
import type { Config } from "../config/config.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Database } from "../store/database.ts";
import { type Jobs, startJobs } from "../store/jobs.ts";
import type { Store } from "../store/open-store.ts";
import { createPlanStore } from "../store/plans/plan-store.ts";
import type { Running } from "./running.ts";

export type Role = "watcher" | "actor" | "all";

export interface FoundationOptions {
  readonly config: Config;
  /** As judged before anything was connected to. */
  readonly policy: Policy;
  readonly role: Role;
  readonly store: Store;
  readonly kubeConfig: KubeConfig;
  readonly log: Logger;
  /** Time of the cluster that is watched; another one than real time only in a replay. */
  readonly clock?: Clock;
}

/** What both roles stand on: the rows between them, the policy, the redactor. */
export interface Foundation extends Privacy {
  readonly config: Config;
  readonly kubeConfig: KubeConfig;
  readonly log: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly plans: ReturnType<typeof createPlanStore>;
  readonly policy: Policy;
  /** Brings chat up to date with an incident. */
  readonly changed: (incidentId: string) => Promise<void>;
  readonly running: Running;
}

/**
 * Starts the jobs, which `running` stops. @throws what opening the jobs or the redactor's key in the database throws
 */
export async function layFoundation(options: FoundationOptions, running: Running): Promise<Foundation> {
  const { config, policy, role, store, kubeConfig, log, clock = systemClock } = options;
  const { cluster } = config;
  const { database } = store;
  const privacy = await createPrivacy(database, config.redaction);
  const jobs = running.use(await startJobs(store.url, { log, cluster }));
  return {
    ...privacy,
    config,
    kubeConfig,
    log,
    clock,
    database,
    jobs,
    plans: createPlanStore(database, { cluster }),
    policy,
    async changed(incidentId) {
      // An actor apart holds no token of Slack; the watcher, which does, takes the job.
      if (config.slack.botToken || role === "actor")
        await jobs.send(queues.deliver, { incidentId }, { key: incidentId });
    },
    running,
  };
}
