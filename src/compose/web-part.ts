import type { Chat } from "../app/chat/start-chat.ts";
import type { Readiness } from "../app/watch/readiness.ts";
import type { PagesOptions } from "../bot/web/page-kit.ts";
import { startWeb } from "../bot/web/server.ts";
import type { DetectionPart } from "./detection-part.ts";
import type { Foundation } from "./foundation.ts";

export interface WebParts {
  readonly detection: DetectionPart;
  readonly chat: Chat | undefined;
  readonly pages: PagesOptions;
  readonly readiness: Readiness;
}

/** The one port: pages, Slack's requests, deliveries of logs, alerts and traces, probes and metrics. Returns its address. */
export async function startWebPart({ config, log, running }: Foundation, parts: WebParts): Promise<string> {
  const { sources, registry } = parts.detection;
  const { host, port } = config.web;
  const { token } = config.ingest;
  if (token === undefined && host !== "127.0.0.1" && host !== "localhost") log.warn({ host }, "ingest.open-to-all");
  const web = running.use(
    await startWeb({
      host,
      port,
      slackListener: parts.chat?.listener,
      pages: parts.pages,
      ingest: {
        ...(token === undefined ? {} : { token }),
        pushLogs: sources.pushLogs,
        notifyAlerts: sources.notifyAlerts,
        pushTraces: sources.pushTraces,
      },
      notReady: parts.readiness.notReady,
      metrics: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
      log,
    }),
  );
  return web.url;
}
