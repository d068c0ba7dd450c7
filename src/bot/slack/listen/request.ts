import type { View } from "@slack/types";
import type { Person } from "../../../incident/approval.ts";
import { messageOf } from "../../../lib/app-error.ts";
import type { Logger } from "../../../lib/logger.ts";
import type { Desk } from "../../desk.ts";
import type { Identify } from "../identity.ts";
import { limits, plain, section } from "../render/blocks.ts";
import { mrkdwn } from "../render/text.ts";
import type { SlackPort } from "../slack-port.ts";

export interface HandlerDeps {
  readonly desk: Desk;
  readonly slack: SlackPort;
  readonly identify: Identify;
  readonly log: Logger;
  readonly now: () => number;
  /** Of times of day that are typed by somebody whose own zone Slack does not say. */
  readonly timeZone: string;
  /** False when this very request has been handled before. */
  readonly firstSight: (requestId: string) => Promise<boolean>;
  /** The incident whose message or thread this is. */
  readonly incidentOfMessage?: (channel: string, ts: string) => Promise<string | undefined>;
  /** Writes an event down before it is acknowledged, so that it is handled once, whatever happens. Absent: events are not heard. */
  readonly keepEvent?: (eventId: string, body: unknown) => Promise<void>;
}

/** Tells one person something. The text is shown as it is: names and titles in it are other people's. */
export type Say = (text: string) => Promise<unknown>;

const failed = "That did not work, and nothing was changed. It is in the log; please try again.";

/**
 * The same, where Slack may not take the words (an address to answer to lives for half an hour): what was asked for has been done all the
 * same, and nobody must be told that nothing was changed.
 */
export function toldIfPossible(say: Say, { log }: Pick<HandlerDeps, "log">): Say {
  return (text) => say(text).catch((error: unknown) => log.warn({ error: messageOf(error) }, "slack.answer-failed"));
}

function requestId(context: Record<string, unknown>): string | undefined {
  const signature = context["requestSignature"];
  return typeof signature === "string" ? signature : undefined;
}

/** Everything after the acknowledgement: once per request, by a known person, and with an answer even when it fails. */
export async function handle(
  deps: HandlerDeps,
  request: { context: Record<string, unknown>; userId: string; say: Say; name: string },
  act: (by: Person, timeZone: string) => Promise<void>,
): Promise<void> {
  try {
    const id = requestId(request.context);
    if (id && !(await deps.firstSight(id))) return;
    const identity = await deps.identify(request.userId);
    if (!identity.ok) {
      await request.say(identity.reason);
      return;
    }
    await act(identity.person, identity.timeZone ?? deps.timeZone);
  } catch (error) {
    deps.log.error({ request: request.name, error: messageOf(error) }, "slack.request-failed");
    await request
      .say(failed)
      .catch((again: unknown) => deps.log.warn({ error: messageOf(again) }, "slack.answer-failed"));
  }
}

/** A modal that only says something, as it is: while a form is being made, and when there is nothing to decide any more. */
export function noteView(title: string, text: string): View {
  return {
    type: "modal",
    title: plain(title, 24),
    close: plain("Close", 24),
    blocks: [section(mrkdwn(text, limits.section))],
  };
}

interface OpenedForm {
  /** Replaces what the modal shows. */
  readonly show: (view: View) => Promise<void>;
  /** Says something in the modal, or beside the message when it did not open. */
  readonly say: Say;
}

/**
 * Opens a modal at once: a trigger lives for three seconds, and who it is and what to show may take longer to find out. It
 * shows nothing of the cluster until the person is known.
 */
export async function openForm(
  deps: HandlerDeps,
  request: { readonly triggerId: string; readonly title: string; readonly say: Say },
): Promise<OpenedForm> {
  const { title, say } = request;
  const opened = await deps.slack.openView(request.triggerId, noteView(title, "One moment …"));
  if (!opened.ok) {
    const { code } = opened.failure;
    const tell = () => say(`Slack did not open the form (${code}). Please click again.`);
    return { show: async () => void (await tell()), say };
  }
  const { viewId } = opened.value;
  const show = async (view: View) => {
    const updated = await deps.slack.updateView(viewId, view);
    if (!updated.ok) deps.log.warn({ code: updated.failure.code }, "slack.form-not-shown");
  };
  return { show, say: (text) => show(noteView(title, text)) };
}

export type EnteredValues = Record<
  string,
  Record<string, { value?: string | null; selected_option?: { value?: string } | null }>
>;

/** Text that a person typed into an input of a submitted view, or the option that was chosen. */
export function typed(values: EnteredValues, blockId: string): string | undefined {
  const input = values[blockId]?.["value"];
  return input?.selected_option?.value ?? input?.value ?? undefined;
}
