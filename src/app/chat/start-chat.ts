import type { RequestListener } from "node:http";
import { createChartPainter } from "../../bot/charts/chart-painter.ts";
import type { Desk } from "../../bot/desk.ts";
import { paceSlack } from "../../bot/slack/deliver/pace.ts";
import { createIdentify } from "../../bot/slack/identity.ts";
import { createSlackApp } from "../../bot/slack/slack-app.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Config } from "../../config/config.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import type { Jobs } from "../../store/jobs.ts";
import { firstSight, incidentOfMessage } from "../../store/people/chat.ts";
import { queues } from "../queues.ts";
import { chartOf } from "../view/chart-of.ts";
import { unitOf } from "../view/unit-of.ts";
import { verdictChartOf } from "../view/verdict-chart.ts";
import { chatChannels } from "./chat-channels.ts";
import { chatEvents } from "./chat-events.ts";
import { chatRounds } from "./chat-rounds.ts";
import { type DeliverJobDeps, deliverJob } from "./deliver-job.ts";

export interface ChatDeps {
  readonly settings: Config["slack"] & { readonly botToken: string };
  readonly slack: DeliverJobDeps["slack"] & Parameters<typeof createIdentify>[0];
  readonly desk: Desk;
  readonly cluster: string;
  readonly observation: Observation;
  readonly database: Database;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Logger;
  /** Under which people reach the pages. */
  readonly webUrl?: string | undefined;
  /** Of times of day that are typed by somebody whose own zone Slack does not say. */
  readonly timeZone: string;
}

export interface Chat extends AsyncDisposable {
  /** For Slack's requests over HTTP; absent with Socket Mode. */
  readonly listener: RequestListener | undefined;
}

/** Deliveries under way at a time; each holds a connection to the database, and one a channel waits for Slack at most. */
const deliveries = 4;

/** Slack, both ways: hears what people click and type, and brings incidents to the channel. */
export async function startChat(deps: ChatDeps): Promise<Chat> {
  const { desk, observation, database, jobs, clock, log, cluster } = deps;
  const slack = paceSlack(deps.slack, { now: () => performance.now() });
  const { botToken, signingSecret, appToken, apiUrl } = deps.settings;
  const { askOn, ...channels } = await chatChannels(deps.settings, { slack, observation, log });
  const now = () => clock.now();
  await using started = new AsyncDisposableStack();
  const handlers = {
    desk,
    slack,
    identify: createIdentify(slack, Date.now),
    log,
    now,
    timeZone: deps.timeZone,
    firstSight: (id: string) => firstSight(database, id),
    incidentOfMessage: (at: string, ts: string) => incidentOfMessage(database, at, ts, cluster),
  };
  const events = chatEvents({ database, log, cluster, handlers: () => handlers });
  const app = started.use(
    createSlackApp(
      {
        botToken,
        ...(signingSecret ? { signingSecret } : {}),
        ...(appToken ? { appToken } : {}),
        ...(apiUrl ? { apiUrl } : {}),
      },
      { ...handlers, keepEvent: events.keep },
    ),
  );
  await app.start();
  const stopping = new AbortController();
  const answering = Promise.all([events.run(stopping.signal), askOn?.(stopping.signal)]);
  started.defer(async () => {
    await answering;
  });
  const painter = started.use(createChartPainter());
  const deliver = deliverJob({
    database,
    jobs,
    log,
    slack,
    ...channels,
    now,
    webUrl: deps.webUrl,
    postmortem: (incidentId) => desk.postmortem(incidentId),
    drawChart: async (view) => {
      const data = chartOf(view, observation, { now: now(), units: unitOf });
      return data && painter.draw(data);
    },
    drawVerdict: async (view, plan) => {
      const data = verdictChartOf(view, plan, observation, unitOf);
      return data && painter.draw(data);
    },
  });
  await jobs.work(queues.deliver, deliver, { concurrency: deliveries });
  const rounds = chatRounds({ database, jobs, slack, cluster, ...channels, clock, log }, stopping.signal);
  started.defer(() => rounds);
  // Last in, first out: whatever runs in rounds is told to stop before it is waited for.
  started.defer(() => stopping.abort());
  const parts = started.move();
  return { listener: app.listener, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
