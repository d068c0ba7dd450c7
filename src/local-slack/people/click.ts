import { type Entered, enteredFields, stateValues } from "../blocks/element-value.ts";
import { allBlocks, type FoundElement, findElement } from "../blocks/find-element.ts";
import { conversation, interactionHead } from "../bot/payload-parts.ts";
import type { Core } from "../core.ts";
import { defined, type Fields, fieldsOf, textOf } from "../json.ts";
import { findEphemeral } from "../messages.ts";
import type { Message } from "../state/message.ts";
import { present, type Room } from "../state/room.ts";
import type { View, ViewValues } from "../state/view.ts";
import { findView, modalsOf } from "../views.ts";
import { type Outcome, outcomeOf, undone } from "./outcome.ts";

/** Values by block_id and action_id. */
export type EnteredValues = Readonly<Record<string, Readonly<Record<string, Entered>>>>;

export interface Click {
  readonly userId: string;
  readonly actionId: string;
  readonly blockId?: string | undefined;
  /** What is chosen or typed; for a button, its value when several share the action_id. */
  readonly value?: Entered | undefined;
  /** What else is filled in around the element. */
  readonly entered?: EnteredValues | undefined;
}

export interface MessageClick extends Click {
  readonly channel: string;
  readonly ts: string;
}

export interface ViewClick extends Click {
  readonly viewId: string;
}

/** Presses or changes an element of a message; resolves when the bot has acknowledged, or Slack would have given up. */
export async function clickInMessage(core: Core, click: MessageClick): Promise<Outcome> {
  const room = core.workspace.rooms.get(click.channel);
  if (!room?.members.has(click.userId)) return undone("channel_not_found");
  const ephemeral = findEphemeral(core, room.id, click.userId, click.ts);
  const message = ephemeral?.message ?? room.messages.get(click.ts);
  if (!message) return undone("message_not_found");
  const blocks = allBlocks(message);
  const found = find(blocks, click);
  if (!found) return undone("action_not_found");
  const threadTs = message.thread_ts;
  const response = core.responseUrls.issue({
    channel: room.id,
    user: click.userId,
    message: defined({ ts: message.ts, ephemeral: ephemeral !== undefined, threadTs }),
  });
  const payload = {
    type: "block_actions",
    ...interactionHead(core, click.userId),
    container: defined({
      type: "message",
      message_ts: message.ts,
      channel_id: room.id,
      is_ephemeral: ephemeral !== undefined,
      thread_ts: threadTs,
    }),
    trigger_id: core.triggers.issue(click.userId),
    channel: conversation(room),
    ...messageFields(room, message, ephemeral !== undefined),
    state: { values: stateValues(blocks, reader(click)) },
    response_url: `${core.url()}/actions/${core.settings.team.id}/${response}`,
    actions: [actionOf(core, found, click)],
  };
  const delivery = await core.dispatcher.send({ type: "interactive", payload });
  return outcomeOf(core, click.userId, label(found.element), delivery);
}

/** Presses or changes an element of a modal or of the App Home. */
export async function clickInView(core: Core, click: ViewClick): Promise<Outcome> {
  const found = findView(core, (view) => view.id === click.viewId);
  if (found?.user !== click.userId) return undone("view_not_found");
  const element = find(found.view.blocks, click);
  if (!element) return undone("action_not_found");
  const values = stateValues(found.view.blocks, reader(click));
  const view = keepValues(core, click.userId, found.view, values);
  const payload = {
    type: "block_actions",
    ...interactionHead(core, click.userId),
    container: { type: "view", view_id: view.id },
    trigger_id: core.triggers.issue(click.userId),
    view,
    actions: [actionOf(core, element, click)],
  };
  const delivery = await core.dispatcher.send({ type: "interactive", payload });
  return outcomeOf(core, click.userId, label(element.element), delivery);
}

/** Remembers what a person has entered, so that an update of the view keeps it. */
export function keepValues(core: Core, user: string, view: View, values: ViewValues): View {
  const kept: View = { ...view, state: { values } };
  if (view.type === "home") core.workspace.homes.set(user, kept);
  else
    core.workspace.modals.set(
      user,
      modalsOf(core, user).map((open) => (open.id === view.id ? kept : open)),
    );
  return kept;
}

/** Reads entered values, the changed element's own first. */
export function reader(click: Pick<Click, "entered" | "actionId" | "blockId" | "value">) {
  return (blockId: string, actionId: string): Entered | undefined => {
    const entered = click.entered?.[blockId]?.[actionId];
    if (entered !== undefined) return entered;
    const isIt = actionId === click.actionId && (click.blockId === undefined || click.blockId === blockId);
    return isIt ? click.value : undefined;
  };
}

function find(blocks: readonly Fields[], click: Click): FoundElement | undefined {
  const value = typeof click.value === "string" ? click.value : undefined;
  return findElement(blocks, { actionId: click.actionId, blockId: click.blockId, value });
}

function actionOf(core: Core, { block, element }: FoundElement, click: Click): Fields {
  const shared = {
    type: element.type,
    action_id: element.action_id,
    block_id: block.block_id,
    action_ts: core.workspace.nextTs(),
  };
  switch (element.type) {
    case "button":
    case "icon_button": {
      const { text, value, style, url, icon, confirm } = element;
      return defined({ ...shared, text, value, style, url, icon, confirm });
    }
    case "feedback_buttons": {
      const buttons = [fieldsOf(element.positive_button), fieldsOf(element.negative_button)];
      const pressed = buttons.find(({ value }) => value === click.value) ?? buttons[0];
      return { ...shared, text: pressed?.text, value: pressed?.value };
    }
    default: {
      const { placeholder, confirm, initial_option, initial_options } = element;
      const fields = enteredFields(element, click.value ?? null);
      return defined({ ...shared, ...fields, placeholder, confirm, initial_option, initial_options });
    }
  }
}

function messageFields(room: Room, message: Message, ephemeral: boolean): Fields {
  // Slack gives apps no content of ephemeral messages back.
  return ephemeral ? {} : { message: present(room, message) };
}

function label(element: Fields): string {
  return textOf(fieldsOf(element.text).text) || "That";
}
