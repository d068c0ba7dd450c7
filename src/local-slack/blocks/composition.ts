import { isFields } from "../json.ts";
import {
  among,
  bool,
  byType,
  type Check,
  complain,
  list,
  oneOf,
  pattern,
  shape,
  summarised,
  text,
  url,
} from "./checks.ts";

// Limits: https://docs.slack.dev/reference/block-kit/composition-objects

const plainOf = (max: number) => shape({ type: among("plain_text"), text: text(max, 1), "emoji?": bool });
const mrkdwnOf = (max: number) => shape({ type: among("mrkdwn"), text: text(max, 1), "verbatim?": bool });

/** A plain_text object of at most `max` characters. */
export function plainText(max: number): Check {
  return summarised(byType({ plain_text: plainOf(max) }));
}

/** A plain_text or mrkdwn object of at most `max` characters. */
export function anyText(max: number): Check {
  return summarised(byType({ plain_text: plainOf(max), mrkdwn: mrkdwnOf(max) }));
}

export const blockId = text(255);
export const actionId = text(255, 1);
export const placeholder = plainText(150);

export const confirm: Check = shape({
  "title?": plainText(100),
  text: anyText(300),
  "confirm?": plainText(30),
  "deny?": plainText(30),
  "style?": among("primary", "danger"),
});

const optionFields = { value: text(150, 1), "description?": anyText(75) };
/** An entry of a select or multi-select menu. */
export const option = shape({ text: plainText(75), ...optionFields });
/** An entry of radio buttons or checkboxes, which may be formatted. */
export const richOption = shape({ text: anyText(75), ...optionFields });
/** An entry of an overflow menu, which may be a link. */
export const overflowOption = shape({ text: plainText(75), ...optionFields, "url?": url });

export const optionGroup = shape({ label: plainText(75), options: list(option, 100, 1) });

export const dispatchActionConfig = shape({
  "trigger_actions_on?": list(among("on_enter_pressed", "on_character_entered"), 2, 1),
});

export const conversationFilter = shape({
  "include?": list(among("im", "mpim", "private", "public"), 4, 1),
  "exclude_external_shared_channels?": bool,
  "exclude_bot_users?": bool,
});

const known: Check = (value, at, inspection) => {
  if (!isFields(value)) return;
  const name = value.id ?? value.url;
  if (typeof name === "string" && !inspection.knowsFile(name)) complain(inspection, "invalid slack file", at);
};

/** A file uploaded before; only images that the app can see. */
export const slackFile: Check = shape({ "id?": pattern(/^[F][A-Z0-9]{8,}$/), "url?": url }, oneOf("id", "url"), known);
