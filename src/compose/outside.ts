import { createClusterAccess } from "../adapters/cluster-access/cluster-access.ts";
import {
  createKubernetesReader,
  type KubernetesReader,
} from "../adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { createLokiClient, type LokiClient } from "../adapters/loki/loki-client.ts";
import { openNatsLogStream } from "../adapters/nats/nats-log-stream.ts";
import { createPrometheusClient, type PrometheusClient } from "../adapters/prometheus/prometheus-client.ts";
import { createFindUser } from "../adapters/slack/find-user.ts";
import { createSlackWeb } from "../adapters/slack/slack-web.ts";
import { createSmtpMailer } from "../adapters/smtp/smtp-mailer.ts";
import { streamOptions } from "../app/sources/nats-logs.ts";
import type { Config } from "../config/config.ts";
import type { Foundation } from "./foundation.ts";

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

/** A NATS that is away keeps nobody from starting: its logs are missed, said to be, and read when it is there. */
export async function openOutside({ config, kubeConfig, log, running }: Foundation): Promise<Outside> {
  const { prometheus, loki, email } = config;
  const streamed = streamOptions(config);
  return {
    reader: createKubernetesReader({ kubeconfig: kubeConfig, log }),
    clusterAccess: createClusterAccess(kubeConfig),
    prometheus: prometheus.url
      ? createPrometheusClient({ url: prometheus.url, ...(prometheus.token && { bearerToken: prometheus.token }) })
      : undefined,
    loki: loki.url
      ? createLokiClient({
          url: loki.url,
          ...(loki.token && { bearerToken: loki.token }),
          ...(loki.tenant && { tenant: loki.tenant }),
        })
      : undefined,
    logStream:
      streamed &&
      running.use(
        await openNatsLogStream({ ...streamed, onTrouble: (reason) => log.warn({ reason }, "nats.unreachable") }),
      ),
    slack: slackWays(config.slack),
    mailer: email.smtpUrl && email.from ? createSmtpMailer({ url: email.smtpUrl, from: email.from }) : undefined,
  };
}

function slackWays(settings: Config["slack"]): SlackWays | undefined {
  const { botToken, apiUrl } = settings;
  if (!botToken) return undefined;
  const options = { token: botToken, ...(apiUrl ? { apiUrl } : {}) };
  return {
    settings: { ...settings, botToken },
    web: createSlackWeb(options),
    userByEmail: createFindUser(options),
  };
}
