import { defined, type Fields, fieldsOf, isFields, listOf } from "../json.ts";
import type { ViewValues } from "../state/view.ts";
import { interactiveElements } from "./find-element.ts";

/**
 * What a person entered in an element: text, a date, a time, an id, an option's value; several of them for the multi
 * elements and checkboxes; null for nothing.
 */
export type Entered = string | number | readonly string[] | null;

/** Slack's field for what was entered: as one value, null for nothing, and as all values. */
type AsFields = (element: Fields, one: string | null, several: readonly string[]) => Fields;

const oneIn = (field: string, made: (text: string) => unknown = (text) => text): AsFields => {
  return (_, one) => ({ [field]: one === null ? null : made(one) });
};
const severalIn = (field: string): AsFields => {
  return (_, __, several) => ({ [field]: several });
};
const option: AsFields = (element, one) => ({ selected_option: one === null ? null : optionOf(element, one) });
const options: AsFields = (element, _, several) => ({
  selected_options: several.map((value) => optionOf(element, value)).filter(isFields),
});
const nothing: AsFields = () => ({});

const fieldsByType: ReadonlyMap<string, AsFields> = new Map(
  Object.entries({
    static_select: option,
    radio_buttons: option,
    overflow: option,
    // What is not among the options was offered by the app a moment ago.
    external_select: (element, one) => ({
      selected_option: one === null ? null : (optionOf(element, one) ?? plainOption(one)),
    }),
    multi_static_select: options,
    checkboxes: options,
    multi_external_select: (element, _, several) => ({
      selected_options: several.map((value) => optionOf(element, value) ?? plainOption(value)),
    }),
    users_select: oneIn("selected_user"),
    conversations_select: oneIn("selected_conversation"),
    channels_select: oneIn("selected_channel"),
    multi_users_select: severalIn("selected_users"),
    multi_conversations_select: severalIn("selected_conversations"),
    multi_channels_select: severalIn("selected_channels"),
    datepicker: oneIn("selected_date"),
    timepicker: oneIn("selected_time"),
    datetimepicker: oneIn("selected_date_time", Number),
    rich_text_input: oneIn("rich_text_value", richTextOf),
    feedback_buttons: nothing,
    button: nothing,
    icon_button: nothing,
  } satisfies Record<string, AsFields>),
);
const valueField = oneIn("value");

/** The part of an action or of view.state.values that says what was entered, in Slack's field for that element. */
export function enteredFields(element: Fields, entered: Entered): Fields {
  const one = entered === null || entered === "" ? null : String(Array.isArray(entered) ? (entered[0] ?? "") : entered);
  const several: readonly string[] = Array.isArray(entered) ? entered : one === null ? [] : [one];
  return (fieldsByType.get(String(element.type)) ?? valueField)(element, one, several);
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
