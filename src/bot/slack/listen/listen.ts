import type { App, BlockAction } from "@slack/bolt";
import type { View } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import { limits } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import { type HandlerDeps, handle, openForm, type Say, toldIfPossible } from "./request.ts";

export interface Pressed {
  /** What the button carries, or the option that was chosen. */
  readonly value: string;
  readonly by: Person;
  /** Answers only who pressed. */
  readonly say: Say;
  /** Answers in place of the message with the button, where only this person sees it. */
  readonly replace: Say;
  /** Where it stands; absent on the App Home and in modals. */
  readonly place?: { readonly channel: string; readonly ts: string; readonly threadTs?: string };
  readonly userId: string;
}

export interface Form {
  readonly show: (view: View) => Promise<void>;
  readonly say: Say;
}

function carried(action: BlockAction["actions"][number]): string {
  if ("value" in action && typeof action.value === "string") return action.value;
  if ("selected_option" in action && action.selected_option && "value" in action.selected_option)
    return action.selected_option.value ?? "";
  return "";
}

function placeOf(body: BlockAction): Pressed["place"] {
  const channel = body.channel?.id;
  const { message } = body;
  if (!channel || !message) return undefined;
  const threadTs: unknown = message["thread_ts"];
  return { channel, ts: message.ts, ...(typeof threadTs === "string" ? { threadTs } : {}) };
}

/** Two ways to listen to elements that people press. Both acknowledge first, then find out who it is, then act, once. */
export function listener(app: App, deps: HandlerDeps) {
  const on = (
    actionId: string,
    begin: (body: BlockAction, say: Say) => { readonly say: Say; readonly act: (pressed: Pressed) => Promise<void> },
  ) =>
    app.action<BlockAction>(
      { type: "block_actions", action_id: actionId },
      async ({ ack, body, action, context, respond }) => {
        await ack();
        // A home tab has no address to respond to; what is said there goes to the person's own conversation with us.
        const beside = toldIfPossible((said) => {
          const text = mrkdwn(said, limits.section);
          return body.response_url
            ? respond({ text, response_type: "ephemeral", replace_original: false })
            : deps.slack.post({
                channel: body.user.id,
                text,
                blocks: [],
                postId: `say/${context["requestSignature"]}`,
              });
        }, deps);
        const { say, act } = begin(body, beside);
        await handle(deps, { context, userId: body.user.id, say, name: actionId }, (by) => {
          const place = placeOf(body);
          const replace = toldIfPossible(
            (said) =>
              body.response_url
                ? respond({ text: mrkdwn(said, limits.section), response_type: "ephemeral", replace_original: true })
                : say(said),
            deps,
          );
          return act({ value: carried(action), by, say, replace, userId: body.user.id, ...(place ? { place } : {}) });
        });
      },
    );
  return {
    onButton: (actionId: string, act: (pressed: Pressed) => Promise<void>) =>
      on(actionId, (_body, say) => ({ say, act })),
    /** Opens a modal before anything else: a trigger lives for three seconds. Everything is then said in the modal. */
    onForm: (actionId: string, title: string, act: (pressed: Pressed, form: Form) => Promise<void>) =>
      on(actionId, (body, say) => {
        const form = openForm(deps, { triggerId: body.trigger_id, title, say });
        const inForm: Form = {
          show: async (view) => await (await form).show(view),
          say: async (text) => await (await form).say(text),
        };
        return { say: inForm.say, act: (pressed) => act(pressed, inForm) };
      }),
  };
}
