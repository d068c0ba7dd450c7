import { isFields } from "../json.ts";
import { among, bool, type Check, complain, integer, list, oneOf, only, pattern, shape, text, url } from "./checks.ts";
import {
  actionId,
  confirm,
  conversationFilter,
  dispatchActionConfig,
  option,
  optionGroup,
  overflowOption,
  placeholder,
  plainText,
  richOption,
  slackFile,
} from "./composition.ts";
import { richText } from "./rich-text.ts";

// Limits: https://docs.slack.dev/reference/block-kit/block-elements

const is = (type: string) => among(type);
const acting = { "action_id?": actionId };
const asking = { ...acting, "confirm?": confirm };
const focusing = { "focus_on_load?": bool };
const placing = { "placeholder?": placeholder };
const choosing = { ...asking, ...focusing, ...placing };
const many = { "max_selected_items?": integer(1, 100) };
const typing = { ...acting, ...focusing, ...placing, "dispatch_action_config?": dispatchActionConfig };
const ids = list(text(50, 1), 100);

const same = (a: unknown, b: unknown) =>
  isFields(a) && isFields(b) && a.value === b.value && JSON.stringify(a.text) === JSON.stringify(b.text);

/** What is selected at first must be among the options, text and value. */
const initialAmongOptions: Check = (value, at, inspection) => {
  if (!isFields(value)) return;
  const groups = Array.isArray(value.option_groups) ? value.option_groups.filter(isFields) : [];
  const options = [value.options, ...groups.map((group) => group.options)].flat();
  const one = value.initial_option;
  const several = value.initial_options;
  const initial = [...(one === undefined ? [] : [one]), ...(Array.isArray(several) ? several : [])];
  for (const wanted of initial)
    if (!options.some((candidate) => same(candidate, wanted)))
      complain(inspection, "must match one of the options", `${at}/initial_option${one === undefined ? "s" : ""}`);
};

const menu = {
  "options?": list(option, 100, 1),
  "option_groups?": list(optionGroup, 100, 1),
};

const button = shape({
  type: is("button"),
  text: plainText(75),
  "value?": text(2_000),
  "url?": url,
  "style?": among("primary", "danger"),
  "accessibility_label?": text(75),
  ...asking,
});

/** The only element that is not interactive. */
export const imageElement: Check = shape(
  { type: is("image"), alt_text: text(2_000, 1), "image_url?": url, "slack_file?": slackFile },
  oneOf("image_url", "slack_file"),
);

export const elements = {
  button,
  image: imageElement,
  checkboxes: shape(
    {
      type: is("checkboxes"),
      options: list(richOption, 10, 1),
      "initial_options?": list(richOption, 10, 1),
      ...asking,
      ...focusing,
    },
    initialAmongOptions,
  ),
  radio_buttons: shape(
    {
      type: is("radio_buttons"),
      options: list(richOption, 10, 1),
      "initial_option?": richOption,
      ...asking,
      ...focusing,
    },
    initialAmongOptions,
  ),
  overflow: shape({ type: is("overflow"), options: list(overflowOption, 5, 1), ...asking }),
  datepicker: shape({ type: is("datepicker"), "initial_date?": pattern(/^\d{4}-\d{2}-\d{2}$/), ...choosing }),
  timepicker: shape({
    type: is("timepicker"),
    "initial_time?": pattern(/^([01]\d|2[0-3]):[0-5]\d$/),
    "timezone?": text(100),
    ...choosing,
  }),
  datetimepicker: only(
    ["message", "modal"],
    shape({
      type: is("datetimepicker"),
      "initial_date_time?": integer(1_000_000_000, 9_999_999_999),
      ...asking,
      ...focusing,
    }),
  ),
  static_select: shape(
    { type: is("static_select"), ...menu, "initial_option?": option, ...choosing },
    oneOf("options", "option_groups"),
    initialAmongOptions,
  ),
  multi_static_select: shape(
    { type: is("multi_static_select"), ...menu, "initial_options?": list(option, 100), ...many, ...choosing },
    oneOf("options", "option_groups"),
    initialAmongOptions,
  ),
  external_select: shape({
    type: is("external_select"),
    "initial_option?": option,
    "min_query_length?": integer(0, 100),
    ...choosing,
  }),
  multi_external_select: shape({
    type: is("multi_external_select"),
    "initial_options?": list(option, 100),
    "min_query_length?": integer(0, 100),
    ...many,
    ...choosing,
  }),
  users_select: shape({ type: is("users_select"), "initial_user?": text(50, 1), ...choosing }),
  multi_users_select: shape({ type: is("multi_users_select"), "initial_users?": ids, ...many, ...choosing }),
  conversations_select: shape({
    type: is("conversations_select"),
    "initial_conversation?": text(50, 1),
    "default_to_current_conversation?": bool,
    "response_url_enabled?": bool,
    "filter?": conversationFilter,
    ...choosing,
  }),
  multi_conversations_select: shape({
    type: is("multi_conversations_select"),
    "initial_conversations?": ids,
    "default_to_current_conversation?": bool,
    "filter?": conversationFilter,
    ...many,
    ...choosing,
  }),
  channels_select: shape({
    type: is("channels_select"),
    "initial_channel?": text(50, 1),
    "response_url_enabled?": bool,
    ...choosing,
  }),
  multi_channels_select: shape({ type: is("multi_channels_select"), "initial_channels?": ids, ...many, ...choosing }),
  plain_text_input: shape({
    type: is("plain_text_input"),
    "initial_value?": text(3_000),
    "multiline?": bool,
    "min_length?": integer(0, 3_000),
    "max_length?": integer(1, 3_000),
    ...typing,
  }),
  email_text_input: shape({ type: is("email_text_input"), "initial_value?": text(3_000), ...typing }),
  url_text_input: shape({ type: is("url_text_input"), "initial_value?": text(3_000), ...typing }),
  number_input: shape({
    type: is("number_input"),
    is_decimal_allowed: bool,
    "initial_value?": text(100),
    "min_value?": text(100),
    "max_value?": text(100),
    ...typing,
  }),
  rich_text_input: shape({ type: is("rich_text_input"), "initial_value?": richText, ...typing }),
  file_input: only(
    ["modal"],
    shape({ type: is("file_input"), "filetypes?": list(text(20, 1), 100), "max_files?": integer(1, 10), ...acting }),
  ),
  feedback_buttons: shape({
    type: is("feedback_buttons"),
    ...acting,
    positive_button: shape({ text: plainText(75), value: text(2_000), "accessibility_label?": text(75) }),
    negative_button: shape({ text: plainText(75), value: text(2_000), "accessibility_label?": text(75) }),
  }),
  icon_button: shape({
    type: is("icon_button"),
    icon: text(50, 1),
    text: plainText(75),
    "value?": text(2_000),
    "accessibility_label?": text(75),
    "visible_to_user_ids?": ids,
    ...asking,
  }),
} as const satisfies Readonly<Record<string, Check>>;

export type ElementType = keyof typeof elements;

/** The checks of these element types, for a block that takes only them. */
export function pick(...types: readonly ElementType[]): Readonly<Record<string, Check>> {
  return Object.fromEntries(types.map((type) => [type, elements[type]]));
}
