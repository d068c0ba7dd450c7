import type { CoreBase as Core } from "../core-base.ts";
import { slackId } from "../ids.ts";
import type { Fields } from "../json.ts";
import { failed } from "./delivery.ts";
import { teamOf, verificationToken } from "./payload-parts.ts";

/** Sends events to the bot in the background, with Slack's retries. */
export interface Events {
  /** Queues one event when the app subscribed to its type. */
  emit(event: Fields & { readonly type: string }, user?: string): void;
  /** Events still waiting for an acknowledgement or a retry. */
  pending(): number;
  close(): void;
}

/** Slack stops sending when an app falls behind; so do we. */
const mostPending = 10_000;

/** Up to 10,000 events wait at a time; further ones are lost, and so is what is emitted while nobody is connected. */
export function createEvents(core: Core): Events {
  const timers = new Set<NodeJS.Timeout>();
  let pending = 0;
  let closed = false;

  const attempt = async (payload: Fields, num: number, reason: string): Promise<void> => {
    const retry = num === 0 ? {} : { retry: { num, reason } };
    const delivery = await core.dispatcher
      .send({ type: "events_api", payload, ...retry })
      .catch((cause: unknown) => failed("dispatch_failed", String(cause)));
    const waitMs = core.settings.eventRetryDelaysMs[num];
    const isDone = delivery.kind === "acknowledged" || delivery.noRetry || waitMs === undefined || closed;
    if (isDone || !core.dispatcher.connected()) {
      pending -= 1;
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(payload, num + 1, delivery.reason);
    }, waitMs);
    timers.add(timer);
  };

  return {
    emit: (event, user) => {
      if (closed || !core.settings.events.has(event.type) || !core.dispatcher.connected()) return;
      if (pending >= mostPending) return;
      pending += 1;
      void attempt(envelope(core, event, user), 0, "");
    },
    pending: () => pending,
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function envelope(core: Core, event: Fields, user: string | undefined): Fields {
  const { team, bot, clock } = core.settings;
  return {
    token: verificationToken(core),
    team_id: team.id,
    context_team_id: user === undefined ? team.id : teamOf(core, user),
    context_enterprise_id: null,
    api_app_id: bot.app_id,
    event: { ...event, event_ts: event.event_ts ?? core.workspace.nextTs() },
    type: "event_callback",
    event_id: slackId("Ev"),
    event_time: Math.floor(clock.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: bot.user_id, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: slackId("EC"),
  };
}
