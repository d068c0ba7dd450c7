import { avatar } from "./avatar.js";
import { h, icon, icons } from "./dom.js";
import { popup } from "./popup.js";
import { act } from "./server.js";
import { store } from "./store.js";

const kinds = { guest: "guest", stranger: "another workspace", app: "app" };

/** Channels, the app, and who this page acts as. */
export function sidebar(current, switchTo) {
  const { workspace } = store;
  const entry = (href, label, sign, isCurrent, unread = 0) =>
    h(
      "a",
      {
        href,
        class: unread > 0 ? "unread" : undefined,
        "aria-current": isCurrent ? "page" : undefined,
        on: { click: closeSidebar },
      },
      sign,
      h("span", { class: "name" }, label),
      unread > 0
        ? h(
            "span",
            { class: "count", "aria-label": `${unread} new ${unread === 1 ? "message" : "messages"}` },
            String(unread),
          )
        : undefined,
    );
  const channels = workspace.channels.map((room) =>
    entry(
      `#/${room.id}`,
      room.name,
      icon(room.is_private ? icons.lock : icons.hash),
      current === room.id,
      store.unread.get(room.id),
    ),
  );
  const bot = store.user(workspace.bot.id);
  const globals = workspace.shortcuts.filter(({ type }) => type === "global");
  const shortcuts = h("button", { type: "button", class: "side-button", "aria-haspopup": "menu" }, "Shortcuts");
  shortcuts.addEventListener("click", () =>
    popup(
      shortcuts,
      globals.map(({ name, callback_id }) => ({
        label: name,
        choose: () => void act("shortcut", { as: store.me, callback_id }),
      })),
    ),
  );
  return h(
    "nav",
    { class: "sidebar", "aria-label": "Workspace" },
    h(
      "header",
      {},
      h("b", {}, workspace.team.name),
      h("span", { class: "stand-in", title: "A stand-in for Slack on this machine" }, "local"),
    ),
    h(
      "div",
      { class: "side-scroll" },
      h("p", { class: "side-group" }, "Channels"),
      channels,
      h("p", { class: "side-group" }, "Direct messages"),
      entry(
        `#/${workspace.direct.id}`,
        workspace.bot.real_name,
        avatar(bot, "small"),
        current === workspace.direct.id,
        store.unread.get(workspace.direct.id),
      ),
      h("p", { class: "side-group" }, "Apps"),
      entry("#/home", `${workspace.bot.real_name} home`, icon(icons.home), current === "home"),
      globals.length > 0 ? shortcuts : undefined,
    ),
    h("footer", {}, connection(workspace.bot), actingAs(switchTo)),
  );
}

function connection(bot) {
  const text = bot.connected ? `${bot.real_name} is connected` : `${bot.real_name} is not connected yet`;
  return h("p", { class: bot.connected ? "bot-state on" : "bot-state", role: "status" }, text);
}

function actingAs(switchTo) {
  const people = store.workspace.users.filter(({ kind }) => kind !== "app");
  const options = people.map((user) => h("option", { value: user.id, selected: user.id === store.me }, user.real_name));
  const me = store.user(store.me);
  const note = [me?.title, kinds[me?.kind]].filter(Boolean).join(", ");
  const select = h(
    "select",
    { "aria-label": "Act as", on: { change: (event) => switchTo(event.target.value) } },
    options,
  );
  return h(
    "label",
    { class: "acting" },
    avatar(me, "small"),
    h("span", {}, note ? `Act as (${note})` : "Act as"),
    select,
  );
}

export function openSidebar() {
  document.body.classList.add("sidebar-open");
  document.querySelector(".sidebar a[aria-current], .sidebar a")?.focus();
}

export function closeSidebar() {
  document.body.classList.remove("sidebar-open");
}
