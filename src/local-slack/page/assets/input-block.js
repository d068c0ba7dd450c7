import { h } from "./dom.js";
import { element as interactive } from "./elements.js";
import { withEmoji } from "./emoji.js";

let count = 0;

/** An input block: label, element, hint, and the error shown at it. */
export function inputBlock(block, place) {
  count += 1;
  const ids = { label: `label-${count}`, input: `input-${count}`, hint: `hint-${count}`, error: `error-${count}` };
  const label = [
    withEmoji(String(block.label?.text ?? "")),
    block.optional ? h("span", { class: "optional" }, " (optional)") : undefined,
  ];
  const error = place.errors[block.block_id];
  const described = [block.hint ? ids.hint : "", error ? ids.error : ""].filter(Boolean).join(" ") || undefined;
  const isGroup = [
    "radio_buttons",
    "checkboxes",
    "multi_static_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
  ].includes(block.element?.type);
  const part = interactive(block.element, block, place, {
    id: ids.input,
    labelledBy: ids.label,
    describedBy: described,
    invalid: error !== undefined,
    required: block.optional !== true,
    quiet: block.dispatch_action !== true,
  });
  return h(
    "div",
    { class: error ? "input has-error" : "input" },
    isGroup
      ? h("span", { class: "label", id: ids.label }, label)
      : h("label", { class: "label", id: ids.label, for: ids.input }, label),
    part,
    error ? h("p", { class: "error", id: ids.error, role: "alert" }, error) : undefined,
    block.hint ? h("p", { class: "hint", id: ids.hint }, withEmoji(String(block.hint.text))) : undefined,
  );
}
