import { h, icon, icons, outerLink } from "./dom.js";
import { element as interactive } from "./elements.js";
import { withEmoji } from "./emoji.js";
import { inputBlock } from "./input-block.js";
import { markdown } from "./markdown.js";
import { picture } from "./picture.js";
import { richText } from "./rich-text.js";
import { textObject } from "./text-object.js";

/**
 * Renders blocks. `place` says where they stand, so that elements can act: { channel, ts } or { view_id }, and the
 * values people have entered there.
 */
export function renderBlocks(blocks, place) {
  return (blocks ?? []).map((block) =>
    h(
      "div",
      { class: `block block-${cssName(block.type)}`, data: { blockId: block.block_id ?? "" } },
      render(block, place),
    ),
  );
}

const cssName = (type) => String(type).replaceAll(/[^a-z_]/g, "");

function render(block, place) {
  switch (block.type) {
    case "header":
      return h("h2", {}, textObject(block.text));
    case "section":
      return section(block, place);
    case "divider":
      return h("hr");
    case "context":
      return (block.elements ?? []).map((entry) =>
        entry.type === "image"
          ? image(entry, "context-image")
          : h("span", { class: "context-text" }, textObject(entry)),
      );
    case "actions":
    case "context_actions":
      return (block.elements ?? []).map((entry) => interactive(entry, block, place));
    case "image":
      return figure(block);
    case "input":
      return inputBlock(block, place);
    case "rich_text":
      return richText(block);
    case "markdown":
      return markdown(block.text);
    case "table":
      return table(block);
    case "alert":
      return h(
        "div",
        { class: `alert alert-${cssName(block.level ?? "default")}`, role: "note" },
        textObject(block.text),
      );
    case "video":
      return h(
        "div",
        { class: "file-card" },
        icon(icons.file),
        h(
          "div",
          {},
          outerLink(block.title_url ?? block.video_url, textObject(block.title)),
          h("small", {}, block.alt_text),
        ),
      );
    default:
      return h("p", { class: "unsupported" }, `A ${block.type} block; this page cannot show it.`);
  }
}

function section(block, place) {
  const fields = block.fields?.length
    ? h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "field" }, textObject(field))),
      )
    : undefined;
  const accessory = block.accessory;
  const side =
    accessory === undefined
      ? undefined
      : h(
          "div",
          { class: "accessory" },
          accessory.type === "image" ? image(accessory, "accessory-image") : interactive(accessory, block, place),
        );
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-body" },
      block.text ? h("div", { class: "text" }, textObject(block.text)) : undefined,
      fields,
    ),
    side,
  );
}

/** Where an image can be loaded from: only this server; Slack proxies others, we name them. */
function imageSource({ slack_file: file, image_url: address }) {
  const id = /F[A-Z0-9]{8,}/.exec(file?.id ?? file?.url ?? "")?.[0];
  if (id) return `/files-pri/local-${id}/image`;
  try {
    const url = new URL(address);
    return url.origin === location.origin ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function image(block, className) {
  const source = imageSource(block);
  if (source) return h("img", { class: className, src: source, alt: block.alt_text, loading: "lazy" });
  return h(
    "span",
    { class: `${className} image-elsewhere`, role: "img", "aria-label": block.alt_text, title: block.image_url },
    "\u{1F5BC}",
  );
}

function figure(block) {
  const caption = block.title ? h("figcaption", {}, textObject(block.title)) : undefined;
  const source = imageSource(block);
  if (!source)
    return h(
      "figure",
      { class: "image" },
      caption,
      h("p", { class: "image-elsewhere" }, `Image: ${block.alt_text} `, outerLink(block.image_url, "(open)")),
    );
  const shown = picture(source, block.alt_text, { width: block.image_width, height: block.image_height });
  return h("figure", { class: "image" }, caption, h("a", { href: source, target: "_blank", rel: "noopener" }, shown));
}

function table({ rows = [], column_settings: columns = [] }) {
  const cell = (entry) =>
    entry.type === "rich_text" ? richText(entry) : withEmoji(String(entry.text ?? entry.value ?? ""));
  const row = (entries, tag) =>
    h(
      "tr",
      {},
      entries.map((entry, index) =>
        h(tag, { class: columns[index]?.align ? `align-${cssName(columns[index].align)}` : undefined }, cell(entry)),
      ),
    );
  const [head, ...body] = rows;
  if (!head) return "";
  return h(
    "div",
    { class: "table-scroll" },
    h(
      "table",
      {},
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        body.map((entries) => row(entries, "td")),
      ),
    ),
  );
}
