import type { Chat } from "../app/chat/start-chat.ts";
import { countTurnedAway } from "../app/metrics/delivery-metrics.ts";
import type { Readiness } from "../app/watch/readiness.ts";
import type { PagesOptions } from "../bot/web/page-kit.ts";
import { startWeb } from "../bot/web/server.ts";
import { deliverers } from "../config/deliveries.ts";
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
  const from = deliverers(config);
  if (from === "anyone") log.warn({ host }, "ingest.open-to-all");
  const web = running.use(
    await startWeb({
      host,
      port,
      slackListener: parts.chat?.listener,
      pages: parts.pages,
      ingest: {
        ...(token === undefined ? {} : { token }),
        closed: from === "nobody",
        pushLogs: sources.pushLogs,
        notifyAlerts: sources.notifyAlerts,
        pushTraces: sources.pushTraces,
        turnedAway: countTurnedAway(registry, log),
      },
      readiness: parts.readiness.checks,
      metrics: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
      log,
    }),
  );
  return web.url;
}
