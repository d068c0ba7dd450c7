import { fillDate } from "./dates.js";
import { h, outerLink } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { livingTime } from "./living-time.js";
import { mention } from "./mention.js";

const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

function decode(text) {
  return text.replaceAll(/&(?:amp|lt|gt);/g, (entity) => entities[entity]);
}

/**
 * Slack's mrkdwn as nodes: code blocks, quotes, and everything that lies inside a line. `verbatim`: bare addresses stay text, as
 * Slack does where the text object asks for it.
 */
export function mrkdwn(text, { verbatim = false } = {}) {
  return String(text)
    .split(/```\n?([\s\S]*?)\n?```/g)
    .flatMap((piece, index) => {
      if (index % 2 === 1) return piece === "" ? [] : [h("pre", { class: "code-block" }, codeNodes(piece))];
      return paragraphs(piece.replace(index > 0 ? /^\n/ : /^/, ""), !verbatim);
    });
}

/** Lines that start with > belong together in one quote. */
function paragraphs(text, links) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length > 0) nodes.push(h("blockquote", {}, inline(quoted.join("\n"), links)));
    quoted = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.length > 0) nodes.push(...inline(plain.join("\n"), links));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      flushPlain();
      quoted.push(quote[1]);
    } else {
      if (quoted.length > 0) flush();
      plain.push(line);
    }
  }
  flush();
  flushPlain();
  return nodes;
}

/** Inside code only links and mentions keep their meaning. */
function codeNodes(text) {
  return text
    .split(/(<[^<>\n]+>)/g)
    .map((piece) => (/^<[^<>]+>$/.test(piece) ? angle(piece.slice(1, -1)) : decode(piece)));
}

// One alternative for each construct; the first that matches wins, so code and links protect what is in them.
const construct =
  /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?=[^\s*])([^\n]*?[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^\n]*?[^\s_])_(?![\w_])|(?<![\w~])~(?=[^\s~])([^\n]*?[^\s~])~(?![\w~])|:([a-z0-9_+'-]+)(?:::skin-tone-\d)?:|(https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?)\]'"*_~])/g;

/** Everything that lies inside a line; line breaks stay as characters (the styles keep them). `links`: bare addresses become links. */
export function inline(text, links = true) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(construct)) {
    const [all, code, inAngles, bold, italic, strike, name, address] = match;
    const node =
      code !== undefined
        ? h("code", {}, codeNodes(code))
        : inAngles !== undefined
          ? angle(inAngles)
          : bold !== undefined
            ? h("b", {}, inline(bold, links))
            : italic !== undefined
              ? h("i", {}, inline(italic, links))
              : strike !== undefined
                ? h("s", {}, inline(strike, links))
                : name !== undefined
                  ? emojiNode(name, all)
                  : links
                    ? outerLink(decode(address), decode(address))
                    : decode(address);
    nodes.push(decode(text.slice(end, match.index)), node);
    end = match.index + all.length;
  }
  nodes.push(decode(text.slice(end)));
  return nodes.filter((node) => node !== "");
}

export function emojiNode(name, fallback = `:${name}:`) {
  const character = emojiOf(name);
  return character === undefined
    ? fallback
    : h(
        "span",
        { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
        character,
      );
}

/** What stands between < and >: a mention, a date, or a link. */
function angle(content) {
  const bar = content.indexOf("|");
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? undefined : decode(content.slice(bar + 1));
  if (target.startsWith("@") || target.startsWith("#")) return mention(target, label);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return mention(target, label);
  if (!/^(https?:|mailto:)/.test(target)) return decode(`<${content}>`);
  const address = decode(target);
  const shown = label ?? address.replace(/^mailto:/, "");
  return outerLink(address, bar < 0 ? shown : inline(content.slice(bar + 1)));
}

function date(target, fallback = "") {
  const [, seconds = "", template = "", link] = target.split("^");
  const text = () => fillDate(template, seconds);
  const props = { title: fallback };
  const time = text() === undefined ? h("time", props, fallback) : livingTime(props, text);
  return link === undefined ? time : outerLink(decode(link), time);
}
