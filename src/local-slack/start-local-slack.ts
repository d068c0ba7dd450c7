import { scheduledMethods } from "./api/scheduled.ts";
import { createDispatcher, verifyUrl } from "./bot/dispatcher.ts";
import { createEvents } from "./bot/events.ts";
import { verificationToken } from "./bot/payload-parts.ts";
import { createResponseUrls } from "./bot/response-urls.ts";
import { createSocketMode } from "./bot/socket-mode.ts";
import { createTriggers } from "./bot/triggers.ts";
import type { Core } from "./core.ts";
import type { CoreBase } from "./core-base.ts";
import { createFaults } from "./faults.ts";
import { secretToken } from "./ids.ts";
import { type LocalSlack, people } from "./local-slack.ts";
import type { LocalSlackOptions } from "./options.ts";
import { createPageToken } from "./page/page-token.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createRequestLog } from "./request-log.ts";
import { createServer } from "./server.ts";
import { settle } from "./settings.ts";
import { createWorkspace } from "./state/workspace.ts";

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * Starts a stand-in for Slack on this machine: the Web API for a bot, signed requests (or Socket Mode) to it, and a
 * page that shows the workspace to people. Everything is in memory and gone after `close`.
 * @throws when the host is not a loopback address or the port is taken
 */
export async function startLocalSlack(options: LocalSlackOptions = {}): Promise<LocalSlack> {
  const settings = settle(options);
  if (!loopback.has(settings.host))
    throw new Error(`The local Slack has no passwords, so it listens on loopback only; "${settings.host}" is not.`);
  const now = () => settings.clock.now();
  const socketMode = createSocketMode(settings.bot.app_id);
  let url = "";
  const base: CoreBase = {
    settings,
    workspace: createWorkspace(settings),
    triggers: createTriggers(now, settings.triggerLifeMs),
    responseUrls: createResponseUrls(now),
    socketMode,
    dispatcher: createDispatcher(settings, socketMode),
    url: () => url,
  };
  const core: Core = { ...base, events: createEvents(base) };
  const faults = createFaults();
  const log = createRequestLog(settings.limits.requestLog);
  const scheduled = scheduledMethods();
  const rateLimit = createRateLimit(settings.ratePerMinute, now);
  const server = await createServer({ core, faults, log, rateLimit, scheduled: scheduled.methods }, createPageToken());
  const address = await server.listen({ host: settings.host, port: settings.port });
  url = address;

  const close = async (): Promise<void> => {
    core.events.close();
    scheduled.close();
    socketMode.close();
    await server.close();
  };
  return {
    url,
    apiUrl: `${url}/api/`,
    botToken: settings.botToken,
    appToken: settings.appToken,
    signingSecret: settings.signingSecret,
    setBotUrl: (botUrl) => {
      core.dispatcher.setBotUrl(botUrl);
      core.workspace.updates.publish({ kind: "workspace" });
    },
    verifyBotUrl: () => verifyUrl(core.dispatcher, verificationToken(core), secretToken()),
    ...people(core),
    faults,
    requests: () => log.all(),
    clearRequests: () => log.clear(),
    pendingEvents: () => core.events.pending(),
    disconnectSockets: () => socketMode.disconnect("refresh_requested"),
    dropConnections: () => server.server.closeAllConnections(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
