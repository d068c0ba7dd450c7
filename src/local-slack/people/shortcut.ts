import { conversation, interactionHead } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { present } from "../state/room.ts";
import { type Outcome, outcomeOf, undone } from "./outcome.ts";

export interface ShortcutUse {
  readonly userId: string;
  readonly callbackId: string;
  /** The message it is used on; without one it is a global shortcut. */
  readonly channel?: string | undefined;
  readonly ts?: string | undefined;
}

/** Uses a message shortcut (from a message's menu) or a global one. */
export async function useShortcut(core: Core, use: ShortcutUse): Promise<Outcome> {
  const { userId, callbackId, channel, ts } = use;
  const shared = {
    ...interactionHead(core, userId),
    callback_id: callbackId,
    action_ts: core.workspace.nextTs(),
    trigger_id: core.triggers.issue(userId),
  };
  if (channel === undefined || ts === undefined)
    return await sent(core, userId, callbackId, { type: "shortcut", ...shared });
  const room = core.workspace.rooms.get(channel);
  const message = room?.messages.get(ts);
  if (!room?.members.has(userId) || !message) return undone("message_not_found");
  const response = core.responseUrls.issue({ channel, user: userId });
  return await sent(core, userId, callbackId, {
    type: "message_action",
    ...shared,
    message_ts: ts,
    channel: conversation(room),
    message: present(room, message),
    response_url: `${core.url()}/app/${core.settings.team.id}/${response}`,
  });
}

async function sent(core: Core, user: string, callbackId: string, payload: object): Promise<Outcome> {
  const name = core.settings.shortcuts.find((entry) => entry.callback_id === callbackId)?.name ?? callbackId;
  return outcomeOf(core, user, name, await core.dispatcher.send({ type: "interactive", payload }));
}
