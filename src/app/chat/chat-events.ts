import { answerEvent } from "../../bot/slack/listen/answer-event.ts";
import { heardEventSchema } from "../../bot/slack/listen/heard-event.ts";
import type { HandlerDeps } from "../../bot/slack/listen/request.ts";
import { messageOf } from "../../lib/app-error.ts";
import { rest, systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import {
  type ChatEvent,
  claimChatEvents,
  finishChatEvent,
  keepChatEvent,
  mostAttempts,
  releaseChatEvent,
} from "../../store/people/chat-events.ts";

export interface ChatEventsDeps {
  readonly database: Database;
  readonly log: Logger;
  readonly cluster?: string;
  readonly handlers: () => Omit<HandlerDeps, "keepEvent">;
  /** Events that another process took and did not finish are found after this at the latest (real ms). */
  readonly lookEveryMs?: number;
}

const failedAgainSeconds = 15;

/** Slack's events as rows: kept before they are acknowledged, handled by one process at a time, finished or taken up again. */
export function chatEvents(deps: ChatEventsDeps): {
  readonly keep: (id: string, body: unknown) => Promise<void>;
  readonly run: (signal: AbortSignal) => Promise<void>;
} {
  const { database, log, cluster, lookEveryMs = 5_000 } = deps;
  const handleOne = async (event: ChatEvent) => {
    const { id, attempt } = event;
    try {
      const parsed = heardEventSchema.safeParse(event.body);
      const outcome = parsed.success ? await answerEvent(deps.handlers(), { id, attempt }, parsed.data) : "done";
      if (outcome === "done") return await finishChatEvent(database, id);
      const { againAfterSeconds: afterSeconds, untried, answer } = outcome;
      const body = parsed.data && answer ? { ...parsed.data, answer } : undefined;
      await releaseChatEvent(database, id, { afterSeconds, untried, body });
      if (!untried && attempt >= mostAttempts) log.error({ event: id, attempt }, "slack.event-given-up");
    } catch (error) {
      log.warn({ event: id, attempt, error: messageOf(error) }, "slack.event-failed");
      await releaseChatEvent(database, id, { afterSeconds: failedAgainSeconds });
      if (attempt >= mostAttempts) log.error({ event: id, attempt }, "slack.event-given-up");
    }
  };
  const handleAll = async () => {
    await Promise.all((await claimChatEvents(database, cluster)).map(handleOne));
  };
  const nudge = () =>
    void handleAll().catch((error: unknown) => log.warn({ error: messageOf(error) }, "slack.events-waiting"));
  return {
    async keep(id, body) {
      if (await keepChatEvent(database, id, body, cluster)) setImmediate(nudge);
    },
    async run(signal) {
      while (!signal.aborted) {
        nudge();
        await rest(systemClock, lookEveryMs, signal);
      }
    },
  };
}
