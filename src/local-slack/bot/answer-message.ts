import { knowsFile } from "../api/lookup.ts";
import { postTextLength, refuseMessage } from "../blocks/validate-message.ts";
import type { Core } from "../core.ts";
import { defined, type Fields, textOf } from "../json.ts";
import {
  deleteMessage,
  dropEphemeral,
  editEphemeral,
  editMessage,
  findEphemeral,
  postEphemeral,
  postMessage,
} from "../messages.ts";
import type { Room } from "../state/room.ts";
import type { ResponseTarget } from "./response-urls.ts";

/**
 * Shows what the bot answered to a command or posted to a response_url.
 * @returns Slack's error code when the message is not acceptable
 * @see https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export function answerMessage(core: Core, target: ResponseTarget, body: Fields): string | undefined {
  const room = core.workspace.rooms.get(target.channel);
  if (!room) return "channel_not_found";
  const isTrue = (value: unknown) => value === true || value === "true";
  if (isTrue(body.delete_original)) return remove(core, room, target);
  const { text, blocks, attachments } = body;
  const refusal = refuseMessage(
    { text, blocks, attachments },
    { textLength: postTextLength, knowsFile: knowsFile(core) },
  );
  if (refusal) return refusal.error;
  const content = defined({
    text: textOf(text),
    blocks: Array.isArray(blocks) ? blocks : undefined,
    attachments: Array.isArray(attachments) ? attachments : undefined,
  });
  if (content.text === "" && !content.blocks?.length && !content.attachments?.length) return "no_text";
  if (isTrue(body.replace_original) && target.message) return replace(core, room, target, content);
  const thread = textOf(body.thread_ts) || target.message?.threadTs;
  const draft = { user: core.settings.bot.user_id, ...content, thread_ts: thread };
  if (body.response_type === "in_channel") postMessage(core, room, draft);
  else postEphemeral(core, room, target.user, draft);
  return undefined;
}

interface AnswerContent {
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
}

function replace(core: Core, room: Room, target: ResponseTarget, content: AnswerContent): string | undefined {
  if (!target.message) return "message_not_found";
  if (target.message.ephemeral) {
    const entry = findEphemeral(core, room.id, target.user, target.message.ts);
    if (!entry) return "message_not_found";
    editEphemeral(core, entry, content);
    return undefined;
  }
  const message = room.messages.get(target.message.ts);
  if (!message) return "message_not_found";
  editMessage(core, room, message, {
    text: content.text,
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
  });
  return undefined;
}

function remove(core: Core, room: Room, target: ResponseTarget): string | undefined {
  if (!target.message) return "message_not_found";
  const entry = findEphemeral(core, room.id, target.user, target.message.ts);
  const message = room.messages.get(target.message.ts);
  if (entry) dropEphemeral(core, entry);
  else if (message) deleteMessage(core, room, message);
  else return "message_not_found";
  return undefined;
}
