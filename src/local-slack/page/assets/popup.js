import { h } from "./dom.js";

let current;

export function closePopup() {
  current?.close();
}

/**
 * A menu at a button. Entries: { label, description?, choose }. Arrow keys move, Esc closes and gives the focus back.
 */
export function popup(anchor, entries, { className = "" } = {}) {
  const again = current?.anchor === anchor;
  closePopup();
  if (again || entries.length === 0) return;
  const items = entries.map(({ label, description, choose, title }) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        title,
        "aria-label": title,
        on: {
          click: () => {
            close();
            choose();
          },
        },
      },
      h("span", {}, label),
      description ? h("small", {}, description) : undefined,
    ),
  );
  const menu = h("div", { class: `popup ${className}`, role: "menu" }, items);
  const close = () => {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    current = undefined;
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close();
  };
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const at = items.indexOf(document.activeElement);
      items[(at + step + items.length) % items.length]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
      anchor.focus();
    }
  });
  // Inside a modal dialog everything outside it is inert, so the menu must live in there too.
  (anchor.closest("dialog") ?? document.body).append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  current = { anchor, close };
  items[0]?.focus();
}

function place(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8));
  const below = at.bottom + 4 + size.height < window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - size.height - 4)}px`;
}
