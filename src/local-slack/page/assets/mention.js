import { h } from "./dom.js";
import { store } from "./store.js";

const everyone = { here: "@here", channel: "@channel", everyone: "@everyone" };

/** A mention as it stands in mrkdwn without the angle brackets: @U…, #C…, !here, !subteam^S…. */
export function mention(target, label) {
  if (target.startsWith("@")) return user(target.slice(1), label);
  if (target.startsWith("#")) return channel(target.slice(1), label);
  if (target.startsWith("!subteam^")) {
    const group = store.workspace?.user_groups.find(({ id }) => id === target.slice(9));
    return h("span", { class: "mention" }, group ? `@${group.handle}` : (label ?? "@unknown-group"));
  }
  const broadcast = everyone[target.slice(1)];
  return broadcast ? h("span", { class: "mention broadcast" }, broadcast) : h("span", {}, label ?? `<${target}>`);
}

function user(id, label) {
  const found = store.user(id);
  const isMe = id === store.me;
  return h(
    "span",
    { class: isMe ? "mention me" : "mention", title: found?.title },
    `@${found?.real_name ?? label ?? "unknown"}`,
  );
}

function channel(id, label) {
  const found = store.workspace?.channels.find((entry) => entry.id === id);
  if (!found) return h("span", { class: "mention" }, `#${label ?? "private-channel"}`);
  return h("a", { class: "mention", href: `#/${id}` }, `#${found.name}`);
}
