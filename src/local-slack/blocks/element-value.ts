import { defined, type Fields, fieldsOf, isFields, listOf } from "../json.ts";
import type { ViewValues } from "../state/view.ts";
import { interactiveElements } from "./find-element.ts";

/**
 * What a person entered in an element: text, a date, a time, an id, an option's value; several of them for the multi
 * elements and checkboxes; null for nothing.
 */
export type Entered = string | number | readonly string[] | null;

/** The part of an action or of view.state.values that says what was entered, in Slack's field for that element. */
export function enteredFields(element: Fields, entered: Entered): Fields {
  const one = entered === null || entered === "" ? null : String(Array.isArray(entered) ? (entered[0] ?? "") : entered);
  const several: readonly string[] = Array.isArray(entered) ? entered : one === null ? [] : [one];
  switch (element.type) {
    case "static_select":
    case "radio_buttons":
    case "overflow":
      return { selected_option: one === null ? null : optionOf(element, one) };
    case "external_select":
      return { selected_option: one === null ? null : (optionOf(element, one) ?? plainOption(one)) };
    case "multi_static_select":
    case "checkboxes":
      return { selected_options: several.map((value) => optionOf(element, value)).filter(isFields) };
    case "multi_external_select":
      return { selected_options: several.map((value) => optionOf(element, value) ?? plainOption(value)) };
    case "users_select":
      return { selected_user: one };
    case "conversations_select":
      return { selected_conversation: one };
    case "channels_select":
      return { selected_channel: one };
    case "multi_users_select":
      return { selected_users: several };
    case "multi_conversations_select":
      return { selected_conversations: several };
    case "multi_channels_select":
      return { selected_channels: several };
    case "datepicker":
      return { selected_date: one };
    case "timepicker":
      return { selected_time: one };
    case "datetimepicker":
      return { selected_date_time: one === null ? null : Number(one) };
    case "rich_text_input":
      return { rich_text_value: one === null ? null : richTextOf(one) };
    case "feedback_buttons":
    case "button":
    case "icon_button":
      return {};
    default:
      return { value: one };
  }
}

/** What an element shows before anyone touches it. */
function initialValue(element: Fields): Entered {
  const option = element.initial_option;
  if (isFields(option)) return String(option.value);
  if (Array.isArray(element.initial_options))
    return listOf(element.initial_options).map((entry) => String(entry.value));
  for (const name of ["initial_users", "initial_conversations", "initial_channels"]) {
    const ids = element[name];
    if (Array.isArray(ids)) return ids.map(String);
  }
  const names = ["value", "date", "time", "date_time", "user", "conversation", "channel"];
  for (const name of names) {
    const initial = element[`initial_${name}`];
    if (typeof initial === "string" || typeof initial === "number") return initial;
  }
  return null;
}

const stateless = new Set(["button", "overflow", "image", "feedback_buttons", "icon_button", "workflow_button"]);

/** `state.values` of these blocks: what people entered, else what the elements start with. */
export function stateValues(
  blocks: readonly Fields[],
  entered: (blockId: string, actionId: string) => Entered | undefined,
): ViewValues {
  const values: Record<string, Record<string, Fields>> = {};
  for (const { block, element } of interactiveElements(blocks)) {
    if (stateless.has(String(element.type))) continue;
    const blockId = String(block.block_id);
    const actionId = String(element.action_id);
    const value = entered(blockId, actionId);
    const fields = enteredFields(element, value === undefined ? initialValue(element) : value);
    values[blockId] = { ...values[blockId], [actionId]: { type: element.type, ...fields } };
  }
  return values;
}

function optionOf(element: Fields, value: string): Fields | undefined {
  const groups = listOf(element.option_groups).flatMap((group) => listOf(group.options));
  const initial = isFields(element.initial_option) ? [element.initial_option] : listOf(element.initial_options);
  const found = [...listOf(element.options), ...groups, ...initial].find((option) => option.value === value);
  return found && defined({ text: fieldsOf(found.text), value, description: found.description });
}

function plainOption(value: string): Fields {
  return { text: { type: "plain_text", text: value, emoji: true }, value };
}

function richTextOf(text: string): Fields {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}
