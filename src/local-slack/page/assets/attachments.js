import { renderBlocks } from "./blocks.js";
import { timeOf } from "./dates.js";
import { h, outerLink } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

const named = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

/** Secondary attachments: a bar in the attachment's colour, then blocks or the older fields. */
export function attachment(entry, place) {
  const bar = h("div", { class: "attachment-bar" });
  const color =
    named[entry.color] ?? (/^#?[0-9a-f]{6}$/i.test(entry.color ?? "") ? `#${entry.color.replace("#", "")}` : undefined);
  if (color) bar.style.backgroundColor = color;
  const body = entry.blocks?.length ? renderBlocks(entry.blocks, place) : legacy(entry);
  return [
    entry.pretext ? h("div", { class: "pretext" }, mrkdwn(entry.pretext)) : undefined,
    h("div", { class: "attachment" }, bar, h("div", { class: "attachment-body" }, body)),
  ];
}

function legacy(entry) {
  const formatted = new Set(entry.mrkdwn_in ?? ["text", "pretext", "fields"]);
  const show = (name, text) => (formatted.has(name) ? mrkdwn(text) : withEmoji(String(text)));
  const title =
    entry.title && (entry.title_link ? outerLink(entry.title_link, withEmoji(entry.title)) : withEmoji(entry.title));
  const fields = (entry.fields ?? []).map((field) =>
    h(
      "div",
      { class: field.short ? "field" : "field long" },
      h("b", {}, withEmoji(String(field.title ?? ""))),
      h("div", {}, show("fields", field.value ?? "")),
    ),
  );
  const foot = [entry.footer, entry.ts && timeOf(String(entry.ts))].filter(Boolean).join(" | ");
  return [
    entry.author_name ? h("div", { class: "attachment-author" }, withEmoji(entry.author_name)) : undefined,
    title ? h("div", { class: "attachment-title" }, title) : undefined,
    entry.text ? h("div", { class: "text" }, show("text", entry.text)) : undefined,
    fields.length > 0 ? h("div", { class: "fields" }, fields) : undefined,
    foot ? h("div", { class: "attachment-footer" }, foot) : undefined,
    !entry.text && !title && fields.length === 0
      ? h("div", { class: "text" }, withEmoji(String(entry.fallback ?? "")))
      : undefined,
  ];
}
