import { confirmed } from "./confirm.js";
import { h, safeUrl } from "./dom.js";
import { withEmoji } from "./emoji.js";

/** A button; while the bot has not acknowledged it is busy, and a failure stays visible on it. */
export function button({ entry, block, place }) {
  const style = entry.style === "primary" || entry.style === "danger" ? ` ${entry.style}` : "";
  const node = h(
    "button",
    {
      type: "button",
      class: `btn${style}`,
      "aria-label": entry.accessibility_label,
      "data-key": `${block.block_id}/${entry.action_id}`,
      on: { click: () => void press(node, entry, () => place.use(block, entry, entry.value)) },
    },
    h("span", {}, withEmoji(String(entry.text?.text ?? ""))),
  );
  return node;
}

async function press(node, entry, use) {
  if (node.getAttribute("aria-busy") === "true") return;
  if (!(await confirmed(entry.confirm))) return;
  const address = entry.url === undefined ? undefined : safeUrl(entry.url);
  if (address) window.open(address, "_blank", "noopener");
  node.classList.remove("failed");
  node.setAttribute("aria-busy", "true");
  const outcome = await use();
  node.removeAttribute("aria-busy");
  if (outcome.ok) return;
  node.classList.add("failed");
  node.setAttribute("title", `That did not work (${outcome.error}).`);
}

/** Thumbs up and down. */
export function feedbackButtons({ entry, block, place }) {
  const one = (given, sign) => {
    const node = h(
      "button",
      {
        type: "button",
        class: "btn quiet",
        "aria-label": given?.accessibility_label ?? given?.text?.text,
        title: given?.text?.text,
        on: { click: () => void press(node, entry, () => place.use(block, entry, given?.value)) },
      },
      sign,
    );
    return node;
  };
  return h(
    "span",
    { class: "feedback" },
    one(entry.positive_button, "\u{1F44D}"),
    one(entry.negative_button, "\u{1F44E}"),
  );
}
