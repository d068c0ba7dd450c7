import type { ModalView, PlainTextOption } from "@slack/types";
import type { Incident } from "../../../incident/incident.ts";
import { severities } from "../../../incident/severity.ts";
import { untilToken } from "../../../lib/until-token.ts";
import { viewIds } from "./action-ids.ts";
import { limits, plain } from "./blocks.ts";
import { asWritten } from "./text.ts";

const severityWords = {
  critical: "critical: users are failing now",
  high: "high: users soon will, or redundancy is gone",
  medium: "medium: degraded",
  low: "low: worth knowing",
} as const;

const option = (text: string, value: string): PlainTextOption => ({ text: plain(text, 75), value });
const oneLine = (text: string, limit: number) => untilToken(asWritten(text).replace(/\s+/g, " ").trim(), limit);

/** Opens an incident by hand; `text` is what somebody wrote about it. */
export function renderDeclare({ text }: { readonly text: string }): ModalView {
  const options = severities.map((severity) => option(severityWords[severity], severity));
  const high = options[1];
  const title = oneLine(text, 150);
  return {
    type: "modal",
    callback_id: viewIds.declare,
    title: plain("Declare incident", limits.viewTitle),
    submit: plain("Declare", 24),
    close: plain("Cancel", 24),
    blocks: [
      {
        type: "input",
        block_id: "title",
        label: plain("What is wrong", 100),
        element: {
          type: "plain_text_input",
          action_id: "value",
          max_length: 200,
          ...(title ? { initial_value: title } : {}),
        },
      },
      {
        type: "input",
        block_id: "severity",
        label: plain("How bad", 100),
        element: { type: "static_select", action_id: "value", options, ...(high ? { initial_option: high } : {}) },
      },
      {
        type: "input",
        block_id: "workload",
        optional: true,
        label: plain("Workload", 100),
        hint: plain("For example shop/carts. With it, the cause is looked for at once.", 150),
        element: { type: "plain_text_input", action_id: "value", max_length: 300 },
      },
    ],
  };
}

/** Puts a message on an incident's timeline; in an incident's own thread that one is chosen already. */
export function renderNote(options: {
  readonly text: string;
  readonly incidents: readonly Incident[];
  readonly here?: string | undefined;
}): ModalView {
  const { text, incidents, here } = options;
  const choices = incidents.slice(0, 99).map(({ id, title }) => option(`${id}  ${title}`, id));
  if (here !== undefined && !choices.some(({ value }) => value === here))
    choices.unshift(option(`${here}  the incident of this thread`, here));
  const chosen = choices.find(({ value }) => value === here) ?? choices[0];
  const note = untilToken(asWritten(text).trim(), 2_000);
  return {
    type: "modal",
    callback_id: viewIds.note,
    title: plain("Add to timeline", limits.viewTitle),
    submit: plain("Add", 24),
    close: plain("Cancel", 24),
    blocks: [
      {
        type: "input",
        block_id: "incident",
        label: plain("Incident", 100),
        element: {
          type: "static_select",
          action_id: "value",
          options: choices,
          ...(chosen ? { initial_option: chosen } : {}),
        },
      },
      {
        type: "input",
        block_id: "note",
        label: plain("Words", 100),
        element: {
          type: "plain_text_input",
          action_id: "value",
          multiline: true,
          max_length: 2_000,
          ...(note ? { initial_value: note } : {}),
        },
      },
    ],
  };
}
