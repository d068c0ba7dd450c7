import { describe, expect, test } from "vitest";
import { validateBlocks } from "../../../src/local-slack/blocks/validate-blocks.ts";
import { lengthTogether, refuseMessage } from "../../../src/local-slack/blocks/validate-message.ts";
import { validateView } from "../../../src/local-slack/blocks/validate-view.ts";
import { everyBlock, reviewModal } from "../../browser/local-slack/sample-blocks.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const long = (length: number) => "x".repeat(length);
const section = (text: string) => ({ type: "section", text: mrkdwn(text) });
const button = (more: object = {}) => ({ type: "button", action_id: "go", text: plain("Go"), ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const option = (text: string, value = text) => ({ text: plain(text), value });
const select = (more: object) => ({ type: "static_select", action_id: "s", ...more });
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe("blocks Slack takes", () => {
  test.each<{ name: string; blocks: unknown }>([
    { name: "50 blocks", blocks: many(50, () => ({ type: "divider" })) },
    { name: "section text of 3,000 characters", blocks: [section(long(3_000))] },
    {
      name: "10 fields of 2,000 characters",
      blocks: [{ type: "section", fields: many(10, () => mrkdwn(long(2_000))) }],
    },
    { name: "25 elements in actions", blocks: [actions(...many(25, (i) => button({ action_id: `b${i}` })))] },
    { name: "the same action_id in two blocks", blocks: [actions(button()), actions(button())] },
    {
      name: "a button with everything",
      blocks: [actions(button({ value: long(2_000), style: "danger", url: "https://example.com" }))],
    },
    {
      name: "an overflow menu as accessory",
      blocks: [{ ...section("x"), accessory: { type: "overflow", action_id: "o", options: [option("a")] } }],
    },
    { name: "one of each block", blocks: everyBlock("F0AAAAAAAAA") },
  ])("$name", ({ blocks }) => expect(validateBlocks(blocks)).toEqual([]));
});

describe("blocks Slack refuses, with its words and the place", () => {
  test.each<{ name: string; blocks: unknown; problem: string }>([
    {
      name: "51 blocks",
      blocks: many(51, () => ({ type: "divider" })),
      problem: "no more than 50 items allowed [json-pointer:/blocks]",
    },
    {
      name: "section text of 3,001",
      blocks: [section(long(3_001))],
      problem: "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    },
    {
      name: "the alternatives are named first",
      blocks: [section(long(3_001))],
      problem: "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
    },
    {
      name: "empty text",
      blocks: [section("")],
      problem: "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    },
    {
      name: "blank text",
      blocks: [section(" \n")],
      problem: "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    },
    {
      name: "header of 151",
      blocks: [{ type: "header", text: plain(long(151)) }],
      problem: "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    },
    {
      name: "a header with mrkdwn",
      blocks: [{ type: "header", text: mrkdwn("x") }],
      problem: "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    },
    {
      name: "emoji in mrkdwn",
      blocks: [{ type: "section", text: { ...mrkdwn("x"), emoji: true } }],
      problem: "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    },
    {
      name: "a string where an object belongs",
      blocks: [{ type: "section", text: "x" }],
      problem: "must provide an object [json-pointer:/blocks/0/text]",
    },
    {
      name: "section without text and fields",
      blocks: [{ type: "section" }],
      problem: "must define either `text` or `fields` [json-pointer:/blocks/0]",
    },
    {
      name: "11 fields",
      blocks: [{ type: "section", fields: many(11, () => mrkdwn("x")) }],
      problem: "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    },
    {
      name: "a field of 2,001",
      blocks: [{ type: "section", fields: [mrkdwn(long(2_001))] }],
      problem: "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    },
    {
      name: "26 actions",
      blocks: [actions(...many(26, (i) => button({ action_id: `b${i}` })))],
      problem: "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    },
    {
      name: "no action at all",
      blocks: [actions()],
      problem: "no less than 1 items required [json-pointer:/blocks/0/elements]",
    },
    {
      name: "one action_id twice in a block",
      blocks: [actions(button(), button())],
      problem: '`action_id` "go" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    },
    {
      name: "button text of 76",
      blocks: [actions(button({ text: plain(long(76)) }))],
      problem: "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    },
    {
      name: "value of 2,001",
      blocks: [actions(button({ value: long(2_001) }))],
      problem: "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    },
    {
      name: "action_id of 256",
      blocks: [actions(button({ action_id: long(256) }))],
      problem: "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    },
    {
      name: "a style of its own",
      blocks: [actions(button({ style: "warning" }))],
      problem: "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    },
    {
      name: "an unknown block",
      blocks: [{ type: "sektion" }],
      problem: "unsupported type: sektion [json-pointer:/blocks/0/type]",
    },
    {
      name: "a block named like an object's own",
      blocks: [{ type: "constructor" }],
      problem: "unsupported type: constructor [json-pointer:/blocks/0/type]",
    },
    {
      name: "an unknown field",
      blocks: [{ type: "divider", colour: "red" }],
      problem: "invalid additional property: colour [json-pointer:/blocks/0]",
    },
    {
      name: "an input element in actions",
      blocks: [actions({ type: "plain_text_input", action_id: "t" })],
      problem: "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    },
    {
      name: "one block_id twice",
      blocks: [
        { type: "divider", block_id: "a" },
        { type: "divider", block_id: "a" },
      ],
      problem: '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]',
    },
    {
      name: "11 context elements",
      blocks: [{ type: "context", elements: many(11, () => mrkdwn("x")) }],
      problem: "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    },
    {
      name: "an image without alt_text",
      blocks: [{ type: "image", image_url: "https://example.com/a.png" }],
      problem: "missing required field: alt_text [json-pointer:/blocks/0]",
    },
    {
      name: "an image with two sources",
      blocks: [
        { type: "image", alt_text: "a", image_url: "https://example.com/a.png", slack_file: { id: "F0AAAAAAAAA" } },
      ],
      problem: "must define exactly one of `image_url`, `slack_file` [json-pointer:/blocks/0]",
    },
    {
      name: "a URL in place of a file id",
      blocks: [{ type: "image", alt_text: "a", slack_file: { id: "https://x" } }],
      problem: "input must match regex pattern: ^[F][A-Z0-9]{8,}$ [json-pointer:/blocks/0/slack_file/id]",
    },
    {
      name: "six overflow options",
      blocks: [actions({ type: "overflow", action_id: "o", options: many(6, (i) => option(`${i}`)) })],
      problem: "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    },
    {
      name: "option text of 76",
      blocks: [actions(select({ options: [option(long(76), "v")] }))],
      problem: "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    },
    {
      name: "101 options",
      blocks: [actions(select({ options: many(101, (i) => option(`${i}`)) }))],
      problem: "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    },
    {
      name: "options and groups",
      blocks: [
        actions(select({ options: [option("a")], option_groups: [{ label: plain("g"), options: [option("a")] }] })),
      ],
      problem: "must define exactly one of `options`, `option_groups` [json-pointer:/blocks/0/elements/0]",
    },
    {
      name: "an initial option that is no option",
      blocks: [actions(select({ options: [option("a")], initial_option: option("b") }))],
      problem: "must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    },
    {
      name: "confirm text of 301",
      blocks: [
        actions(
          button({ confirm: { title: plain("t"), text: plain(long(301)), confirm: plain("y"), deny: plain("n") } }),
        ),
      ],
      problem: "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    },
    {
      name: "markdown of 12,001 together",
      blocks: [
        { type: "markdown", text: long(6_001) },
        { type: "markdown", text: long(6_000) },
      ],
      problem: "markdown text must be less than 12001 characters in total [json-pointer:/blocks]",
    },
    {
      name: "a list that is none",
      blocks: { type: "divider" },
      problem: "must provide an array [json-pointer:/blocks]",
    },
  ])("$name", ({ blocks, problem }) => expect(validateBlocks(blocks)).toContain(problem));
});

describe("views", () => {
  test("a modal with every input is taken", () => expect(validateView(reviewModal())).toEqual([]));

  test.each<{ name: string; view: object; problem: string }>([
    {
      name: "title of 25",
      view: { title: plain(long(25)) },
      problem: "must be less than 25 characters [json-pointer:/view/title/text]",
    },
    {
      name: "submit of 25",
      view: { submit: plain(long(25)) },
      problem: "must be less than 25 characters [json-pointer:/view/submit/text]",
    },
    {
      name: "inputs without submit",
      view: { submit: undefined },
      problem: "must define `submit` to use an `input` block in modals [json-pointer:/view]",
    },
    {
      name: "101 blocks",
      view: { blocks: many(101, () => ({ type: "divider" })) },
      problem: "no more than 100 items allowed [json-pointer:/view/blocks]",
    },
    {
      name: "private_metadata of 3,001",
      view: { private_metadata: long(3_001) },
      problem: "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    },
    {
      name: "callback_id of 256",
      view: { callback_id: long(256) },
      problem: "must be less than 256 characters [json-pointer:/view/callback_id]",
    },
    { name: "no blocks", view: { blocks: undefined }, problem: "missing required field: blocks [json-pointer:/view]" },
    {
      name: "an unknown kind",
      view: { type: "window" },
      problem: "unsupported type: window [json-pointer:/view/type]",
    },
    {
      name: "a markdown block in a modal",
      view: { blocks: [{ type: "markdown", text: "x" }] },
      problem: "not supported in modal surfaces [json-pointer:/view/blocks/0]",
    },
  ])("$name is refused", ({ view, problem }) => {
    const sent = Object.fromEntries(
      Object.entries({ ...reviewModal(), ...view }).filter(([, value]) => value !== undefined),
    );
    expect(validateView(sent)).toContain(problem);
  });
});

describe("messages", () => {
  const limits = { textLength: 40_000 };
  test.each<{ name: string; content: object; error: string | undefined }>([
    { name: "a plain text is taken", content: { text: "hello" }, error: undefined },
    { name: "text of 40,001 is too long", content: { text: long(40_001) }, error: "msg_too_long" },
    { name: "blocks as text are a format error", content: { blocks: "[oops" }, error: "invalid_blocks_format" },
    {
      name: "101 attachments are too many",
      content: { attachments: many(101, () => ({ text: "x" })) },
      error: "too_many_attachments",
    },
    {
      name: "bad blocks in an attachment",
      content: { attachments: [{ blocks: [{ type: "nope" }] }] },
      error: "invalid_attachments",
    },
    { name: "metadata without a type", content: { metadata: { event_payload: {} } }, error: "invalid_metadata_format" },
    {
      name: "metadata above 8 kB",
      content: { metadata: { event_type: "incident", event_payload: { a: long(8_000) } } },
      error: "metadata_too_large",
    },
    {
      name: "metadata of ordinary size",
      content: { metadata: { event_type: "incident", event_payload: { id: "42" } } },
      error: undefined,
    },
    // The three measurements that are public about the limit Slack does not document.
    {
      name: "12,000 characters in 4 blocks pass",
      content: { blocks: [section(long(3_000)), section(long(3_000)), section(long(3_000)), section(long(3_000))] },
      error: undefined,
    },
    {
      name: "9,597 characters in 50 blocks pass",
      content: { blocks: many(50, () => section(long(191))) },
      error: undefined,
    },
    {
      name: "11,341 characters in 45 blocks do not",
      content: { blocks: many(45, () => section(long(252))) },
      error: "msg_blocks_too_long",
    },
  ])("$name", ({ content, error }) => expect(refuseMessage(content, limits)?.error).toBe(error));

  test("the length of blocks counts every visible string", () => {
    const blocks = [{ type: "section", text: mrkdwn("12345"), fields: [plain("678")] }];
    expect(lengthTogether(blocks) - lengthTogether([{ type: "divider" }])).toBe(8);
  });
});
