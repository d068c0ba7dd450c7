import { among, bool, byType, type Check, integer, list, shape, text, url } from "./checks.ts";

// Shapes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

const is = (type: string) => among(type);
const style = shape({
  "bold?": bool,
  "italic?": bool,
  "strike?": bool,
  "code?": bool,
  "underline?": bool,
  "highlight?": bool,
  "client_highlight?": bool,
  "unlink?": bool,
});
const styled = { "style?": style };
const word = text(20_000);

const inline = byType({
  text: shape({ type: is("text"), text: word, ...styled }),
  link: shape({ type: is("link"), url, "text?": word, "unsafe?": bool, ...styled }),
  emoji: shape({ type: is("emoji"), name: text(100, 1), "unicode?": text(100), "url?": url, ...styled }),
  user: shape({ type: is("user"), user_id: text(50, 1), ...styled }),
  usergroup: shape({ type: is("usergroup"), usergroup_id: text(50, 1), ...styled }),
  channel: shape({ type: is("channel"), channel_id: text(50, 1), ...styled }),
  team: shape({ type: is("team"), team_id: text(50, 1), ...styled }),
  broadcast: shape({ type: is("broadcast"), range: among("here", "channel", "everyone"), ...styled }),
  color: shape({ type: is("color"), value: text(20, 1), ...styled }),
  date: shape({
    type: is("date"),
    timestamp: integer(0, 99_999_999_999),
    format: text(500, 1),
    "url?": url,
    "fallback?": text(500),
    ...styled,
  }),
});

const border = { "border?": integer(0, 1) };
const section = shape({ type: is("rich_text_section"), elements: list(inline, 1_000) });

const part = byType({
  rich_text_section: section,
  rich_text_list: shape({
    type: is("rich_text_list"),
    style: among("bullet", "ordered"),
    elements: list(byType({ rich_text_section: section }), 1_000, 1),
    "indent?": integer(0, 8),
    "offset?": integer(0, 10_000),
    ...border,
  }),
  rich_text_preformatted: shape({
    type: is("rich_text_preformatted"),
    elements: list(inline, 1_000),
    "language?": text(50),
    ...border,
  }),
  rich_text_quote: shape({ type: is("rich_text_quote"), elements: list(inline, 1_000), ...border }),
});

/** A rich_text block, also the value of a rich text input and a cell of a table. */
export const richText: Check = shape({
  type: is("rich_text"),
  "block_id?": text(255),
  elements: list(part, 1_000),
});
