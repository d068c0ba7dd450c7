import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { chatEvents } from "../../src/app/chat/chat-events.ts";
import type { Desk } from "../../src/bot/desk.ts";
import { createIdentify } from "../../src/bot/slack/identity.ts";
import { createSlackApp } from "../../src/bot/slack/slack-app.ts";
import type { SlackPort } from "../../src/bot/slack/slack-port.ts";
import { startWeb } from "../../src/bot/web/server.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { LocalSlack } from "../../src/local-slack/local-slack.ts";
import type { LocalSlackOptions } from "../../src/local-slack/options.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import type { Database } from "../../src/store/database.ts";
import { firstSight, incidentOfMessage } from "../../src/store/people/chat.ts";
import { incidentView } from "./incident-view.ts";
import { quietOperations } from "./quiet-operations.ts";

/** A desk that says yes and notes what it was asked for. */
export function notingDesk(asked: unknown[][], more: Partial<Desk> = {}): Desk {
  const note = <T>(what: readonly unknown[], answer: T): T => {
    asked.push([...what]);
    return answer;
  };
  const yes = (text: string) => ({ ok: true as const, text });
  return {
    ...quietOperations,
    view: async (id) => (id === "7" ? incidentView : undefined),
    remembered: async () => undefined,
    list: async () => [incidentView.incident],
    count: async () => 1,
    postmortem: async (id) => (id === "7" ? "# Post-mortem of incident 7" : undefined),
    acknowledge: async (id, by) => note(["acknowledge", id, by.id], yes("Taken.")),
    resolve: async (id, by) => note(["resolve", id, by.id], yes("Closed.")),
    reopen: async (id, by) => note(["reopen", id, by.id], yes("Open again.")),
    notThisCause: async (id, by) => note(["not-this-cause", id, by.id], yes("Noted.")),
    approve: async (planId, _digest, by) => note(["approve", planId, by.id], { type: "approved" }),
    reject: async (planId, by, reason) => note(["reject", planId, by.id, reason], yes("Rejected.")),
    replan: async () => undefined,
    replanWith: async () => ({ ok: false, text: "Not here." }),
    undo: async (planId, by) => note(["undo", planId, by.id], yes("Being undone.")),
    freeze: async (frozen, by) => note(["freeze", frozen, by.id], yes(frozen ? "Frozen." : "Thawed.")),
    declare: async (draft, by) => note(["declare", draft, by.id], { ...yes("Incident 8 is open."), incidentId: "8" }),
    addNote: async (id, text, by) => note(["note", id, text, by.id], yes("Added.")),
    rate: async (id, verdict, by) => note(["rate", id, verdict, by.id], yes("Thank you.")),
    silence: async (request, by) => note(["silence", request, by.id], yes("Silence 3 holds.")),
    endSilence: async (id, by) => note(["unsilence", id, by.id], yes("Ended.")),
    ask: async (incidentId, question, by) =>
      note(["ask", incidentId, question, by.id], {
        type: "answered",
        incidentId,
        by: "rules",
        note: "no model configured",
        sentences: incidentView.evidence.map((item) => ({ text: item.text, kind: "observed", evidence: [item.id] })),
        evidence: incidentView.evidence,
      }),
    reveal: (text) => text,
    ...more,
  };
}

export interface SlackBot extends AsyncDisposable {
  readonly slack: LocalSlack;
  readonly url: string;
  readonly port: SlackPort;
}

/** A bot behind a local Slack: requests over HTTP, identity, events as rows. `answering: false`: rows wait. */
export async function startSlackBot(options: {
  readonly database: Database;
  readonly desk: Desk;
  readonly slack?: LocalSlackOptions;
  readonly answering?: boolean;
  readonly timeoutMs?: number;
  /** A local Slack that runs already, and is not ended with the bot. */
  readonly local?: LocalSlack;
  /** A Slack that does to the bot what the test is about. */
  readonly wrap?: (port: SlackPort) => SlackPort;
}): Promise<SlackBot> {
  const { database, desk } = options;
  await using started = new AsyncDisposableStack();
  const slack =
    options.local ??
    started.adopt(
      await startLocalSlack({ ackDeadlineMs: 10_000, triggerLifeMs: 10_000, ...options.slack }),
      (running) => running.close(),
    );
  const wrap = options.wrap ?? ((unchanged: SlackPort) => unchanged);
  const port = wrap(
    createSlackWeb({
      token: slack.botToken,
      apiUrl: slack.apiUrl,
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    }),
  );
  const handlers = {
    desk,
    slack: port,
    identify: createIdentify(port, Date.now),
    log: silentLogger,
    now: Date.now,
    timeZone: "UTC",
    firstSight: (id: string) => firstSight(database, id),
    incidentOfMessage: (channel: string, ts: string) => incidentOfMessage(database, channel, ts),
  };
  const events = chatEvents({ database, log: silentLogger, handlers: () => handlers });
  const stopping = new AbortController();
  if (options.answering !== false) {
    const running = events.run(stopping.signal);
    started.defer(() => running);
  }
  started.defer(() => stopping.abort());
  const app = started.use(
    createSlackApp(
      { botToken: slack.botToken, signingSecret: slack.signingSecret, apiUrl: slack.apiUrl },
      { ...handlers, keepEvent: events.keep },
    ),
  );
  const web = started.use(
    await startWeb({
      host: "127.0.0.1",
      port: 0,
      ...(app.listener ? { slackListener: app.listener } : {}),
      readiness: async () => [],
      metrics: async () => ({ contentType: "text/plain", body: "" }),
      log: silentLogger,
    }),
  );
  if (!options.local) slack.setBotUrl(`${web.url}/slack/events`);
  const parts = started.move();
  return { slack, url: web.url, port, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
