import type { KnownBlock, ModalView } from "@slack/types";

const option = (text: string, value: string) => ({ text: { type: "plain_text" as const, text }, value });
const fileOf = (id: string) => ({ slack_file: { id } });

/** One message with every kind of block and element the page shows. */
export function everyBlock(fileId: string): readonly KnownBlock[] {
  return [
    { type: "header", text: { type: "plain_text", text: ":rotating_light: orders: requests time out" } },
    {
      type: "section",
      text: {
        type: "mrkdwn",
        text: "*Since 14:02* (<!date^1763640120^{date_short_pretty} at {time}|14:02 UTC>) - `orders` in `sock-shop` answers 37 % of requests with *504*.\n_Likely cause (82 %)_: CPU limit lowered from `500m` to `100m` by <@U0LOCALONCL>.\n~Not the database~. See <https://example.com/runbook|the runbook> :mag:",
      },
      accessory: {
        type: "overflow",
        action_id: "more",
        options: [option("Not this cause", "not-this"), option("Silence for 1 hour", "silence")],
      },
    },
    {
      type: "section",
      fields: [
        { type: "mrkdwn", text: "*Severity*\n:red_circle: critical" },
        { type: "mrkdwn", text: "*Detected after*\n42 s" },
        { type: "mrkdwn", text: "*Affected*\n`front-end`, `orders`" },
        { type: "mrkdwn", text: "*Signals grouped*\n17" },
      ],
    },
    {
      type: "image",
      ...fileOf(fileId),
      alt_text: "Request latency of orders",
      title: { type: "plain_text", text: "p99 latency, orders" },
    },
    { type: "divider" },
    {
      type: "section",
      text: {
        type: "mrkdwn",
        text: "*1. Roll back deployment orders to revision 6*\nConfidence 82 %, risk low, undo: roll forward again",
      },
    },
    {
      type: "actions",
      elements: [
        {
          type: "button",
          action_id: "approve",
          style: "primary",
          text: { type: "plain_text", text: "Approve" },
          value: "plan-1",
        },
        { type: "button", action_id: "review", text: { type: "plain_text", text: "Review" }, value: "plan-1" },
        {
          type: "button",
          action_id: "reject",
          style: "danger",
          text: { type: "plain_text", text: "Reject" },
          value: "plan-1",
          confirm: {
            title: { type: "plain_text", text: "Reject this fix?" },
            text: { type: "mrkdwn", text: "The incident stays *open*." },
            confirm: { type: "plain_text", text: "Yes, reject" },
            deny: { type: "plain_text", text: "Back" },
            style: "danger",
          },
        },
        {
          type: "static_select",
          action_id: "silence",
          placeholder: { type: "plain_text", text: "Silence for..." },
          options: [option("15 minutes", "15m"), option("1 hour", "1h")],
        },
      ],
    },
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "Evidence ", style: { bold: true } },
            { type: "link", url: "https://example.com/e7", text: "E7" },
            { type: "emoji", name: "warning" },
          ],
        },
        {
          type: "rich_text_list",
          style: "bullet",
          elements: [
            { type: "rich_text_section", elements: [{ type: "text", text: "CPU throttled 94 % of the time" }] },
            { type: "rich_text_section", elements: [{ type: "text", text: "No restarts", style: { italic: true } }] },
          ],
        },
        { type: "rich_text_preformatted", elements: [{ type: "text", text: "-  cpu: 500m\n+  cpu: 100m" }] },
        { type: "rich_text_quote", elements: [{ type: "text", text: "context deadline exceeded" }] },
      ],
    },
    {
      type: "markdown",
      text: "### Ruled out\n- **Database**: latency flat\n- Node pressure: `none`\n\n| check | result |\n| --- | --- |\n| DNS | fine |",
    },
    {
      type: "section",
      text: { type: "mrkdwn", text: "Assign to" },
      accessory: { type: "users_select", action_id: "assign", placeholder: { type: "plain_text", text: "Somebody" } },
    },
    {
      type: "actions",
      elements: [
        {
          type: "radio_buttons",
          action_id: "view",
          options: [option("Short", "short"), option("Long", "long")],
          initial_option: option("Short", "short"),
        },
        { type: "checkboxes", action_id: "notify", options: [option("Tell me when it is resolved", "resolved")] },
        { type: "datepicker", action_id: "day", initial_date: "2026-11-20" },
        {
          type: "conversations_select",
          action_id: "where",
          placeholder: { type: "plain_text", text: "Post elsewhere" },
        },
      ],
    },
    {
      type: "context",
      elements: [
        { type: "image", ...fileOf(fileId), alt_text: "chart" },
        { type: "mrkdwn", text: "Diagnosed by rules | 0 tokens | incident *42*" },
        { type: "plain_text", text: ":white_check_mark: evidence complete" },
      ],
    },
  ];
}

/** A form with one input of each kind. */
export function reviewModal(): ModalView {
  return {
    type: "modal",
    callback_id: "review",
    private_metadata: "plan-1",
    notify_on_close: true,
    title: { type: "plain_text", text: "Review the fix" },
    submit: { type: "plain_text", text: "Approve" },
    close: { type: "plain_text", text: "Not now" },
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: "*Diff*\n```-        cpu: 100m\n+        cpu: 500m```" } },
      {
        type: "input",
        block_id: "note",
        optional: true,
        label: { type: "plain_text", text: "Note" },
        hint: { type: "plain_text", text: "Shown in the thread" },
        element: { type: "plain_text_input", action_id: "text", multiline: true },
      },
      {
        type: "input",
        block_id: "replicas",
        label: { type: "plain_text", text: "Replicas" },
        element: {
          type: "number_input",
          action_id: "count",
          is_decimal_allowed: false,
          min_value: "1",
          max_value: "9",
          initial_value: "2",
        },
      },
      {
        type: "input",
        block_id: "reason",
        label: { type: "plain_text", text: "Reason" },
        element: {
          type: "static_select",
          action_id: "why",
          placeholder: { type: "plain_text", text: "Choose" },
          options: [option("The evidence is clear", "clear"), option("Worth a try", "try")],
        },
      },
    ],
  };
}
