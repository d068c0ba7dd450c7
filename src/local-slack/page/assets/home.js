import { avatar } from "./avatar.js";
import { renderBlocks } from "./blocks.js";
import { menuButton } from "./conversation.js";
import { h } from "./dom.js";
import { placeOf } from "./place.js";
import { act } from "./server.js";
import { listen, store } from "./store.js";

/** The tabs of the app: its Home and the direct conversation. */
export function appTabs(current) {
  const tab = (name, label, href) => h("a", { href, "aria-current": current === name ? "page" : undefined }, label);
  return h(
    "nav",
    { class: "tabs", "aria-label": "App" },
    tab("home", "Home", "#/home"),
    tab("messages", "Messages", `#/${store.workspace.direct.id}`),
  );
}

/** The App Home, on which the bot publishes a view for each person. */
export function homePane() {
  const body = h("div", { class: "scroller home", tabindex: "0" });
  const draw = () => {
    const view = store.home;
    body.replaceChildren(...(view ? renderBlocks(view.blocks, placeOf({ view_id: view.id })) : [empty()]));
  };
  const stop = listen((change) => {
    if (change.kind === "home") draw();
  });
  draw();
  void act("home", { as: store.me, tab: "home" });
  const { bot } = store.workspace;
  const element = h(
    "section",
    { class: "pane conversation", "aria-label": `${bot.real_name} home` },
    h(
      "header",
      { class: "bar" },
      menuButton(),
      avatar(store.user(bot.id), "small"),
      h("h1", {}, bot.real_name),
      h("span", { class: "badge" }, "App"),
    ),
    appTabs("home"),
    body,
  );
  return { element, ready: () => undefined, focus: () => undefined, show: () => undefined, close: stop };
}

function empty() {
  return h("p", { class: "empty" }, `${store.workspace.bot.real_name} has not published anything here yet.`);
}
