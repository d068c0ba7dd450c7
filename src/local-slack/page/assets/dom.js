/**
 * Makes an element. Text always becomes text nodes, so nothing a message contains can become markup.
 * props: `class`, `on` (listeners), `data` (data-*), anything else an attribute; false, null and undefined are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** Appends children, however nested, leaving out what is not there. */
export function append(element, children) {
  for (const child of [children].flat(Number.POSITIVE_INFINITY))
    if (child !== undefined && child !== null && child !== false && child !== "") element.append(child);
  return element;
}

/** An icon drawn with one path on a 24-unit square. */
export function icon(path, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  if (label === undefined) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const icons = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  reply: "M4 5h16v11H10l-4 4v-4H4z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.2c1.8 2.4 5.2 2.4 7 0M9 9.5v.6M15 9.5v.6",
  more: "M5.500 12a.5.5 0 1 0-1 0 .5.5 0 0 0 1 0M12.500 12a.5.5 0 1 0-1 0 .5.5 0 0 0 1 0M19.500 12a.5.5 0 1 0-1 0 .5.5 0 0 0 1 0",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  send: "M4 12 20 4l-5 16-4-7z",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.6-4 3-6 6.500-6s5.900 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6M18 14.500c2 .7 3.200 2.500 3.600 5.500",
  pulse: "M3 13h4l3-8 4 14 3-6h4",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
};

/** The address when a link may lead there, else undefined. */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** A link to elsewhere; only its label when the address is not allowed. */
export function outerLink(address, ...label) {
  const href = safeUrl(address);
  if (href === undefined) return h("span", {}, ...label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", title: href }, ...label);
}
