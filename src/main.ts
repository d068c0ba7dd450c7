import { readFile } from "node:fs/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse as parseYaml } from "yaml";
import { defaultPolicy, type Policy, policySchema } from "./actions/policy-file.ts";
import { createKubernetesActor } from "./adapters/kubernetes-actor/kubernetes-actor.ts";
import { createKubernetesReader } from "./adapters/kubernetes-reader/create-kubernetes-reader.ts";
import { createSlackWeb } from "./adapters/slack/slack-web.ts";
import { startActor } from "./app/actor.ts";
import { chartOf } from "./app/chart-of.ts";
import { deliverJob } from "./app/deliver-job.ts";
import { createDesk } from "./app/desk.ts";
import { createIdPool } from "./app/id-pool.ts";
import { createMetrics } from "./app/metrics.ts";
import { queues } from "./app/queues.ts";
import { runWatcher } from "./app/watcher.ts";
import { createChartPainter } from "./bot/charts/chart-painter.ts";
import { createIdentify } from "./bot/slack/identity.ts";
import { createSlackApp } from "./bot/slack/slack-app.ts";
import { startWeb } from "./bot/web/server.ts";
import { createObservation } from "./cluster/observation.ts";
import { derivedSeries } from "./cluster/series-names.ts";
import type { Config } from "./config/config.ts";
import { liveSignals } from "./detection/collect/live-signals.ts";
import { createDetectionEngine } from "./detection/engine.ts";
import { inputError, messageOf } from "./lib/app-error.ts";
import { type Clock, systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";
import { createOpenAiModel } from "./rca/model/openai-model.ts";
import { createRedactor } from "./rca/redact/redactor.ts";
import { firstSight } from "./store/chat.ts";
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

async function loadPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) return defaultPolicy;
  const parsed = policySchema.safeParse(
    await readFile(path, "utf8")
      .then((text): unknown => parseYaml(text, { maxAliasCount: 20 }))
      .catch((cause: unknown) => {
        throw inputError(
          "policy-unreadable",
          `The policy ${path} cannot be read: ${messageOf(cause, 160)}.`,
          "Without a valid policy nothing may be changed; fix the file or take the setting out.",
          cause,
        );
      }),
  );
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  - ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw inputError(
    "policy-invalid",
    `The policy ${path} has ${problems.length} problems:\n${problems.join("\n")}`,
    "See docs/policy.md.",
  );
}

/** Puts the parts together and runs them: the only place that knows every other. @throws AppError with a remedy when something is missing. */
export async function startKubemend(options: KubemendOptions): Promise<Kubemend> {
  const { config, role, store, kubeConfig, log } = options;
  const { database } = store;
  const clock = options.clock ?? systemClock;
  const now = () => clock.now();
  const policy = await loadPolicy(config.policy);
  const { redact } = createRedactor();
  const stopping = new AbortController();
  await using started = new AsyncDisposableStack();
  const jobs = started.use(await startJobs(store.url, { log }));
  const plans = createPlanStore(database);
  const changed = async (incidentId: string) => {
    if (config.slack.botToken) await jobs.send(queues.deliver, { incidentId }, { key: incidentId });
  };
  const running: Promise<unknown>[] = [];
  let url: string | undefined;

  if (role !== "watcher") {
    const cluster = createKubernetesActor({ config: kubeConfig });
    const actor = await startActor({
      database,
      plans,
      cluster,
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
    const engine = createDetectionEngine({
      observation,
      nextId: ids.next,
      learnMs: config.detection.learnMinutes * 60_000,
      tickMs,
    });
    engine.restore(
      await listIncidents(database, {
        statuses: ["open", "acknowledged", "mitigating", "reopened"],
        cluster: config.cluster,
        limit: 1_000,
      }),
    );
    const reader = createKubernetesReader({ kubeconfig: kubeConfig, log });
    const signals = liveSignals({
      reader,
      clock,
      signal: stopping.signal,
      namespaces: config.kubernetes.namespaces,
      scrapeIntervalMs: tickMs,
    });
    const metrics = createMetrics({ engine, observation, signalsDropped: () => signals.dropped });
    const model = createOpenAiModel(config.model);
    const desk = createDesk({
      database,
      plans,
      policy,
      redact,
      changed,
      jobs,
      clock,
      statusDecided: (incident) => engine.replace(incident),
    });

    let lastTickAt = performance.now();
    let slackListener: Parameters<typeof startWeb>[0]["slackListener"];
    if (config.slack.botToken) {
      const { botToken, signingSecret, appToken, apiUrl, channel, fallbackChannel } = config.slack;
      const slack = createSlackWeb({ token: botToken, ...(apiUrl ? { apiUrl } : {}) });
      const app = createSlackApp(
        {
          botToken,
          ...(signingSecret ? { signingSecret } : {}),
          ...(appToken ? { appToken } : {}),
          ...(apiUrl ? { apiUrl } : {}),
        },
        {
          desk,
          slack,
          identify: createIdentify(slack, Date.now),
          log,
          now,
          firstSight: (id) => firstSight(database, id),
        },
      );
      started.use(app);
      await app.start();
      slackListener = app.listener;
      const painter = started.use(createChartPainter());
      const units = (name: string) =>
        name in derivedSeries ? derivedSeries[name as keyof typeof derivedSeries].unit : "";
      const deliver = deliverJob({
        database,
        jobs,
        log,
        slack,
        channel,
        ...(fallbackChannel ? { fallbackChannel } : {}),
        drawChart: async (view) => {
          const data = chartOf(view, observation, { now: now(), units });
          return data && painter.draw(data);
        },
      });
      await jobs.work(queues.deliver, deliver, { concurrency: 2 });
    } else log.warn({}, "slack.not-configured");

    const web = started.use(
      await startWeb({
        host: config.web.host,
        port: config.web.port,
        ...(slackListener ? { slackListener } : {}),
        notReady: async () => {
          if (performance.now() - lastTickAt > 3 * tickMs + 30_000) return "no tick of detection lately";
          return database.pool.query("select 1").then(
            () => undefined,
            () => "the database does not answer",
          );
        },
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
    running.push(
      runWatcher({
        engine,
        observation,
        signals,
        model,
        clock,
        tickMs,
        database,
        plans,
        jobs,
        redact,
        log,
        changed,
        signal: stopping.signal,
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
