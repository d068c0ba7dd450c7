import { h, icon, icons } from "./dom.js";
import { picture } from "./picture.js";

const shownCharacters = 1_500;

/** A file of a message: an image, a text with its beginning, or a card. */
export function file(entry) {
  const source = `/files-pri/local-${entry.id}/${encodeURIComponent(entry.name ?? "file")}`;
  if (["image/png", "image/jpeg", "image/gif"].includes(entry.mimetype))
    return h(
      "figure",
      { class: "image file" },
      h("figcaption", {}, entry.title ?? entry.name),
      h(
        "a",
        { href: source, target: "_blank", rel: "noopener" },
        picture(source, entry.alt_txt ?? entry.title ?? entry.name, {
          width: entry.original_w,
          height: entry.original_h,
        }),
      ),
    );
  const card = h(
    "div",
    { class: "file-card" },
    icon(icons.file),
    h(
      "div",
      {},
      h("a", { href: source, target: "_blank", rel: "noopener" }, entry.title ?? entry.name),
      h("small", {}, `${entry.pretty_type || "File"}, ${size(entry.size)}`),
    ),
  );
  if (!/^(text\/|application\/json)/.test(entry.mimetype ?? "")) return card;
  const beginning = h("pre", { class: "code-block snippet" });
  void fill(beginning, source);
  return h("div", { class: "file" }, card, beginning);
}

async function fill(node, source) {
  try {
    const response = await fetch(source, { credentials: "same-origin" });
    const text = response.ok ? await response.text() : "";
    node.textContent = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}\n...` : text;
  } catch {
    node.remove(); // the card above still leads to the file
  }
}

function size(bytes = 0) {
  return bytes < 1_000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
