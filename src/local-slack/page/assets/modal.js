import { renderBlocks } from "./blocks.js";
import { h, icon, icons } from "./dom.js";
import { placeOf } from "./place.js";
import { act } from "./server.js";
import { listen, store } from "./store.js";
import { textObject } from "./text-object.js";

const trouble = {
  operation_timeout: "We had some trouble connecting: the app did not respond in time (operation_timeout). Try again?",
  dispatch_failed: "We had some trouble connecting: the app could not be reached (dispatch_failed). Try again?",
  dispatch_unknown_error:
    "We had some trouble connecting: the app's answer could not be used (dispatch_unknown_error). Try again?",
};

/** Shows the person's visible modal, if there is one, and keeps it up to date. */
export function watchModal() {
  let dialog;
  let shown;
  const close = () => {
    dialog?.close();
    dialog?.remove();
    dialog = undefined;
    shown = undefined;
  };
  const draw = () => {
    const view = store.modal;
    if (!view) return close();
    if (shown?.id !== view.id) {
      close();
      dialog = h("dialog", { class: "dialog modal", "aria-label": view.title?.text });
      // Esc, and Chromium's own ways of closing, go to the bot like the close button.
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        void act("close", { as: store.me, view_id: dialog.dataset.viewId });
      });
      document.body.append(dialog);
      fill(dialog, view, draw);
      dialog.showModal();
      (
        dialog.querySelector("[autofocus], .dialog-body input, .dialog-body textarea, .dialog-body select") ??
        dialog.querySelector("footer button:last-child")
      )?.focus();
    } else refill(dialog, view, draw);
    shown = view;
  };
  listen((change) => {
    if (change.kind === "modal" || change.kind === "workspace") draw();
  });
  draw();
}

/** An update keeps the focus and the scroll position. */
function refill(dialog, view, redraw) {
  const key = document.activeElement?.dataset?.key;
  const scroll = dialog.querySelector(".dialog-body")?.scrollTop ?? 0;
  fill(dialog, view, redraw);
  const body = dialog.querySelector(".dialog-body");
  if (body) body.scrollTop = scroll;
  if (key) dialog.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function fill(dialog, view, redraw) {
  const place = placeOf({ view_id: view.id });
  dialog.dataset.viewId = view.id;
  dialog.setAttribute("aria-label", view.title?.text ?? "Dialog");
  const close = () => void act("close", { as: store.me, view_id: view.id });
  const banner = h("p", { class: "banner", role: "alert", hidden: true });
  const submit = view.submit
    ? h("button", { type: "submit", class: "btn primary solid" }, textObject(view.submit))
    : undefined;
  const send = async () => {
    if (submit?.getAttribute("aria-busy") === "true") return;
    submit?.setAttribute("aria-busy", "true");
    const outcome = await act("submit", { as: store.me, view_id: view.id, entered: place.all() });
    submit?.removeAttribute("aria-busy");
    place.errors = outcome.errors ?? {};
    if (outcome.ok) return;
    if (outcome.errors) {
      redraw();
      dialog.querySelector(".has-error input, .has-error textarea, .has-error select, .has-error [tabindex]")?.focus();
      return;
    }
    banner.textContent = trouble[outcome.error] ?? `We had some trouble connecting (${outcome.error}).`;
    banner.hidden = false;
  };
  const form = h(
    "form",
    {
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          void send();
        },
      },
    },
    h(
      "header",
      {},
      h("h2", {}, textObject(view.title)),
      h(
        "button",
        { type: "button", class: "bar-button", "aria-label": "Close dialog", on: { click: close } },
        icon(icons.close),
      ),
    ),
    h("div", { class: "dialog-body" }, banner, renderBlocks(view.blocks, place)),
    h(
      "footer",
      {},
      h(
        "button",
        { type: "button", class: "btn", on: { click: close } },
        view.close ? textObject(view.close) : view.submit ? "Cancel" : "Close",
      ),
      submit,
    ),
  );
  dialog.replaceChildren(form);
}
