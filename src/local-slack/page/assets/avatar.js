import { h, icon, icons } from "./dom.js";
import { emojiOf } from "./emoji.js";

/** A square with a person's initials, in a colour that stays theirs; apps get a sign. */
export function avatar(user, className = "") {
  const hue = [...(user?.id ?? "?")].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 8, 7);
  const inside = user?.kind === "app" ? icon(icons.pulse) : initials(user?.real_name ?? "?");
  return h(
    "span",
    { class: `avatar hue-${user?.kind === "app" ? "app" : hue} ${className}`, "aria-hidden": "true" },
    inside,
  );
}

export function emojiAvatar(name) {
  return h(
    "span",
    { class: "avatar hue-app emoji-avatar", "aria-hidden": "true" },
    emojiOf(name.replaceAll(":", "")) ?? "\u{1F916}",
  );
}

function initials(name) {
  const words = name.split(/[\s-]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word[0].toUpperCase())
    .join("");
}
