import { composer } from "./composer.js";
import { h, icon, icons } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { messageList } from "./message-list.js";
import { openSidebar } from "./sidebar.js";
import { listen, loadRoom, store } from "./store.js";

const isReply = (message) =>
  message.thread_ts !== undefined && message.thread_ts !== message.ts && message.subtype !== "thread_broadcast";

/** A channel or the direct conversation with the bot. */
export async function conversationPane(channel, tabs) {
  const info = store.channel(channel);
  if (!info) return missing();
  const room = await loadRoom(channel);
  const title = info.kind === "im" ? store.workspace.bot.real_name : info.name;
  const list = messageList({
    label: `Messages in ${title}`,
    where: { channel, inThread: false },
    header: beginning(info, title),
  });
  const box = composer({ channel, label: info.kind === "im" ? `Message ${title}` : `Message #${title}` });
  const stop = listen((change) => {
    if (change.channel !== channel) return;
    if (change.kind === "message" && (!isReply(change.message) || list.has(change.message.ts)))
      list.put(change.message);
    if (change.kind === "ephemeral" && !isReply(change.message)) list.put(change.message, true);
    if (change.kind === "message-gone" || change.kind === "ephemeral-gone") list.remove(change.ts);
  });
  const element = h(
    "section",
    { class: "pane conversation", "aria-label": title },
    paneHeader(info, title),
    tabs,
    list.element,
    info.is_archived ? h("p", { class: "archived" }, "This channel is archived.") : box.element,
  );
  const top = [...room.messages.values()].filter((message) => !isReply(message));
  const mine = [...room.ephemerals.values()].filter((message) => !isReply(message));
  return {
    element,
    ready: () => list.fill(top, mine),
    focus: () => box.focus(),
    show: (ts) => list.show(ts),
    close: () => {
      stop();
      list.close();
    },
  };
}

export function menuButton() {
  return h(
    "button",
    {
      type: "button",
      class: "only-narrow bar-button",
      "aria-label": "Open the list of channels",
      on: { click: openSidebar },
    },
    icon(icons.menu),
  );
}

function paneHeader(info, title) {
  const sign = info.kind === "im" ? undefined : icon(info.is_private ? icons.lock : icons.hash);
  return h(
    "header",
    { class: "bar" },
    menuButton(),
    h("h1", {}, sign, title),
    info.is_ext_shared ? h("span", { class: "badge" }, "Shared") : undefined,
    h("p", { class: "topic" }, withEmoji(info.topic ?? "")),
    info.kind === "im"
      ? undefined
      : h("span", { class: "members", title: `${info.members} members` }, icon(icons.people), String(info.members)),
  );
}

function beginning(info, title) {
  const text =
    info.kind === "im"
      ? `This is the very beginning of your direct message history with ${title}.`
      : `This is the very beginning of the #${title} channel. Messages are kept in memory only.`;
  return h("div", { class: "beginning" }, h("p", {}, text));
}

function missing() {
  const element = h(
    "section",
    { class: "pane conversation" },
    h("header", { class: "bar" }, menuButton(), h("h1", {}, "Not here")),
    h(
      "p",
      { class: "empty" },
      "You are not a member of this conversation. Choose another one, or act as somebody else.",
    ),
  );
  return { element, ready: () => undefined, focus: () => undefined, show: () => undefined, close: () => undefined };
}
