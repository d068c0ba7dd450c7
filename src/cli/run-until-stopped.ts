import { waitForStore } from "../app/wait-for-store.ts";
import { clockSetBack } from "../app/watch/watch-signals.ts";
import type { Config } from "../config/config.ts";
import { AppError, messageOf } from "../lib/app-error.ts";
import { rest, systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/logger.ts";
import { startKubemend } from "../main.ts";
import { createRedactor } from "../rca/redact/redactor.ts";
import { isConnectionLost } from "../store/connection-lost.ts";
import { warnAtStart } from "./doctor/at-start.ts";
import type { Setup } from "./judge-setup.ts";
import { stopSignal } from "./stop-signal.ts";

/** Between an end because the database went away, or the clock was set back, and the next start (ms). */
const restartDelayMs = 1_000;

/**
 * Runs until told to stop, then lets what is half done finish. A database that is away is waited for; when the clock is set back
 * everything begins anew, as all that is held in memory is of times to come.
 */
export async function runUntilStopped({ role, config, policy, kubeConfig, place }: Setup): Promise<void> {
  const log = createLogger({ level: config.log.level, redact: createRedactor().redact });
  using stopping = stopSignal({ first: (why) => log.info({ why }, "kubemend.stopping") });
  using atStart = new DisposableStack();
  const over = new AbortController();
  atStart.defer(() => over.abort());
  if (role !== "actor")
    // Beside the start, which waits for nothing that is missing here.
    void warnAtStart(config, place, { log, signal: over.signal }).catch((error: unknown) =>
      log.warn({ error: messageOf(error) }, "setup.not-checked"),
    );
  while (!stopping.signal.aborted) {
    await using store = await waitForStore({
      ...(config.database.url ? { url: config.database.url } : {}),
      dataFolder: config.data,
      log,
      probe: role === "actor" ? undefined : config.web,
      tell: role === "actor" ? async () => undefined : (problem) => tellChannel(config, problem),
      signal: stopping.signal,
    });
    if (!store) return;
    log.info({ store: store.origin, migrated: store.migrated.length }, "store.ready");
    try {
      await using kubemend = await startKubemend({ config, policy, role, store, kubeConfig, log });
      const server = kubeConfig.getCurrentCluster()?.server;
      log.info({ role, cluster: config.cluster, server, url: kubemend.url }, "kubemend.started");
      await Promise.race([aborted(stopping.signal), kubemend.done]);
      return;
    } catch (error) {
      // Whether the database has gone away meanwhile is told by the error, or by asking: it may be back already. Everything
      // else is somebody's to repair.
      const isSetBack = error instanceof AppError && error.code === clockSetBack;
      const lost = isConnectionLost(error) || !(await answers(store.database));
      if (stopping.signal.aborted || !(lost || isSetBack)) throw error;
      if (isSetBack) log.error({ error: messageOf(error), remedy: error.remedy }, "kubemend.clock-set-back");
      else log.error({ error: messageOf(error) }, "kubemend.database-lost");
    }
    await rest(systemClock, restartDelayMs, stopping.signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function answers(database: { readonly pool: { query(sql: string): Promise<unknown> } }): Promise<boolean> {
  return await database.pool.query("select 1").then(
    () => true,
    () => false,
  );
}

/** Without a database there is no incident to tell of; the channel hears at least that nobody is watching. */
async function tellChannel(config: Config, problem: string): Promise<void> {
  const { botToken, apiUrl, channel } = config.slack;
  if (!botToken) return;
  const text = `kubemend (${config.cluster}) cannot use its database: nothing is watched and no fix can be approved until it is back. ${problem}`;
  const { createSlackWeb } = await import("../adapters/slack/slack-web.ts");
  const slack = createSlackWeb({ token: botToken, ...(apiUrl ? { apiUrl } : {}) });
  const blocks = [{ type: "section" as const, text: { type: "plain_text" as const, text: text.slice(0, 2_900) } }];
  const sent = await slack.post({ channel, text, blocks, postId: `database/${Date.now()}` });
  if (!sent.ok) throw new Error(sent.failure.code);
}
