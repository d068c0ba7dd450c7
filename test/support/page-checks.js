// Runs inside the page, as text: what a reader with a keyboard, poor sight or a screen reader would stumble over.
export default {
  /** Relative luminance and contrast as in WCAG 2.2; elements whose text is harder to read than 4.5 : 1. */
  lowContrast() {
    const rgb = (text) => (/rgba?\(([^)]+)\)/.exec(text)?.[1] ?? "").split(/[ ,/]+/).map(Number);
    const luminance = ([r = 0, g = 0, b = 0]) => {
      const part = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const backOf = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = rgb(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!element || !node.textContent.trim() || element.closest("script, svg, .hidden, .skip, option, noscript"))
        continue;
      const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(backOf(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5)
        found.push(`${contrast.toFixed(2)} ${element.className} ${node.textContent.trim().slice(0, 40)}`);
    }
    return [...new Set(found)];
  },

  /** Fields and buttons without a name, pictures without words, headings that skip a level, targets too small for a thumb. */
  unnamed() {
    const found = [];
    for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
      if (!field.labels?.length && !field.getAttribute("aria-label") && !field.getAttribute("aria-labelledby"))
        found.push(field.outerHTML);
    for (const button of document.querySelectorAll("button, a[href], summary, [role=menuitem]"))
      if (
        !button.textContent.trim() &&
        !button.getAttribute("aria-label") &&
        !button.querySelector("img[alt]:not([alt=''])")
      )
        found.push(button.outerHTML);
    for (const picture of document.querySelectorAll("img"))
      if (!picture.hasAttribute("alt")) found.push(picture.outerHTML);
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
      const own = Number(heading.tagName.slice(1));
      if (own > level + 1) found.push(heading.outerHTML);
      level = own;
    }
    // What is folded away has no size yet.
    for (const button of document.querySelectorAll(
      "main button:not([hidden]), main select, main input:not([type=hidden])",
    ))
      if (button.checkVisibility() && button.getBoundingClientRect().height < 24) found.push(button.outerHTML);
    return found;
  },

  /** What a screen reader goes by: language, title, one first heading, landmarks, names that lead somewhere. */
  structure() {
    const found = [];
    if (!document.documentElement.lang) found.push("no language");
    if (!document.title.trim()) found.push("no title");
    const first = [...document.querySelectorAll("h1")];
    if (first.length !== 1) found.push(`${first.length} first headings`);
    if (document.querySelectorAll("main").length !== 1) found.push("not one main part");
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push(`twice #${id}`);
    for (const name of ["for", "aria-labelledby", "aria-describedby"])
      for (const element of document.querySelectorAll(`[${name}]`))
        for (const id of element.getAttribute(name).split(/\s+/))
          if (!ids.includes(id)) found.push(`${name}=${id} leads nowhere`);
    for (const element of document.querySelectorAll(
      "dialog, [role=region], nav, aside, [role=log], [role=toolbar], [role=menu]",
    ))
      if (!element.getAttribute("aria-label") && !element.getAttribute("aria-labelledby"))
        found.push(element.outerHTML.slice(0, 120));
    for (const element of document.querySelectorAll("[role=img]"))
      if (!element.getAttribute("aria-label") && !element.getAttribute("aria-labelledby"))
        found.push(element.outerHTML.slice(0, 120));
    for (const element of document.querySelectorAll("[tabindex]"))
      if (element.tabIndex > 0) found.push(`order of its own: ${element.outerHTML.slice(0, 120)}`);
    return found;
  },

  /** Everything a keyboard reaches, without a sign of being there. The last key must have been a key. */
  focusUnseen() {
    const found = [];
    const before = document.activeElement;
    const within = document.querySelector("dialog[open]") ?? document;
    for (const element of within.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
    )) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled) continue;
      document.activeElement?.blur?.();
      // A frame around the field counts as well.
      const frames = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean);
      const seen = () =>
        frames.map((frame) => {
          const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(frame);
          return `${outlineStyle === "none" ? "" : outlineWidth} ${boxShadow} ${borderColor}`;
        });
      const unfocused = seen().join();
      element.focus({ focusVisible: true, preventScroll: true });
      if (seen().join() === unfocused) found.push(element.outerHTML.slice(0, 160));
    }
    before?.focus?.();
    return found;
  },

  /** Where the keyboard is, and how that is shown. */
  focused() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = (element.getAttribute("name") ?? element.textContent).trim().replace(/\s+/g, " ");
    return { name, outline: `${outlineStyle} ${outlineWidth}` };
  },
};
