import { attachment } from "./attachments.js";
import { avatar, emojiAvatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { ago, dateOf, fullTimeOf, timeOf } from "./dates.js";
import { h, icon, icons } from "./dom.js";
import { emojiOf, usualReactions } from "./emoji.js";
import { file } from "./files.js";
import { livingTime } from "./living-time.js";
import { mrkdwn } from "./mrkdwn.js";
import { placeOf } from "./place.js";
import { popup } from "./popup.js";
import { act } from "./server.js";
import { store } from "./store.js";

const slackbot = { id: "USLACKBOT", real_name: "Slackbot", kind: "app" };

/** One message as a row. `where`: { channel, inThread, ephemeral }. */
export function messageRow(message, where) {
  const author = store.user(message.user) ?? (message.user === "USLACKBOT" ? slackbot : undefined);
  const name = message.username ?? author?.real_name ?? "Unknown";
  const byLine = h(
    "div",
    { class: "by" },
    h("b", { class: "author" }, name),
    author?.kind === "app" ? h("span", { class: "badge" }, "App") : undefined,
    author?.kind === "guest" ? h("span", { class: "badge" }, "Guest") : undefined,
    author?.kind === "stranger" ? h("span", { class: "badge" }, "Other workspace") : undefined,
    h(
      "time",
      { class: "at", title: fullTimeOf(message.ts), datetime: dateOf(message.ts).toISOString() },
      timeOf(message.ts),
    ),
  );
  const picture = message.icons?.emoji ? emojiAvatar(message.icons.emoji) : avatar(author);
  return h(
    "article",
    {
      class: `message${where.ephemeral ? " ephemeral" : ""}`,
      data: {
        ts: message.ts,
        user: message.user,
        day: dateOf(message.ts).toDateString(),
        tomb: message.subtype === "tombstone" ? "yes" : "",
      },
      "aria-label": `${name}, ${timeOf(message.ts)}`,
    },
    h(
      "div",
      { class: "gutter" },
      picture,
      h("time", { class: "at-small", "aria-hidden": "true" }, timeOf(message.ts).replace(/ [AP]M/, "")),
    ),
    h(
      "div",
      { class: "content" },
      where.ephemeral ? h("p", { class: "only-you" }, "Only visible to you") : undefined,
      byLine,
      body(message, where),
      where.ephemeral ? undefined : [reactions(message, where), threadLine(message, where)],
    ),
    where.ephemeral || message.subtype === "tombstone" ? undefined : toolbar(message, where),
  );
}

function body(message, where) {
  if (message.plain) return h("div", { class: "text" }, message.text);
  const place = placeOf({ channel: where.channel, ts: message.ts });
  const edited = message.edited
    ? h("span", { class: "edited", title: fullTimeOf(message.edited.ts) }, " (edited)")
    : undefined;
  const blocks = renderBlocks(message.blocks, place);
  const hasText = blocks.length === 0 && message.text !== "";
  const broadcast =
    message.subtype === "thread_broadcast" && !where.inThread
      ? h("p", { class: "broadcast" }, "replied to a thread")
      : undefined;
  return h(
    "div",
    { class: "body" },
    broadcast,
    hasText ? h("div", { class: "text" }, mrkdwn(message.text), edited) : blocks,
    (message.attachments ?? []).map((entry) => attachment(entry, place)),
    (message.files ?? []).map(file),
    hasText ? undefined : edited,
  );
}

function reactions(message, where) {
  if (!message.reactions?.length) return undefined;
  const one = ({ name, users, count }) => {
    const names = users.map((id) => store.user(id)?.real_name ?? "someone").join(", ");
    const mine = users.includes(store.me);
    return h(
      "button",
      {
        type: "button",
        class: mine ? "reaction mine" : "reaction",
        "aria-pressed": String(mine),
        "aria-label": `${name.replaceAll("_", " ")}, ${count}`,
        title: `${names} reacted with :${name}:`,
        on: { click: () => void toggle(message, where, name) },
      },
      h("span", { class: "emoji" }, emojiOf(name) ?? `:${name}:`),
      String(count),
    );
  };
  return h("div", { class: "reactions" }, message.reactions.map(one));
}

function toggle(message, where, name) {
  return act("react", { as: store.me, channel: where.channel, ts: message.ts, name });
}

function threadLine(message, where) {
  if (where.inThread || !message.reply_count) return undefined;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(store.user(id), "small"));
  const label = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h(
    "a",
    { class: "thread-line", href: `#/${where.channel}/${message.ts}` },
    faces,
    h("b", {}, label),
    livingTime({ class: "last-reply" }, () => `Last reply ${ago(dateOf(message.latest_reply))}`),
  );
}

function toolbar(message, where) {
  const reactButton = h(
    "button",
    { type: "button", "aria-label": "Add reaction", title: "Add reaction", "aria-haspopup": "menu" },
    icon(icons.smile),
  );
  reactButton.addEventListener("click", () =>
    popup(
      reactButton,
      usualReactions.map((name) => ({
        label: emojiOf(name),
        title: name.replaceAll("_", " "),
        choose: () => void toggle(message, where, name),
      })),
      { className: "emoji-picker" },
    ),
  );
  const reply = where.inThread
    ? undefined
    : h(
        "a",
        {
          class: "tool",
          href: `#/${where.channel}/${message.thread_ts ?? message.ts}`,
          "aria-label": "Reply in thread",
          title: "Reply in thread",
        },
        icon(icons.reply),
      );
  const shortcuts = store.workspace.shortcuts.filter(({ type }) => type === "message");
  const more = h(
    "button",
    { type: "button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu" },
    icon(icons.more),
  );
  more.addEventListener("click", () =>
    popup(more, [
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name,
        description: store.workspace.bot.real_name,
        choose: () =>
          void act("shortcut", {
            as: store.me,
            callback_id: shortcut.callback_id,
            channel: where.channel,
            ts: message.ts,
          }),
      })),
      {
        label: "Copy link",
        choose: () =>
          void navigator.clipboard?.writeText(
            `${location.origin}/archives/${where.channel}/p${message.ts.replace(".", "")}`,
          ),
      },
    ]),
  );
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, reactButton, reply, more);
}
