import type { Button, ConfirmationDialog, KnownBlock, PlainTextElement, RichTextBlock } from "@slack/types";
import { cut } from "../../words.ts";
import { cleanText, withoutPictures } from "./text.ts";

/** Slack's limits, https://docs.slack.dev/reference/block-kit/blocks/ */
export const limits = {
  blocks: 50,
  section: 3_000,
  header: 150,
  buttonText: 75,
  contextText: 2_000,
  viewTitle: 24,
  value: 2_000,
  preformatted: 2_900,
} as const;

/** Slack refuses text of nothing but blanks; this stands in for it. */
const nothing = "–";
const orNothing = (text: string) => (text.trim() === "" ? nothing : text);

/** Foreign text of any kind, cut at `limit` characters. Never empty, which Slack would refuse. */
export function plain(text: string, limit: number): PlainTextElement {
  return { type: "plain_text", text: orNothing(cut(withoutPictures(cleanText(text)), limit)), emoji: true };
}

/** `icon` is a short name of ours, and stands before the text. */
export function header(text: string, icon?: string): KnownBlock {
  if (icon === undefined) return { type: "header", text: plain(text, limits.header) };
  const words = plain(text, limits.header - icon.length - 1);
  return { type: "header", text: { ...words, text: `${icon} ${words.text}` } };
}

/** `text` is ready mrkdwn: everything foreign in it has been through `mrkdwn()`. Bare addresses are not made links. */
export function section(text: string, blockId?: string): KnownBlock {
  return {
    type: "section",
    ...(blockId ? { block_id: blockId } : {}),
    text: { type: "mrkdwn", text: orNothing(cut(text, limits.section)), verbatim: true },
  };
}

/** Small print; `text` is ready mrkdwn, as in `section`. */
export function context(text: string): KnownBlock {
  return {
    type: "context",
    elements: [{ type: "mrkdwn", text: orNothing(cut(text, limits.contextText)), verbatim: true }],
  };
}

export const divider: KnownBlock = { type: "divider" };

/** Foreign text as it is: rich text is not parsed, so nothing in it can mention, link or break out. */
export function preformatted(text: string): RichTextBlock {
  return {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_preformatted",
        elements: [{ type: "text", text: orNothing(cut(cleanText(text), limits.preformatted)) }],
      },
    ],
  };
}

/**
 * `value` comes back with the press; it is cut at 2,000 characters, so it must be shorter than that to be read again.
 */
export function button(
  text: string,
  actionId: string,
  value: string,
  options: { style?: "primary" | "danger"; confirm?: ConfirmationDialog } = {},
): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text, limits.buttonText),
    value: cut(value, limits.value),
    ...(options.style ? { style: options.style } : {}),
    ...(options.confirm ? { confirm: options.confirm } : {}),
  };
}

/** Asked before a press counts. Cut at Slack's limits: 100, 300 and 30 characters. */
export function confirm(title: string, text: string, yes: string): ConfirmationDialog {
  return { title: plain(title, 100), text: plain(text, 300), confirm: plain(yes, 30), deny: plain("Cancel", 30) };
}
