import { h, outerLink } from "./dom.js";
import { withEmoji } from "./emoji.js";

/** A markdown block: the common part of standard Markdown. */
export function markdown(text) {
  const nodes = [];
  const lines = String(text).split("\n");
  for (let i = 0; i < lines.length; ) {
    const taken =
      fence(lines, i) ??
      heading(lines, i) ??
      table(lines, i) ??
      list(lines, i) ??
      quote(lines, i) ??
      paragraph(lines, i);
    if (taken.node) nodes.push(taken.node);
    i += taken.lines;
  }
  return h("div", { class: "markdown" }, nodes);
}

function run(lines, start, belongs) {
  let end = start;
  while (end < lines.length && belongs(lines[end])) end += 1;
  return lines.slice(start, end);
}

function fence(lines, start) {
  if (!/^\s*```/.test(lines[start])) return undefined;
  const body = run(lines, start + 1, (line) => !/^\s*```/.test(line));
  return { lines: body.length + 2, node: h("pre", { class: "code-block" }, body.join("\n")) };
}

function heading(lines, start) {
  const match = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines[start]);
  if (match) return { lines: 1, node: h(`h${Math.min(match[1].length + 2, 6)}`, {}, inline(match[2])) };
  return /^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[start]) ? { lines: 1, node: h("hr") } : undefined;
}

function table(lines, start) {
  if (!/\|/.test(lines[start]) || !/^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[start + 1] ?? "")) return undefined;
  const rows = run(lines, start, (line) => line.includes("|"));
  const cells = (line, tag) =>
    line
      .replace(/^\s*\||\|\s*$/g, "")
      .split("|")
      .map((cell) => h(tag, {}, inline(cell.trim())));
  const [head, , ...body] = rows;
  return {
    lines: rows.length,
    node: h(
      "table",
      {},
      h("thead", {}, h("tr", {}, cells(head, "th"))),
      h(
        "tbody",
        {},
        body.map((row) => h("tr", {}, cells(row, "td"))),
      ),
    ),
  };
}

const item = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

function list(lines, start) {
  if (!item.test(lines[start])) return undefined;
  const entries = run(lines, start, (line) => item.test(line)).map((line) => item.exec(line));
  const tag = entries[0][2] === undefined ? "ul" : "ol";
  const box = (mark) => (mark === undefined ? "" : mark === " " ? "☐ " : "☑ ");
  const items = entries.map(([, space, , mark, text]) =>
    h("li", { class: `indent-${Math.min(Math.floor(space.length / 2), 8)}` }, box(mark), inline(text)),
  );
  return { lines: entries.length, node: h(tag, {}, items) };
}

function quote(lines, start) {
  if (!/^\s*>/.test(lines[start])) return undefined;
  const body = run(lines, start, (line) => /^\s*>/.test(line));
  return {
    lines: body.length,
    node: h("blockquote", {}, inline(body.map((line) => line.replace(/^\s*> ?/, "")).join("\n"))),
  };
}

function paragraph(lines, start) {
  if (lines[start].trim() === "") return { lines: 1 };
  const body = run(
    lines,
    start,
    (line) => line.trim() !== "" && !item.test(line) && !/^\s*(#{1,6}\s|```|>)/.test(line),
  );
  const used = Math.max(body.length, 1);
  return { lines: used, node: h("p", {}, inline(lines.slice(start, start + used).join("\n"))) };
}

const construct =
  /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|(?<![\w*])\*([^*\s][^*]*?)\*(?!\w)|(?<![\w_])_([^_\s][^_]*?)_(?!\w)|\[([^\]]+)\]\((\S+?)\)|(https?:\/\/[^\s)<>]*[^\s)<>.,;:!?])/g;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(construct)) {
    const [all, code, bold, bold2, strike, italic, italic2, label, target, address] = match;
    nodes.push(withEmoji(text.slice(end, match.index)));
    if (code !== undefined) nodes.push(h("code", {}, code));
    else if (bold ?? bold2) nodes.push(h("b", {}, inline(bold ?? bold2)));
    else if (strike) nodes.push(h("s", {}, inline(strike)));
    else if (italic ?? italic2) nodes.push(h("i", {}, inline(italic ?? italic2)));
    else if (label) nodes.push(outerLink(target, inline(label)));
    else nodes.push(outerLink(address, address));
    end = match.index + all.length;
  }
  nodes.push(withEmoji(text.slice(end)));
  return nodes;
}
