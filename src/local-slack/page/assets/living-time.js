import { h } from "./dom.js";

const everyMs = 10_000;
const words = new WeakMap();

/** A moment whose words change while somebody looks ("2 minutes ago"), told by `text`. A screen reader is not told each minute. */
export function livingTime(props, text) {
  const time = h("time", { ...props, data: { living: "" }, "aria-live": "off" }, text());
  words.set(time, text);
  return time;
}

/** Keeps what says how long ago something was true, for as long as the page is open. */
export function keepTimes() {
  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-living]")) {
      const text = words.get(time)?.();
      if (text !== undefined && text !== time.textContent) time.textContent = text;
    }
  }, everyMs);
}
