import { confirmed } from "./confirm.js";
import { controlProps } from "./control-props.js";
import { h, icon, icons, safeUrl } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { popup } from "./popup.js";
import { store } from "./store.js";
import { textObject } from "./text-object.js";

/** The entries of a menu: its own options, or people or conversations. */
function entriesOf(entry) {
  if (entry.type.includes("users"))
    return store.workspace.users
      .filter(({ kind }) => kind !== "app")
      .map(({ id, real_name: text }) => ({ value: id, text }));
  if (entry.type.includes("channels") || entry.type.includes("conversations")) {
    const rooms = store.workspace.channels.map(({ id, name }) => ({ value: id, text: `#${name}` }));
    return entry.type.includes("channels")
      ? rooms
      : [...rooms, { value: store.workspace.direct.id, text: store.workspace.bot.real_name }];
  }
  return (entry.options ?? []).map(plain);
}

const plain = (option) => ({ value: option.value, text: withEmoji(String(option.text?.text ?? "")) });

function initialOf(entry) {
  return entry.initial_option?.value ?? entry.initial_user ?? entry.initial_conversation ?? entry.initial_channel ?? "";
}

/** A select menu with one answer. */
export function menuSelect(use) {
  const { entry, change, now } = use;
  const chosen = now === undefined ? initialOf(entry) : (now ?? "");
  const option = ({ value, text }) => h("option", { value, selected: value === chosen }, text);
  const groups = (entry.option_groups ?? []).map((group) =>
    h("optgroup", { label: withEmoji(group.label?.text ?? "") }, (group.options ?? []).map(plain).map(option)),
  );
  const empty = h(
    "option",
    { value: "", selected: chosen === "" },
    withEmoji(entry.placeholder?.text ?? "Choose an option"),
  );
  return h(
    "select",
    {
      ...controlProps(use),
      class: "control select",
      on: { change: (event) => void change(event.target.value || null) },
    },
    empty,
    entriesOf(entry).map(option),
    groups,
  );
}

/** A menu with several answers, folded until opened. */
export function multiSelect(use) {
  const { entry, change, now, field } = use;
  const initial = (entry.initial_options ?? []).map(({ value }) => value);
  const chosen = new Set(
    now ?? entry.initial_users ?? entry.initial_conversations ?? entry.initial_channels ?? initial,
  );
  const grouped = (entry.option_groups ?? []).flatMap((group) => (group.options ?? []).map(plain));
  const entries = [...entriesOf(entry), ...grouped];
  const summary = h("summary", {
    class: "control select",
    "data-key": `${use.block.block_id}/${entry.action_id}`,
    "aria-describedby": field.describedBy,
  });
  const label = () => {
    const names = entries.filter(({ value }) => chosen.has(value)).map(({ text }) => text);
    summary.textContent = names.length > 0 ? names.join(", ") : withEmoji(entry.placeholder?.text ?? "Choose options");
  };
  label();
  const boxes = entries.map(({ value, text }) => {
    const box = h("input", { type: "checkbox", checked: chosen.has(value) });
    box.addEventListener("change", () => {
      if (box.checked && entry.max_selected_items && chosen.size >= entry.max_selected_items) {
        box.checked = false;
        return;
      }
      if (box.checked) chosen.add(value);
      else chosen.delete(value);
      label();
      void change([...chosen]);
    });
    return h("label", { class: "choice" }, box, h("span", {}, text));
  });
  return h(
    "details",
    { class: "multi" },
    summary,
    h("div", { class: "multi-list", role: "group", "aria-labelledby": field.labelledBy }, boxes),
  );
}

let groups = 0;

/** Radio buttons and checkboxes. */
export function choices(use) {
  const { entry, change, now, field, block } = use;
  const many = entry.type === "checkboxes";
  const initial = many
    ? (entry.initial_options ?? []).map(({ value }) => value)
    : entry.initial_option
      ? [entry.initial_option.value]
      : [];
  const chosen = new Set(now === undefined ? initial : [now].flat().filter(Boolean));
  groups += 1;
  const name = `group-${groups}`;
  const boxes = (entry.options ?? []).map((option, index) => {
    const box = h("input", {
      type: many ? "checkbox" : "radio",
      name,
      value: option.value,
      checked: chosen.has(option.value),
      "data-key": `${block.block_id}/${entry.action_id}/${index}`,
    });
    box.addEventListener("change", () => {
      if (!many) chosen.clear();
      if (box.checked) chosen.add(option.value);
      else chosen.delete(option.value);
      void change(many ? [...chosen] : option.value);
    });
    const more = option.description ? h("small", {}, textObject(option.description)) : undefined;
    return h("label", { class: "choice" }, box, h("span", {}, textObject(option.text), more));
  });
  const role = many ? "group" : "radiogroup";
  return h(
    "div",
    {
      class: "choices",
      role,
      "aria-labelledby": field.labelledBy,
      "aria-describedby": field.describedBy,
      "aria-label": field.labelledBy ? undefined : entry.action_id,
    },
    boxes,
  );
}

/** The three-dots menu. */
export function overflow({ entry, block, place }) {
  const pick = async (option) => {
    if (!(await confirmed(entry.confirm))) return;
    const address = option.url === undefined ? undefined : safeUrl(option.url);
    if (address) window.open(address, "_blank", "noopener");
    await place.use(block, entry, option.value);
  };
  const node = h(
    "button",
    {
      type: "button",
      class: "btn overflow",
      "aria-label": "More options",
      "aria-haspopup": "menu",
      "data-key": `${block.block_id}/${entry.action_id}`,
    },
    icon(icons.more),
  );
  node.addEventListener("click", () =>
    popup(
      node,
      (entry.options ?? []).map((option) => ({
        label: withEmoji(String(option.text?.text ?? "")),
        description: option.description?.text,
        choose: () => void pick(option),
      })),
    ),
  );
  return node;
}
