import { h } from "./dom.js";
import { textObject } from "./text-object.js";

/** Asks when the element has a confirm object; true without one. */
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      dialog.remove();
      resolve(yes);
    };
    const dialog = h(
      "dialog",
      { class: "dialog confirm", "aria-label": confirm.title?.text ?? "Are you sure?" },
      h("h2", {}, textObject(confirm.title) || "Are you sure?"),
      h("div", { class: "dialog-body" }, textObject(confirm.text)),
      h(
        "footer",
        {},
        h(
          "button",
          { type: "button", class: "btn", on: { click: () => answer(false) } },
          textObject(confirm.deny) || "Cancel",
        ),
        h(
          "button",
          {
            type: "button",
            class: `btn ${confirm.style === "danger" ? "danger" : "primary"} solid`,
            autofocus: true,
            on: { click: () => answer(true) },
          },
          textObject(confirm.confirm) || "OK",
        ),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      answer(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
