import { button, feedbackButtons } from "./buttons.js";
import { confirmed } from "./confirm.js";
import { controlProps } from "./control-props.js";
import { h } from "./dom.js";
import { externalSelect } from "./external-select.js";
import { choices, menuSelect, multiSelect, overflow } from "./menus.js";

/** How an element of each type is drawn. */
const drawn = new Map(
  Object.entries({
    button,
    icon_button: button,
    workflow_button: button,
    feedback_buttons: feedbackButtons,
    overflow,
    static_select: menuSelect,
    users_select: menuSelect,
    conversations_select: menuSelect,
    channels_select: menuSelect,
    multi_static_select: multiSelect,
    multi_users_select: multiSelect,
    multi_conversations_select: multiSelect,
    multi_channels_select: multiSelect,
    external_select: externalSelect,
    multi_external_select: externalSelect,
    radio_buttons: choices,
    checkboxes: choices,
    datepicker: (use) => typed(use, "date", use.entry.initial_date),
    timepicker: (use) => typed(use, "time", use.entry.initial_time),
    datetimepicker: dateTime,
    plain_text_input: textInput,
    rich_text_input: textInput,
    email_text_input: (use) => typed(use, "email", use.entry.initial_value),
    url_text_input: (use) => typed(use, "url", use.entry.initial_value),
    number_input: (use) => typed(use, "text", use.entry.initial_value, { inputmode: "decimal" }),
    file_input: () => h("p", { class: "unsupported" }, "Files cannot be attached on this page."),
  }),
);

/**
 * One interactive element. `field` carries what an input block adds: ids for label and hint, and `quiet` when the bot
 * is not told before the form is submitted.
 */
export function element(entry, block, place, field = {}) {
  const change = async (value) => {
    place.write(block, entry, value);
    if (field.quiet || !(await confirmed(entry.confirm))) return;
    await place.use(block, entry, value);
  };
  const now = place.read(block, entry);
  const draw = drawn.get(entry?.type);
  return draw
    ? draw({ entry, block, place, field, change, now })
    : h("span", { class: "unsupported" }, `[${entry?.type}]`);
}

/** Text is remembered at every key and told to the bot as its dispatch_action_config says. */
function textListeners({ entry, block, place, field, change }) {
  const triggers = entry.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return {
    input: (event) => {
      place.write(block, entry, event.target.value);
      if (!field.quiet && triggers.includes("on_character_entered")) void change(event.target.value);
    },
    keydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || field.quiet || entry.multiline) return;
      event.preventDefault();
      if (triggers.includes("on_enter_pressed")) void change(event.target.value);
    },
  };
}

function textInput(use) {
  const { entry, now } = use;
  const value = now ?? (typeof entry.initial_value === "string" ? entry.initial_value : "");
  const shared = {
    ...controlProps(use),
    class: "control",
    placeholder: entry.placeholder?.text,
    maxlength: entry.max_length ?? 3000,
    on: textListeners(use),
  };
  if (entry.multiline || entry.type === "rich_text_input") return h("textarea", { ...shared, rows: 4 }, value);
  return h("input", { ...shared, type: "text", value });
}

function typed(use, type, initial, more = {}) {
  const { entry, block, place, field, change, now } = use;
  const isText = ["text", "email", "url"].includes(type);
  const listeners = isText
    ? textListeners(use)
    : {
        change: (event) =>
          field.quiet ? place.write(block, entry, event.target.value || null) : void change(event.target.value || null),
      };
  return h("input", {
    ...controlProps(use),
    ...more,
    class: "control",
    type,
    value: now ?? initial ?? "",
    placeholder: entry.placeholder?.text,
    on: listeners,
  });
}

function dateTime(use) {
  const { entry, change, now } = use;
  const seconds = now ?? entry.initial_date_time;
  const local = seconds
    ? new Date((Number(seconds) - new Date().getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16)
    : "";
  const read = (event) =>
    void change(event.target.value ? Math.floor(new Date(event.target.value).getTime() / 1000) : null);
  return h("input", {
    ...controlProps(use),
    class: "control",
    type: "datetime-local",
    value: local,
    on: { change: read },
  });
}
