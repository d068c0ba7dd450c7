import type { ModalView } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import type { IncidentView } from "../../incident-view.ts";
import { viewIds } from "./action-ids.ts";
import { context, limits, plain, section } from "./blocks.ts";
import { type RenderedMessage, renderIncident } from "./render-incident.ts";
import { mrkdwn } from "./text.ts";

/** Asks where an incident should be shown as well. */
export function renderShare({ incident }: IncidentView): ModalView {
  return {
    type: "modal",
    callback_id: viewIds.share,
    private_metadata: incident.id,
    title: plain("Share", limits.viewTitle),
    submit: plain("Share", 24),
    close: plain("Cancel", 24),
    blocks: [
      section(
        `*${mrkdwn(incident.title, 200)}*\nWhat is known now, without buttons. The incident's own message goes on living in its channel.`,
      ),
      {
        type: "input",
        block_id: "channel",
        label: plain("Where", 100),
        element: {
          type: "conversations_select",
          action_id: "value",
          filter: { include: ["public", "private"], exclude_bot_users: true },
        },
      },
    ],
  };
}

/** An incident as it is now, for people who cannot or need not decide: nothing in it can be pressed. */
export function renderShared(view: IncidentView, by: Person): RenderedMessage {
  const { text, blocks } = renderIncident(view);
  return {
    text,
    blocks: [
      ...blocks.filter(({ type }) => type !== "actions" && type !== "context_actions"),
      context(`Shared by ${mrkdwn(by.name, 80)}, as of now.`),
    ],
  };
}
