import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { refText } from "../../../incident/object-ref.ts";
import {
  endsSoonMs,
  matcherText,
  type SilenceMatcher,
  type SilenceRequest,
  type StoredSilence,
} from "../../../incident/silence.ts";
import { duration } from "../../../lib/duration.ts";
import type { SilencePreview } from "../../desk.ts";
import type { IncidentView } from "../../incident-view.ts";
import { actionIds, viewIds } from "./action-ids.ts";
import { button, context, limits, plain, section } from "./blocks.ts";
import { encodeSilence } from "./silence-request.ts";
import { mrkdwn, slackTime } from "./text.ts";

const shownOpen = 5;

/** A silence of something that nobody has ever heard of is more often a slip of the pen than foresight. */
function nothingActive({ matcher, open, past }: SilencePreview): string {
  const heardOf = open.length > 0 || past.matched > 0;
  if (matcher.name === undefined || heardOf) return "Nothing that matches is abnormal now.";
  return `Nothing that matches is abnormal now, or was all there was to an incident of the last ${past.days} days. Is the name right?`;
}

/** What a silence would keep quiet, in words that make one think before pressing the button. */
function renderSilencePreview(preview: SilencePreview): KnownBlock[] {
  const { matcher, from, until, active, more, open, past } = preview;
  const all = Object.keys(matcher).length === 0;
  const blocks: KnownBlock[] = [
    section(
      `:mute: *Silence ${mrkdwn(matcherText(matcher), 300)}*\nfrom ${slackTime(from, "{date_short_pretty} {time}")} until ${slackTime(until, "{date_short_pretty} {time}")}, ${duration(until - from)}`,
    ),
  ];
  if (all) blocks.push(section(":warning: This is everything: kubemend will raise no incident at all in this time."));
  blocks.push(
    section(
      active.length === 0
        ? nothingActive(preview)
        : [
            `*Abnormal now, and would be kept quiet* (${active.length + more})`,
            ...active.map(({ target, summary }) => `• ${mrkdwn(refText(target), 160)}: ${mrkdwn(summary, 200)}`),
            ...(more > 0 ? [`… and ${more} more`] : []),
          ].join("\n"),
    ),
  );
  if (open.length > 0) {
    const names = open.slice(0, shownOpen).map(({ id, title }) => `*${id}* ${mrkdwn(title, 120)}`);
    blocks.push(
      section(
        `*${open.length === 1 ? "Open incident" : "Open incidents"} it concerns*: ${names.join(", ")}${open.length > shownOpen ? ` and ${open.length - shownOpen} more` : ""}. ${open.length === 1 ? "It stays" : "They stay"} open; no new one is raised.`,
      ),
    );
  }
  blocks.push(
    context(
      past.of === 0
        ? `There was no incident in the last ${past.days} days to compare with.`
        : past.matched === 0
          ? `In the last ${past.days} days it would have kept no incident quiet.`
          : `In the last ${past.days} days it would have kept ${past.matched} of ${past.of} incident${past.of === 1 ? "" : "s"} quiet.`,
    ),
  );
  return blocks;
}

/** The preview with the button that makes it so. */
export function silenceQuestion(preview: SilencePreview, request: SilenceRequest): KnownBlock[] {
  return [
    ...renderSilencePreview(preview),
    {
      type: "actions",
      elements: [
        button("Silence", actionIds.silenceConfirm, encodeSilence(request), { style: "primary" }),
        button("Cancel", actionIds.dismiss, "silence"),
      ],
    },
  ];
}

/** One line a silence: what, until when, by whom and why; those that end soon say so. */
export function silenceLine(silence: StoredSilence, now: number): string {
  const { id, matcher, from, until, by, reason } = silence;
  const left = until - now;
  const when =
    from > now
      ? `from ${slackTime(from, "{date_short_pretty} {time}")} for ${duration(until - from)}`
      : `until ${slackTime(until, "{date_short_pretty} {time}")}${left <= endsSoonMs ? `, :hourglass_flowing_sand: ends in ${duration(left)}` : ""}`;
  return `*${id}*  ${mrkdwn(matcherText(matcher), 200)}  ·  ${when}  ·  by ${mrkdwn(by.name, 80)}${reason ? `: ${mrkdwn(reason, 200)}` : ""}`;
}

const durations: readonly (readonly [string, string])[] = [
  ["1800000", "30 minutes"],
  ["3600000", "1 hour"],
  ["14400000", "4 hours"],
  ["86400000", "1 day"],
  ["259200000", "3 days"],
  ["604800000", "7 days"],
];

const option = (text: string, value: string): PlainTextOption => ({ text: plain(text, 75), value });

/** What an incident gives to silence: its target, its namespace, each detector that spoke about it; at most ten choices. */
export function silenceChoices({ incident }: IncidentView): readonly SilenceMatcher[] {
  const { kind, namespace, name } = incident.target;
  const own = { kind, ...(namespace === undefined ? {} : { namespace }), name };
  const detectors = [...new Set(incident.anomalies.map(({ detector }) => detector))].slice(0, 7);
  return [
    own,
    ...detectors.map((detector) => ({ ...own, detector })),
    ...(namespace === undefined ? [] : [{ namespace }]),
  ].slice(0, 10);
}

/** Asks what to silence and for how long; the next step shows what that means. */
export function renderSilenceForm(view: IncidentView): ModalView {
  const choices = silenceChoices(view).map((matcher, i) => option(matcherText(matcher), String(i)));
  const lengths = durations.map(([value, text]) => option(text, value));
  const [first] = choices;
  const hour = lengths[1];
  return {
    type: "modal",
    callback_id: viewIds.silence,
    private_metadata: view.incident.id,
    title: plain("Silence", limits.viewTitle),
    submit: plain("Preview", 24),
    close: plain("Cancel", 24),
    blocks: [
      section("No new incident is raised for what is silenced; what is open stays open."),
      {
        type: "input",
        block_id: "target",
        label: plain("What", 100),
        element: {
          type: "radio_buttons",
          action_id: "value",
          options: choices,
          ...(first ? { initial_option: first } : {}),
        },
      },
      {
        type: "input",
        block_id: "duration",
        label: plain("For how long", 100),
        element: {
          type: "static_select",
          action_id: "value",
          options: lengths,
          ...(hour ? { initial_option: hour } : {}),
        },
      },
      {
        type: "input",
        block_id: "note",
        label: plain("Why", 100),
        hint: plain("Shown to everybody who wonders why it is quiet.", 150),
        element: { type: "plain_text_input", action_id: "value", max_length: 300 },
      },
    ],
  };
}

/** The second step: the preview, and the button that makes it so. */
export function renderSilenceConfirm(preview: SilencePreview, request: SilenceRequest): ModalView {
  return {
    type: "modal",
    callback_id: viewIds.silenceConfirm,
    private_metadata: encodeSilence(request),
    title: plain("Silence", limits.viewTitle),
    submit: plain("Silence", 24),
    close: plain("Cancel", 24),
    blocks: renderSilencePreview(preview),
  };
}
