import { conversationPane } from "./conversation.js";
import { h } from "./dom.js";
import { appTabs, homePane } from "./home.js";
import { keepTimes } from "./living-time.js";
import { watchModal } from "./modal.js";
import { closePopup } from "./popup.js";
import { openStream } from "./server.js";
import { closeSidebar, sidebar } from "./sidebar.js";
import { apply, forgetRooms, listen, loadWorkspace, store } from "./store.js";
import { threadPane } from "./thread.js";
import { toast } from "./toast.js";

const app = document.getElementById("app");
const hold = {
  sidebar: h("div", { class: "sidebar-hold" }),
  main: h("main", {}),
  lost: h("p", { class: "lost", role: "status", hidden: true }, "Connection lost. Trying again..."),
};
let panes = [];
let closeStream;
let drawing = 0;

/** "#/C123/1700000000.000100" -> what to show */
function route() {
  const [, where = "", thread] = location.hash.split("/");
  if (where === "home") return { where: "home" };
  const known = store.channel(where);
  return {
    where: known ? where : (store.workspace.channels[0]?.id ?? store.workspace.direct.id),
    thread: known ? thread : undefined,
  };
}

function drawSidebar() {
  hold.sidebar.replaceChildren(sidebar(route().where, switchTo));
}

let counted = "";

/** Only the list of conversations: the menu of people below it may be open, and a storm of messages must not close it. */
function drawUnread() {
  const counts = JSON.stringify([...store.unread]);
  const old = hold.sidebar.querySelector(".side-scroll");
  if (counts === counted || !old) return;
  counted = counts;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const list = sidebar(route().where, switchTo).querySelector(".side-scroll");
  old.replaceWith(list);
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

/** Shows what the address says. A newer drawing wins over one that still loads. */
async function draw() {
  drawing += 1;
  const mine = drawing;
  closePopup();
  const { where, thread } = route();
  store.unread.delete(where);
  const isDirect = where === store.workspace.direct.id;
  const next =
    where === "home" ? [homePane()] : [await conversationPane(where, isDirect ? appTabs("messages") : undefined)];
  const side = thread === undefined ? undefined : await threadPane(where, thread);
  if (side) next.push(side);
  if (mine !== drawing) {
    for (const pane of next) pane.close();
    return;
  }
  for (const pane of panes) pane.close();
  panes = next;
  hold.main.classList.toggle("with-thread", side !== undefined);
  hold.main.replaceChildren(...next.map(({ element }) => element));
  for (const pane of next) pane.ready();
  if (thread !== undefined) next[0].show(thread);
  drawSidebar();
  // A phone would open its keyboard over the messages.
  if (matchMedia("(pointer: fine)").matches && !store.modal) (side ?? next[0]).focus();
}

async function switchTo(user) {
  sessionStorage.setItem("act-as", user);
  closeStream?.();
  // What one person may see must not stay on screen under another's name while theirs loads.
  for (const pane of panes) pane.close();
  panes = [];
  hold.main.replaceChildren();
  await loadWorkspace(user);
  closeSidebar();
  await connect();
  await draw();
}

/**
 * Changes that come while the connection is down are lost, so everything is loaded again after it. Done once the connection
 * stands, or does not: what is loaded before it stands would lack what comes in between.
 */
async function connect() {
  let wasLost = false;
  const { promise: settled, resolve: settle } = Promise.withResolvers();
  closeStream = openStream(store.me, apply, (state) => {
    settle();
    hold.lost.hidden = state === "open";
    if (state === "refused") return void reloadWhenBack();
    if (state === "lost") {
      wasLost = true;
      return;
    }
    if (!wasLost) return;
    wasLost = false;
    void catchUp(store.me);
  });
  await settled;
}

const retryMs = 1_000;

/** Loads everything anew, as often as it takes: a network that changes breaks requests for some seconds more. */
async function catchUp(user) {
  while (user === store.me) {
    forgetRooms();
    try {
      await loadWorkspace(user);
      await draw();
      hold.lost.hidden = true;
      return;
    } catch {
      hold.lost.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** Loads the page afresh once the server answers; before that the browser would show its own error page. */
async function reloadWhenBack() {
  for (;;) {
    const isBack = await fetch("/").then(
      (response) => response.ok,
      () => false,
    );
    if (isBack) return location.reload();
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function start() {
  const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("act-as");
  const first = document.querySelector('meta[name="first-user"]')?.getAttribute("content") ?? "";
  try {
    await loadWorkspace(asked ?? first);
  } catch {
    await loadWorkspace(first); // the remembered person is not in this workspace any more
  }
  app.replaceChildren(
    hold.lost,
    h("div", { class: "layout" }, hold.sidebar, h("div", { class: "shade", on: { click: closeSidebar } }), hold.main),
  );
  const connected = connect();
  keepTimes();
  window.addEventListener("hashchange", () => void draw());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSidebar();
  });
  listen((change) => {
    if (change.kind === "workspace") drawSidebar();
    if (change.kind === "notice") toast(change.text);
    if (change.kind !== "message") return;
    if (change.channel === route().where && document.hasFocus()) store.unread.delete(change.channel);
    drawUnread();
  });
  window.addEventListener("focus", () => {
    store.unread.delete(route().where);
    drawUnread();
  });
  await connected;
  await draw().catch(() => catchUp(store.me));
  watchModal();
}

start().catch((error) => app.replaceChildren(h("p", { class: "starting" }, error.message)));
