import type { Core } from "../core.ts";
import { slackId } from "../ids.ts";
import type { Room } from "../state/room.ts";
import { paged } from "./args.ts";
import { newMessage } from "./chat.ts";
import type { Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

interface Scheduled {
  readonly id: string;
  readonly room: Room;
  readonly postAt: number;
  readonly text: string;
  readonly stop: AbortController;
}

const mostDays = 120;
const mostScheduled = 1_000;

/** Messages sent later. One set for each server, since it holds timers. */
export function scheduledMethods(): { readonly methods: Methods; close(): void } {
  const waiting = new Map<string, Scheduled>();

  const wait = async (core: Core, entry: Scheduled, send: () => unknown): Promise<void> => {
    try {
      await core.settings.clock.sleep(entry.postAt * 1000 - core.settings.clock.now(), entry.stop.signal);
    } catch {
      return; // deleted before its time, or the server closed
    }
    waiting.delete(entry.id);
    send();
  };

  const methods: Methods = {
    "chat.scheduleMessage": (args, core) => {
      const { room, send } = newMessage(args, core);
      const postAt = Number(args.required("post_at"));
      const inSeconds = postAt - core.settings.clock.now() / 1000;
      if (!Number.isInteger(postAt)) return refuse("invalid_time");
      if (inSeconds <= 0) return refuse("time_in_past");
      if (inSeconds > mostDays * 86_400) return refuse("time_too_far");
      if (waiting.size >= mostScheduled) return refuse("restricted_too_many");
      const id = slackId("Q");
      const entry = { id, room, postAt, text: args.text("text") ?? "", stop: new AbortController() };
      waiting.set(id, entry);
      void wait(core, entry, send);
      return {
        channel: room.id,
        scheduled_message_id: id,
        post_at: postAt,
        message: { type: "delayed_message", text: entry.text },
      };
    },
    "chat.deleteScheduledMessage": (args) => {
      const id = args.required("scheduled_message_id");
      const entry = waiting.get(id) ?? refuse("invalid_scheduled_message_id");
      entry.stop.abort();
      waiting.delete(id);
      return {};
    },
    "chat.scheduledMessages.list": (args) => {
      const { page, response_metadata } = paged([...waiting.values()], args);
      const scheduled_messages = page.map(({ id, room, postAt, text }) => ({
        id,
        channel_id: room.id,
        post_at: postAt,
        text,
      }));
      return { scheduled_messages, response_metadata };
    },
  };
  return {
    methods,
    close: () => {
      for (const { stop } of waiting.values()) stop.abort();
    },
  };
}
