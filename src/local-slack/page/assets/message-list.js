import { dayName } from "./dates.js";
import { h } from "./dom.js";
import { messageRow } from "./message.js";
import { whilePressed } from "./while-pressed.js";

const groupMs = 5 * 60_000;
const shownAtFirst = 200;
const nearBottomPx = 120;
const aboveTallPx = 8;

/**
 * A list of messages that changes in place: a row is replaced only when its message is, so what people are doing
 * elsewhere in the list stays as it is. Follows the newest message while the reader is there.
 */
export function messageList({ label, where, header, dividers = true }) {
  const rows = new Map();
  let order = [];
  const hold = h("div", { class: "rows", role: "log", "aria-live": "polite", "aria-label": label });
  const scroller = h("div", { class: "scroller", tabindex: "0" }, header, hold);
  const isAtBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearBottomPx;
  // What is kept in view while content comes and grows (images and snippets do so after they load), until the reader moves away:
  // "newest" from where it begins, or the "bottom" where the reader has gone.
  let follow = "newest";
  let lastTop = 0;
  const newestRow = () => rows.get(order.at(-1));
  const isTall = (row) => row !== undefined && row.offsetHeight > scroller.clientHeight;
  const notice = () => {
    const { scrollTop } = scroller;
    if (scrollTop === lastTop) return;
    if (isAtBottom()) follow = "bottom";
    else if (scrollTop < lastTop || isTall(newestRow())) follow = undefined;
    lastTop = scrollTop;
  };
  /** A message that is higher than the window is read from its first line. */
  const keepInView = () => {
    const row = newestRow();
    const begin = row && row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - aboveTallPx;
    scroller.scrollTop = follow === "newest" && isTall(row) ? scroller.scrollTop + begin : scroller.scrollHeight;
    lastTop = scroller.scrollTop;
  };
  scroller.addEventListener("scroll", notice);
  const watcher = new ResizeObserver(() => {
    notice(); // the reader may have scrolled, and the event be still to come
    if (follow) keepInView();
  });
  watcher.observe(hold);

  const arrange = () => {
    order.sort();
    let before;
    for (const ts of order) {
      const row = rows.get(ts);
      const newDay = dividers && row.dataset.day !== before?.dataset.day;
      const divider = row.previousElementSibling?.classList.contains("day") ? row.previousElementSibling : undefined;
      if (newDay && !divider)
        row.before(h("div", { class: "day", role: "separator" }, h("span", {}, dayName(new Date(row.dataset.day)))));
      if (!newDay) divider?.remove();
      const close = before && Number(ts) * 1000 - Number(before.dataset.ts) * 1000 < groupMs;
      const follows =
        close &&
        !newDay &&
        before.dataset.user === row.dataset.user &&
        !row.dataset.tomb &&
        !before.classList.contains("ephemeral") &&
        !row.classList.contains("ephemeral");
      row.classList.toggle("follows", Boolean(follows));
      before = row;
    }
  };

  const put = (message, ephemeral) => {
    const row = messageRow(message, { ...where, ephemeral });
    const old = rows.get(message.ts);
    rows.set(message.ts, row);
    if (old) return replaceRow(old, row);
    order.push(message.ts);
    const next = order.filter((ts) => ts > message.ts).sort()[0];
    const anchor = next === undefined ? null : rows.get(next);
    const above = anchor?.previousElementSibling?.classList.contains("day") ? anchor.previousElementSibling : anchor;
    hold.insertBefore(row, above);
  };

  const { soon, close } = whilePressed(hold);
  const putNow = (message, ephemeral) => {
    notice();
    const newest = order.at(-1);
    put(message, ephemeral);
    arrange();
    if (follow && order.at(-1) !== newest) follow = "newest";
    if (follow) keepInView();
  };
  const removeNow = (ts) => {
    const row = rows.get(ts);
    if (row?.previousElementSibling?.classList.contains("day")) row.previousElementSibling.remove();
    row?.remove();
    rows.delete(ts);
    order = order.filter((other) => other !== ts);
    arrange();
  };

  return {
    element: scroller,
    /** Fills the list; the oldest wait behind a button when there are many. */
    fill(messages, ephemerals) {
      const all = [
        ...messages.map((message) => [message, false]),
        ...ephemerals.map((message) => [message, true]),
      ].sort((a, b) => (a[0].ts < b[0].ts ? -1 : 1));
      const later = all.slice(-shownAtFirst);
      for (const [message, ephemeral] of later) put(message, ephemeral);
      const earlier = all.slice(0, -shownAtFirst);
      if (earlier.length > 0) {
        const button = h("button", { type: "button", class: "btn earlier" }, `Show ${earlier.length} earlier messages`);
        button.addEventListener("click", () => {
          button.remove();
          for (const [message, ephemeral] of earlier) put(message, ephemeral);
          arrange();
        });
        hold.before(button);
      }
      arrange();
      keepInView();
    },
    put: (message, ephemeral = false) => soon(() => putNow(message, ephemeral)),
    remove: (ts) => soon(() => removeNow(ts)),
    show: (ts) => rows.get(ts)?.scrollIntoView({ block: "center" }),
    has: (ts) => rows.has(ts),
    close() {
      close();
      watcher.disconnect();
    },
  };
}

/** The focus stays on the same control of the new row. */
function replaceRow(old, row) {
  const active = old.contains(document.activeElement) ? document.activeElement : undefined;
  const key = active?.dataset?.key;
  const selection =
    active && "selectionStart" in active && active.selectionStart !== null
      ? [active.selectionStart, active.selectionEnd]
      : undefined;
  old.replaceWith(row);
  if (!key) return;
  const again = row.querySelector(`[data-key="${CSS.escape(key)}"]`);
  again?.focus({ preventScroll: true });
  if (selection && again && "setSelectionRange" in again && again.type !== "email")
    again.setSelectionRange(...selection);
}
