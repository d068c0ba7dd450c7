import { fillDate } from "./dates.js";
import { h, outerLink } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { livingTime } from "./living-time.js";
import { mention } from "./mention.js";
import { emojiNode } from "./mrkdwn.js";

/** A rich_text block. */
export function richText(block) {
  return h("div", { class: "rich-text" }, (block.elements ?? []).map(part));
}

function part(element) {
  switch (element.type) {
    case "rich_text_list":
      return list(element);
    case "rich_text_preformatted":
      return h("pre", { class: "code-block" }, inlines(element));
    case "rich_text_quote":
      return h("blockquote", {}, inlines(element));
    default:
      return h("div", { class: "rich-section" }, inlines(element));
  }
}

function list({ style, elements = [], indent = 0, offset = 0 }) {
  const tag = style === "ordered" ? "ol" : "ul";
  const items = elements.map((item) => h("li", {}, inlines(item)));
  return h(
    tag,
    { class: `rich-list indent-${Math.min(indent, 8)}`, start: tag === "ol" && offset > 0 ? offset + 1 : undefined },
    items,
  );
}

const inlines = ({ elements = [] }) => elements.map((element) => styled(inline(element), element.style));

function inline(element) {
  switch (element.type) {
    case "text":
      return withEmoji(String(element.text));
    case "link":
      return outerLink(element.url, element.text ?? element.url);
    case "emoji":
      return emojiNode(element.name);
    case "user":
      return mention(`@${element.user_id}`);
    case "channel":
      return mention(`#${element.channel_id}`);
    case "usergroup":
      return mention(`!subteam^${element.usergroup_id}`);
    case "broadcast":
      return mention(`!${element.range}`);
    case "date": {
      const text = () => fillDate(element.format ?? "", element.timestamp) ?? element.fallback ?? "";
      const time = livingTime({ title: element.fallback }, text);
      return element.url ? outerLink(element.url, time) : time;
    }
    case "color":
      return h("code", {}, element.value);
    default:
      return "";
  }
}

function styled(node, style = {}) {
  let result = node;
  if (style.code) result = h("code", {}, result);
  if (style.strike) result = h("s", {}, result);
  if (style.italic) result = h("i", {}, result);
  if (style.underline) result = h("u", {}, result);
  if (style.bold) result = h("b", {}, result);
  return result;
}
