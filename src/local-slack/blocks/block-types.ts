import { isFields } from "../json.ts";
import {
  among,
  bool,
  byType,
  type Check,
  complain,
  list,
  oneOf,
  only,
  shape,
  someOf,
  summarised,
  text,
  url,
} from "./checks.ts";
import { anyText, blockId, plainText, slackFile } from "./composition.ts";
import { elements, imageElement, pick } from "./elements.ts";
import { richText } from "./rich-text.ts";

// Limits: https://docs.slack.dev/reference/block-kit/blocks

const is = (type: string) => among(type);
const named = { "block_id?": blockId };
const cell = byType({
  raw_text: shape({ type: is("raw_text"), text: text(10_000) }),
  raw_number: shape({ type: is("raw_number"), value: () => undefined, text: text(1_000, 1) }),
  rich_text: richText,
});
const column = shape({ "align?": among("left", "center", "right"), "is_wrapped?": bool });

const { image: _image, feedback_buttons: _feedback, icon_button: _icon, ...interactive } = elements;
const {
  plain_text_input: _plain,
  email_text_input: _email,
  url_text_input: _url,
  number_input: _number,
  file_input: _file,
  datetimepicker: _datetime,
  rich_text_input: _rich,
  ...inSection
} = interactive;
const { button: _button, overflow: _overflow, ...inInput } = interactive;
const inActions = { ...inSection, ...pick("datetimepicker", "rich_text_input") };

/** action_id is unique inside its block. */
const distinctActions: Check = (value, at, inspection) => {
  if (!isFields(value) || !Array.isArray(value.elements)) return;
  const seen = new Set<unknown>();
  value.elements.forEach((element, index) => {
    const id = isFields(element) ? element.action_id : undefined;
    if (id !== undefined && seen.has(id))
      complain(inspection, `\`action_id\` "${String(id)}" already exists`, `${at}/elements/${index}/action_id`);
    seen.add(id);
  });
};

/** Every block type an app may send, with its limits. */
export const blockTypes: Readonly<Record<string, Check>> = {
  header: shape({ type: is("header"), text: plainText(150), ...named }),
  divider: shape({ type: is("divider"), ...named }),
  section: shape(
    {
      type: is("section"),
      "text?": anyText(3_000),
      "fields?": list(anyText(2_000), 10, 1),
      "accessory?": summarised(byType({ ...inSection, image: imageElement })),
      "expand?": bool,
      ...named,
    },
    someOf("text", "fields"),
  ),
  context: shape({
    type: is("context"),
    elements: list(
      byType({
        image: imageElement,
        plain_text: anyText(3_000),
        mrkdwn: anyText(3_000),
      }),
      10,
      1,
    ),
    ...named,
  }),
  actions: shape({ type: is("actions"), elements: list(byType(inActions), 25, 1), ...named }, distinctActions),
  context_actions: shape(
    {
      type: is("context_actions"),
      elements: list(byType(pick("feedback_buttons", "icon_button")), 5, 1),
      ...named,
    },
    distinctActions,
  ),
  image: shape(
    {
      type: is("image"),
      alt_text: text(2_000, 1),
      "title?": plainText(2_000),
      "image_url?": url,
      "slack_file?": slackFile,
      ...named,
    },
    oneOf("image_url", "slack_file"),
  ),
  input: shape({
    type: is("input"),
    label: plainText(2_000),
    element: byType(inInput),
    "hint?": plainText(2_000),
    "optional?": bool,
    "dispatch_action?": bool,
    ...named,
  }),
  rich_text: richText,
  markdown: only(["message"], shape({ type: is("markdown"), text: text(12_000, 1), ...named })),
  table: only(
    ["message"],
    shape({ type: is("table"), rows: list(list(cell, 20, 1), 100, 1), "column_settings?": list(column, 20), ...named }),
  ),
  alert: shape({
    type: is("alert"),
    text: anyText(3_000),
    "level?": among("default", "info", "warning", "error", "success"),
    ...named,
  }),
  video: shape({
    type: is("video"),
    alt_text: text(2_000, 1),
    title: plainText(200),
    video_url: url,
    thumbnail_url: url,
    "title_url?": url,
    "author_name?": text(49),
    "provider_name?": text(2_000),
    "provider_icon_url?": url,
    "description?": plainText(200),
    ...named,
  }),
};
