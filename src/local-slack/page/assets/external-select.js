import { controlProps } from "./control-props.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";

const pauseMs = 200;

/** What chosen values read as; the bot is asked only for what is typed. */
const labels = new Map();

/** A select whose options the bot supplies while the person types. */
export function externalSelect(use) {
  const { entry, block, place, change, now } = use;
  const initial = entry.initial_option?.text?.text ?? "";
  const least = entry.min_query_length ?? 3;
  const list = h("div", { class: "suggestions", role: "listbox", hidden: true });
  const input = h("input", {
    ...controlProps(use),
    class: "control",
    type: "text",
    role: "combobox",
    "aria-expanded": "false",
    autocomplete: "off",
    value: now === undefined ? initial : (labels.get([now].flat()[0]) ?? ""),
    placeholder: entry.placeholder?.text,
  });
  let timer;
  const choose = (option) => {
    input.value = withEmoji(option.text?.text ?? "");
    labels.set(option.value, input.value);
    list.hidden = true;
    void change(entry.type === "external_select" ? option.value : [option.value]);
  };
  const ask = async () => {
    const { options = [] } = await place.suggest(block, entry, input.value);
    list.replaceChildren(
      ...options.map((option) =>
        h(
          "button",
          { type: "button", role: "option", on: { click: () => choose(option) } },
          withEmoji(option.text?.text ?? ""),
        ),
      ),
    );
    if (options.length === 0) list.append(h("p", {}, "No results"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };
  const soon = () => {
    clearTimeout(timer);
    if (input.value.length >= least) timer = setTimeout(() => void ask(), pauseMs);
  };
  input.addEventListener("input", soon);
  input.addEventListener("focus", soon);
  return h("div", { class: "external" }, input, list);
}
