import { getJson } from "./server.js";

const listeners = new Set();

/** What this page knows. Changed only here; everything on screen listens. */
export const store = {
  /** The person this page acts as. */
  me: undefined,
  workspace: undefined,
  /** channel id -> { messages, ephemerals }, both by ts. */
  rooms: new Map(),
  unread: new Map(),
  home: null,
  modal: null,
  depth: 0,
  user: (id) => store.workspace?.users.find((entry) => entry.id === id),
  channel: (id) =>
    store.workspace?.direct.id === id
      ? store.workspace.direct
      : store.workspace?.channels.find((entry) => entry.id === id),
};

/** @returns stops the listening */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announce(change) {
  for (const listener of [...listeners]) listener(change);
}

/** Loads the workspace as the person sees it. */
export async function loadWorkspace(user) {
  const workspace = await getJson("workspace", { as: user });
  if (user !== store.me) {
    store.rooms.clear();
    store.unread.clear();
  }
  Object.assign(store, { me: user, workspace, home: workspace.home, modal: workspace.modal, depth: workspace.depth });
  announce({ kind: "workspace" });
}

/** Loads a conversation once; later changes come over the stream. */
export async function loadRoom(channel) {
  const known = store.rooms.get(channel);
  if (known) return known;
  const { messages, ephemerals } = await getJson("conversation", { as: store.me, channel });
  const byTs = (list) => new Map(list.map((message) => [message.ts, message]));
  const room = { messages: byTs(messages), ephemerals: byTs(ephemerals) };
  store.rooms.set(channel, room);
  return room;
}

/** After a broken connection nothing that was loaded can be trusted. */
export function forgetRooms() {
  store.rooms.clear();
}

let localCount = 0;

/** A line only this page shows, as from Slackbot. */
export function addLocalNote(channel, text, threadTs) {
  localCount += 1;
  const ts = `${(Date.now() / 1000).toFixed(3)}${String(localCount % 1000).padStart(3, "0")}`;
  const message = { ts, user: "USLACKBOT", text, thread_ts: threadTs, plain: true };
  store.rooms.get(channel)?.ephemerals.set(ts, message);
  announce({ kind: "ephemeral", channel, message });
}

/** Applies what the server reports. */
export function apply(update) {
  const room = update.channel === undefined ? undefined : store.rooms.get(update.channel);
  switch (update.kind) {
    case "message": {
      const isNew = !room?.messages.has(update.message.ts) && update.message.edited === undefined;
      const isReply = update.message.thread_ts !== undefined && update.message.thread_ts !== update.message.ts;
      room?.messages.set(update.message.ts, update.message);
      if (isNew && !isReply && update.message.user !== store.me && !(update.message.reply_count > 0))
        store.unread.set(update.channel, (store.unread.get(update.channel) ?? 0) + 1);
      break;
    }
    case "message-gone":
      room?.messages.delete(update.ts);
      break;
    case "ephemeral":
      room?.ephemerals.set(update.message.ts, update.message);
      break;
    case "ephemeral-gone":
      room?.ephemerals.delete(update.ts);
      break;
    case "modal":
      Object.assign(store, { modal: update.view, depth: update.depth });
      break;
    case "home":
      store.home = update.view;
      break;
    case "workspace":
      void loadWorkspace(store.me);
      return;
    default:
      break;
  }
  announce(update);
}
