import type { KubeConfig } from "@kubernetes/client-node";
import { createClusterAccess } from "./adapters/cluster-access/cluster-access.ts";
import { clusterTools } from "./adapters/cluster-tools/cluster-tools.ts";
import { createKubernetesActor } from "./adapters/kubernetes-actor/kubernetes-actor.ts";
import { createKubernetesReader } from "./adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { createLokiClient } from "./adapters/loki/loki-client.ts";
import { openNatsLogStream } from "./adapters/nats/nats-log-stream.ts";
import { createPrometheusClient } from "./adapters/prometheus/prometheus-client.ts";
import { createFindUser } from "./adapters/slack/find-user.ts";
import { createSlackWeb } from "./adapters/slack/slack-web.ts";
import { createSmtpMailer } from "./adapters/smtp/smtp-mailer.ts";
import { startActor } from "./app/actor.ts";
import { createApprovers } from "./app/approvers.ts";
import { createAsk } from "./app/ask.ts";
import { createChaosDesk, experimentRows } from "./app/chaos-desk.ts";
import { clusterSources } from "./app/cluster-sources.ts";
import { createWatching } from "./app/create-watching.ts";
import { createDesk } from "./app/desk.ts";
import { dropCounts } from "./app/drop-counts.ts";
import { runHeartbeat } from "./app/heartbeat.ts";
import { createIdPool } from "./app/id-pool.ts";
import { addIncidentMetrics } from "./app/incident-metrics.ts";
import { keepRisks } from "./app/keep-risks.ts";
import { keepSamples } from "./app/keep-samples.ts";
import { loadPolicy } from "./app/load-policy.ts";
import { createMetrics } from "./app/metrics.ts";
import { streamedLogs, streamOptions } from "./app/nats-logs.ts";
import { openMail } from "./app/open-mail.ts";
import { openModel } from "./app/open-model.ts";
import { addOutcomeMetrics } from "./app/outcome-metrics.ts";
import { ownClusterDesk } from "./app/own-cluster.ts";
import { createPrivacy } from "./app/privacy.ts";
import { queues } from "./app/queues.ts";
import { seedSeasons } from "./app/seed-seasons.ts";
import { addShardMetrics } from "./app/shard-metrics.ts";
import { countSlackCalls } from "./app/slack-metrics.ts";
import { type Chat, startChat } from "./app/start-chat.ts";
import { previewDigest } from "./app/start-mail.ts";
import { startPages, webPortOf } from "./app/start-pages.ts";
import { startShards } from "./app/start-shards.ts";
import { syncSilences } from "./app/sync-silences.ts";
import { runWatcher } from "./app/watcher.ts";
import { createIdentify } from "./bot/slack/identity.ts";
import { startWeb } from "./bot/web/server.ts";
import { createObservation } from "./cluster/observation.ts";
import type { Config } from "./config/config.ts";
import { createDetectionEngine, type DetectionEngine } from "./detection/engine.ts";
import { openForecastField } from "./detection/metrics/forecast/forecast-field.ts";
import { loadModel } from "./detection/metrics/forecast/load-model.ts";
import { createSeasons } from "./detection/metrics/seasonal-baseline.ts";
import { messageOf } from "./lib/app-error.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";
import { observationTools } from "./rca/investigate/observation-tools.ts";
import { createRunbookShelf } from "./rca/runbooks/runbook-shelf.ts";
import { listIncidents } from "./store/incidents.ts";
import { startJobs } from "./store/jobs.ts";
import type { Store } from "./store/open-store.ts";
import { createPlanStore } from "./store/plan-store.ts";

export type Role = "watcher" | "actor" | "all";

export interface KubemendOptions {
  readonly config: Config;
  readonly role: Role;
  readonly store: Store;
  readonly kubeConfig: KubeConfig;
  readonly log: Logger;
  /** Time of the cluster that is watched; another one than real time only in a replay. */
  readonly clock?: Clock;
  readonly onTick?: (now: number) => void;
}

export interface Kubemend extends AsyncDisposable {
  /** Address of the web server; absent for an actor. */
  readonly url?: string;
  /** Resolves when stopped, rejects when something that must not fail has failed. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Puts the parts together and runs them: the only place that knows every other. @throws AppError with a remedy when something is missing. */
export async function startKubemend(options: KubemendOptions): Promise<Kubemend> {
  const { config, role, store, kubeConfig, log } = options;
  const { database } = store;
  const clock = options.clock ?? systemClock;
  const now = () => clock.now();
  const policy = await loadPolicy(config.policy);
  const { redact, pseudonyms, reveal } = await createPrivacy(database, config.redaction);
  const stopping = new AbortController();
  await using started = new AsyncDisposableStack();
  // When a later part cannot start, the ones that run already must not keep the process.
  started.defer(() => stopping.abort());
  const jobs = started.use(await startJobs(store.url, { log, cluster: config.cluster }));
  const plans = createPlanStore(database, { cluster: config.cluster });
  const changed = async (incidentId: string) => {
    // An actor apart holds no token of Slack; the watcher, which does, takes the job.
    if (config.slack.botToken || role === "actor") await jobs.send(queues.deliver, { incidentId }, { key: incidentId });
  };
  const running: Promise<unknown>[] = [];
  let url: string | undefined;

  if (role !== "watcher") {
    const cluster = createKubernetesActor({ config: kubeConfig });
    const actor = await startActor({
      database,
      plans,
      cluster,
      clusterName: config.cluster,
      policy,
      redact,
      now,
      log,
      changed,
      jobs,
      clock,
      signal: stopping.signal,
    });
    running.push(actor.done);
  }
  if (role !== "actor") {
    const observation = createObservation({ cluster: config.cluster });
    const ids = await createIdPool(database);
    const tickMs = config.detection.scrapeSeconds * 1_000;
    const seasons = createSeasons();
    const shards = startShards({ config, database, observation, engine: () => engine, clock, log });
    const engine: DetectionEngine = createDetectionEngine({
      observation,
      share: shards,
      nextId: ids.next,
      learnMs: config.detection.learnMinutes * 60_000,
      tickMs,
      seasons,
    });
    running.push(seedSeasons({ seasons, database, cluster: config.cluster, clock, log }));
    const open = await listIncidents(database, {
      statuses: ["open", "acknowledged", "mitigating", "reopened"],
      cluster: config.cluster,
      limit: 1_000,
    });
    await shards.round();
    running.push(shards.run(stopping.signal));
    const silences = syncSilences({ database, engine, cluster: config.cluster, clock, log });
    await silences.now();
    running.push(silences.run(stopping.signal));
    const { prometheus, loki } = config;
    const reader = createKubernetesReader({ kubeconfig: kubeConfig, log });
    const prometheusClient = prometheus.url
      ? createPrometheusClient({ url: prometheus.url, ...(prometheus.token && { bearerToken: prometheus.token }) })
      : undefined;
    const model = await openModel(database, config.model);
    const tools = clusterTools({
      reader,
      prometheus: prometheusClient,
      observed: observationTools(observation),
      namespaces: config.kubernetes.namespaces,
    });
    const streamed = streamOptions(config);
    const stream = streamed && (await openNatsLogStream(streamed));
    if (stream) started.use(stream);
    const sources = clusterSources({
      config,
      ...(config.detection.shards > 1 ? { reads: shards.reads } : {}),
      streamed: stream && streamedLogs({ config, database, stream, shards, clock }),
      observation,
      clock,
      signal: stopping.signal,
      reader,
      prometheus: prometheusClient,
      loki: loki.url
        ? createLokiClient({
            url: loki.url,
            ...(loki.token && { bearerToken: loki.token }),
            ...(loki.tenant && { tenant: loki.tenant }),
          })
        : undefined,
    });
    const forecasts = openForecastField(observation, {
      model: loadModel(config.detection.model, (text) => log.warn({ text }, "forecaster.no-model")),
    });
    const capture = keepSamples({ config, database, observation, shards, clock, log });
    const metrics = createMetrics({
      engine,
      observation,
      sources,
      capture: () => capture?.stats,
      forecaster: () => forecasts.forecaster.stats,
    });
    addOutcomeMetrics(metrics.registry, { database, log, cluster: config.cluster });
    addShardMetrics(metrics.registry, shards);
    const countIncidents = addIncidentMetrics(metrics.registry, metrics.incidents, open);
    const watching = createWatching({
      engine,
      observation,
      tickMs,
      signalsDropped: () => sources.signals.dropped,
      silencesChanged: silences.now,
    });
    const approvers = createApprovers({
      policy,
      database,
      secondFactorKey: config.secondFactor.key,
      clusterAccess: createClusterAccess(kubeConfig),
      slack: config.slack.botToken
        ? createSlackWeb({
            token: config.slack.botToken,
            ...(config.slack.apiUrl ? { apiUrl: config.slack.apiUrl } : {}),
          })
        : undefined,
    });
    const { smtpUrl, from: sender } = config.email;
    const mail = await openMail({
      config,
      mailer: smtpUrl && sender ? createSmtpMailer({ url: smtpUrl, from: sender }) : undefined,
      database,
      jobs,
      observation,
      redact,
      clock,
      log,
    });
    if (mail) {
      started.use(mail);
      running.push(mail.run(stopping.signal));
    }
    const experiments = { database, cluster: config.cluster, people: config.chaos.people };
    const chaos = createChaosDesk(experiments);
    const everybodysDesk = createDesk({
      database,
      plans,
      policy,
      approvers,
      redact,
      changed,
      jobs,
      clock,
      statusDecided: (incident) => engine.replace(incident),
      cluster: config.cluster,
      watching,
      web: webPortOf({ config, database }),
      webUrl: config.web.url,
      ask: createAsk({ database, redact, clock, log, model, tools, pseudonyms }),
      reveal,
      ...(chaos ? { chaos } : {}),
      ...(mail ? { digest: mail.digest } : {}),
    });
    const desk = ownClusterDesk(everybodysDesk, { database, cluster: config.cluster, redact });

    let chat: Chat | undefined;
    const { botToken, apiUrl } = config.slack;
    const slackOptions = { token: botToken ?? "", ...(apiUrl ? { apiUrl } : {}) };
    if (botToken) {
      const slack = countSlackCalls(createSlackWeb(slackOptions), metrics.registry);
      const settings = { ...config.slack, botToken };
      chat = started.use(
        await startChat({
          settings,
          slack,
          desk,
          cluster: config.cluster,
          observation,
          database,
          jobs,
          clock,
          log,
          webUrl: config.web.url,
        }),
      );
    } else log.warn({}, "slack.not-configured");

    let lastTickAt = performance.now();
    const { host, port } = config.web;
    const { token } = config.ingest;
    if (token === undefined && host !== "127.0.0.1" && host !== "localhost") log.warn({ host }, "ingest.open-to-all");
    const notReady = async () => {
      if (performance.now() - lastTickAt > 3 * tickMs + 30_000) return "no tick of detection lately";
      return database.pool.query("select 1").then(
        () => undefined,
        () => "the database does not answer",
      );
    };
    const pages = await startPages({
      config,
      database,
      desk,
      watching,
      observation,
      topology: () => engine.topology(),
      incidents: () => engine.incidents(),
      drops: () => dropCounts(engine, observation, sources),
      redact,
      slack: botToken
        ? {
            identify: createIdentify(createSlackWeb(slackOptions), Date.now),
            userByEmail: createFindUser(slackOptions),
          }
        : undefined,
      experiments: experimentRows(experiments),
      digest: () =>
        previewDigest(
          { database, cluster: config.cluster, redact, webUrl: config.web.url, timeZone: config.email.timeZone },
          clock.now(),
        ),
      clock,
      log,
    });
    running.push(pages.run(stopping.signal));
    const { heartbeat } = config;
    if (heartbeat.url) {
      running.push(
        runHeartbeat({
          url: heartbeat.url,
          everyMs: heartbeat.seconds * 1_000,
          notWell: async () => {
            // Whoever stands by must not speak for one that holds the cluster and is not well.
            if (!shards.owns(undefined)) return "another watcher holds the cluster";
            const blind = watching.active().find(({ family }) => family === "blind");
            return blind ? `monitoring is blind: ${blind.reason}` : await notReady();
          },
          registry: metrics.registry,
          log,
          signal: stopping.signal,
        }),
      );
    }
    const web = started.use(
      await startWeb({
        host,
        port,
        slackListener: chat?.listener,
        pages: pages.options,
        ingest: {
          ...(token === undefined ? {} : { token }),
          pushLogs: sources.pushLogs,
          notifyAlerts: sources.notifyAlerts,
          pushTraces: sources.pushTraces,
        },
        notReady,
        metrics: async () => ({ contentType: metrics.registry.contentType, body: await metrics.registry.metrics() }),
        log,
      }),
    );
    url = web.url;
    const onTick = (at: number) => {
      lastTickAt = performance.now();
      void ids.refill().catch((error: unknown) => log.warn({ error: messageOf(error) }, "ids.refill-failed"));
      options.onTick?.(at);
    };
    if (capture) running.push(capture.run(stopping.signal));
    running.push(
      keepRisks({
        cluster: config.cluster,
        database,
        observation,
        redact,
        clock,
        log,
        signal: stopping.signal,
        seesAll: () => engine.delivers("kubernetes-watch"),
      }),
    );
    const runbooks = config.runbooks ? createRunbookShelf({ folder: config.runbooks, clock, log }) : undefined;
    await runbooks?.refresh();
    running.push(
      runWatcher({
        engine,
        observation,
        signals: sources.signals,
        model,
        tools,
        pseudonyms,
        runbooks,
        shards,
        clock,
        tickMs,
        database,
        plans,
        jobs,
        redact,
        log,
        changed,
        signal: stopping.signal,
        record: (tick) => {
          watching.record(tick);
          countIncidents(tick);
          capture?.record(tick);
        },
        onTick,
      }),
    );
  }

  const parts = started.move();
  const done = Promise.all(running).then(() => undefined);
  const stop = async () => {
    stopping.abort();
    await done.catch(() => undefined);
    await parts.disposeAsync();
  };
  return { ...(url ? { url } : {}), done, stop, [Symbol.asyncDispose]: stop };
}
