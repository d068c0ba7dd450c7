import { createClusterAccess } from "../adapters/cluster-access/cluster-access.ts";
import {
  createKubernetesReader,
  type KubernetesReader,
} from "../adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { createLokiClient, type LokiClient } from "../adapters/loki/loki-client.ts";
import type { openNatsLogStream } from "../adapters/nats/nats-log-stream.ts";
import { createPrometheusClient, type PrometheusClient } from "../adapters/prometheus/prometheus-client.ts";
import type { createFindUser } from "../adapters/slack/find-user.ts";
import type { createSlackWeb } from "../adapters/slack/slack-web.ts";
import type { createSmtpMailer } from "../adapters/smtp/smtp-mailer.ts";
import { streamOptions } from "../app/sources/nats-logs.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../lib/logger.ts";
import type { Foundation } from "./foundation.ts";
import type { Running } from "./running.ts";

/** Every way out of the process that a watcher has, as configured. None of them can change a cluster. */
export interface Outside {
  readonly reader: KubernetesReader;
  readonly clusterAccess: ReturnType<typeof createClusterAccess>;
  readonly prometheus: PrometheusClient | undefined;
  readonly loki: LokiClient | undefined;
  readonly logStream: Awaited<ReturnType<typeof openNatsLogStream>> | undefined;
  readonly slack: SlackWays | undefined;
  readonly mailer: ReturnType<typeof createSmtpMailer> | undefined;
}

export interface SlackWays {
  readonly settings: Config["slack"] & { readonly botToken: string };
  readonly web: ReturnType<typeof createSlackWeb>;
  readonly userByEmail: ReturnType<typeof createFindUser>;
}

/** Clients of what is configured are loaded, those of what is not are not: they are a fifth of all that would be. */
export async function openOutside({ config, kubeConfig, log, running }: Foundation): Promise<Outside> {
  const { prometheus, loki } = config;
  return {
    reader: createKubernetesReader({ kubeconfig: kubeConfig, log }),
    clusterAccess: createClusterAccess(kubeConfig),
    prometheus: prometheus.url
      ? createPrometheusClient({
          url: prometheus.url,
          ...(prometheus.token && { bearerToken: prometheus.token }),
          ...(prometheus.tenant && { tenant: prometheus.tenant }),
        })
      : undefined,
    loki: loki.url
      ? createLokiClient({
          url: loki.url,
          ...(loki.token && { bearerToken: loki.token }),
          ...(loki.tenant && { tenant: loki.tenant }),
        })
      : undefined,
    logStream: await streamedLogs(config, log, running),
    slack: await slackWays(config.slack),
    mailer: await mailerOf(config.email),
  };
}

/** A NATS that is away keeps nobody from starting: its logs are missed, said to be, and read when it is there. */
async function streamedLogs(config: Config, log: Logger, running: Running): Promise<Outside["logStream"]> {
  const streamed = streamOptions(config);
  if (!streamed) return undefined;
  const { openNatsLogStream } = await import("../adapters/nats/nats-log-stream.ts");
  return running.use(
    await openNatsLogStream({ ...streamed, onTrouble: (reason) => log.warn({ reason }, "nats.unreachable") }),
  );
}

async function slackWays(settings: Config["slack"]): Promise<SlackWays | undefined> {
  const { botToken, apiUrl } = settings;
  if (!botToken) return undefined;
  const { createFindUser } = await import("../adapters/slack/find-user.ts");
  const { createSlackWeb } = await import("../adapters/slack/slack-web.ts");
  const options = { token: botToken, ...(apiUrl ? { apiUrl } : {}) };
  return {
    settings: { ...settings, botToken },
    web: createSlackWeb(options),
    userByEmail: createFindUser(options),
  };
}

async function mailerOf({ smtpUrl, from }: Config["email"]): Promise<Outside["mailer"]> {
  if (!smtpUrl || !from) return undefined;
  const { createSmtpMailer } = await import("../adapters/smtp/smtp-mailer.ts");
  return createSmtpMailer({ url: smtpUrl, from });
}
