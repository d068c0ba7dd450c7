import { allBlocks, findElement } from "../blocks/find-element.ts";
import { conversation, interactionHead } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { type Fields, fieldsOf, listOf } from "../json.ts";
import { findEphemeral } from "../messages.ts";
import { findView } from "../views.ts";

export interface Suggesting {
  readonly userId: string;
  readonly actionId: string;
  readonly blockId?: string | undefined;
  /** What the person typed so far. */
  readonly value: string;
  readonly viewId?: string | undefined;
  readonly channel?: string | undefined;
  readonly ts?: string | undefined;
}

/** Most options an external select may answer with. */
const mostOptions = 100;

/** Asks the bot for the options of an external select. */
export async function suggest(core: Core, asked: Suggesting): Promise<readonly Fields[]> {
  const place = placeOf(core, asked);
  if (!place) return [];
  const found = findElement(place.blocks, { actionId: asked.actionId, blockId: asked.blockId });
  if (!found) return [];
  const payload = {
    type: "block_suggestion",
    ...interactionHead(core, asked.userId),
    action_id: asked.actionId,
    block_id: found.block.block_id,
    value: asked.value,
    ...place.fields,
  };
  const delivery = await core.dispatcher.send({ type: "interactive", payload });
  if (delivery.kind === "failed") return [];
  const body = fieldsOf(delivery.body);
  const groups = listOf(body.option_groups).flatMap((group) => listOf(group.options));
  return [...listOf(body.options), ...groups].slice(0, mostOptions);
}

function placeOf(
  core: Core,
  asked: Suggesting,
): { readonly blocks: readonly Fields[]; readonly fields: Fields } | undefined {
  if (asked.viewId !== undefined) {
    const found = findView(core, (view) => view.id === asked.viewId);
    if (found?.user !== asked.userId) return undefined;
    return {
      blocks: found.view.blocks,
      fields: { container: { type: "view", view_id: found.view.id }, view: found.view },
    };
  }
  const room = asked.channel === undefined ? undefined : core.workspace.rooms.get(asked.channel);
  const ts = asked.ts;
  if (!room?.members.has(asked.userId) || ts === undefined) return undefined;
  const message = findEphemeral(core, room.id, asked.userId, ts)?.message ?? room.messages.get(ts);
  if (!message) return undefined;
  const container = { type: "message", message_ts: ts, channel_id: room.id, is_ephemeral: false };
  return { blocks: allBlocks(message), fields: { container, channel: conversation(room), message } };
}
