import { h } from "./dom.js";

const shownMs = 8_000;

/** A short message at the bottom of the page. */
export function toast(text) {
  const hold = document.querySelector(".toasts") ?? document.body.appendChild(h("div", { class: "toasts" }));
  const note = h("p", { class: "toast", role: "alert" }, text);
  // Above an open dialog everything else is inert and covered; the popover layer is not.
  hold.setAttribute("popover", "manual");
  hold.append(note);
  hold.hidePopover?.();
  hold.showPopover?.();
  setTimeout(() => note.remove(), shownMs);
}
