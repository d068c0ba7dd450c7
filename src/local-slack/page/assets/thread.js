import { composer } from "./composer.js";
import { h, icon, icons } from "./dom.js";
import { messageList } from "./message-list.js";
import { listen, loadRoom, store } from "./store.js";

/** The panel with a message and its replies. */
export async function threadPane(channel, ts) {
  const room = await loadRoom(channel);
  const parent = room.messages.get(ts);
  if (!parent) return undefined;
  const belongs = (message) => message.ts === ts || message.thread_ts === ts;
  const list = messageList({ label: "Thread", where: { channel, inThread: true }, dividers: false });
  const box = composer({ channel, label: "Reply", threadTs: ts });
  const count = h("p", { class: "topic" });
  const recount = () => {
    const replies = [...(store.rooms.get(channel)?.messages.values() ?? [])].filter(
      (message) => belongs(message) && message.ts !== ts,
    ).length;
    count.textContent = replies === 0 ? "No replies yet" : `${replies} ${replies === 1 ? "reply" : "replies"}`;
  };
  const stop = listen((change) => {
    if (change.channel !== channel) return;
    if (change.kind === "message" && belongs(change.message)) list.put(change.message);
    if (change.kind === "ephemeral" && belongs(change.message)) list.put(change.message, true);
    if (change.kind === "message-gone" || change.kind === "ephemeral-gone") list.remove(change.ts);
    recount();
  });
  const title =
    store.channel(channel)?.kind === "im" ? store.workspace.bot.real_name : `#${store.channel(channel)?.name ?? ""}`;
  const element = h(
    "aside",
    { class: "pane thread", "aria-label": `Thread in ${title}` },
    h(
      "header",
      { class: "bar" },
      h("h2", {}, "Thread"),
      h("span", { class: "topic" }, title),
      count,
      h(
        "a",
        { class: "bar-button close-thread", href: `#/${channel}`, "aria-label": "Close thread" },
        icon(icons.close),
      ),
    ),
    list.element,
    box.element,
  );
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) location.hash = `#/${channel}`;
  });
  recount();
  return {
    element,
    ready: () => list.fill([...room.messages.values()].filter(belongs), [...room.ephemerals.values()].filter(belongs)),
    focus: () => box.focus(),
    close: () => {
      stop();
      list.close();
    },
  };
}
